"""Chooses the saved position that is safe after splunkd has died.

A record counts as delivered when splunkd's pipe has accepted it. If splunkd dies, it loses the
records in the pipe and in its queues, although the position has moved past them. If a run finds
that splunkd may have died, it goes back to a position saved some time before the last one. This
can cause duplicates, but no missing events.

A splunkd that dies loses only records that it had accepted itself. Therefore a run never goes back
beyond the first position saved under that splunkd: earlier ones were checked before that save.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Generic, NamedTuple, TypeVar

from .entry import reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ta_akamai_siem.splunk.instance import Instance

    from .entry import Entry

__all__ = ["SAFE_AGE", "STOP_AGE", "Codec", "Rewind", "is_unsafe", "newest_safe", "reading"]

SAFE_AGE = 30.0
"""Seconds after which splunkd is certain to have stored the records that it accepted."""
STOP_AGE = 60.0
"""Seconds that must lie between the last save and splunkd's start to count as an orderly stop
without other proof."""
_Position = TypeVar("_Position")


class Codec(Generic[_Position]):
    """Converts a kind's position to and from a document. `read` raises CheckpointUnusable."""

    def __init__(
        self,
        write: Callable[[_Position], dict[str, Any]],
        read: Callable[[Mapping[str, Any]], _Position],
    ) -> None:
        self.write = write
        self.read = read


class Rewind(NamedTuple):
    """The step from the last saved position back to a safe one; times of their saves."""

    to: float
    last: float


def is_unsafe(
    last: Entry, now: Instance, *, ended_cleanly: bool, stopped_in_order: Callable[[], bool]
) -> bool:
    """Whether splunkd may have died with records that count as delivered.

    `now`: the splunkd that runs us. `ended_cleanly`: the last run marked itself as ended.
    `stopped_in_order`: whether splunkd is proved to have stored all records that it accepted.
    """
    if last.position is None:
        return False
    if now.guid != last.by.guid:
        # Another host's splunkd accepted those records. Nothing else is known about its end.
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
