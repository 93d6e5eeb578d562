"""Which of the saved positions is safe after splunkd has died.

A record counts as delivered when splunkd's pipe has taken it. What was in the pipe or in splunkd's
queues when splunkd died is lost to it, though the position has moved past. So a run that finds that
splunkd may have died goes back to a position that was saved a while before the last one: duplicates
rather than a hole.

Only what the same splunkd had taken can have died with it. The first position that it saved is as
far as a run ever goes back: what is before was judged when that one was saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Generic, NamedTuple, TypeVar

from .entry import reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ta_akamai_siem.splunk.instance import Instance

    from .entry import Entry

__all__ = ["SAFE_AGE", "STOP_AGE", "Codec", "Rewind", "is_unsafe", "newest_safe", "reading"]

SAFE_AGE = 30.0
"""Seconds before the last save after which splunkd has surely stored what it was given."""
STOP_AGE = 60.0
"""Seconds between the last save and splunkd's start that an orderly stop has to leave, where
nothing proves it."""
_Position = TypeVar("_Position")


@dataclass(frozen=True)
class Codec(Generic[_Position]):
    """How a kind of input writes its position down. `read` raises CheckpointUnusable."""

    write: Callable[[_Position], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], _Position]


class Rewind(NamedTuple):
    """From the position saved last back to one that is safe; times of their saves."""

    to: float
    last: float


def is_unsafe(
    last: Entry, now: Instance, *, ended_cleanly: bool, stopped_in_order: Callable[[], bool]
) -> bool:
    """Whether splunkd may have died with records that count as delivered.

    `now`: the splunkd that runs us. `ended_cleanly`: the last run said that it ended.
    `stopped_in_order`: whether it is proved that splunkd stored all that it had been given.
    """
    if last.position is None:
        return False
    if now.guid != last.by.guid:
        # Another host's splunkd took those records; of its end we know only this.
        return not ended_cleanly
    if now.started is None or last.by.started is None or now.started == last.by.started:
        return False
    if not ended_cleanly:
        return True
    return last.saved_at > now.started - STOP_AGE and not stopped_in_order()


def newest_safe(newest_first: Iterable[Entry]) -> Entry:
    """The newest position saved `SAFE_AGE` before the last one, or the first under its splunkd."""
    entries = iter(newest_first)
    last = safe = next(entries)
    for entry in entries:
        if not safe.follows(entry):
            break
        safe = entry
        if last.seconds_after(safe) >= SAFE_AGE:
            break
    return safe
