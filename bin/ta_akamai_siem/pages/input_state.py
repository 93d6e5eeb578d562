"""The state of an input, as its row on the inputs page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional

from ta_akamai_siem.position.claim import is_in_force
from ta_akamai_siem.position.last_run import AGAIN, LEFT, PERSON, LastRun
from ta_akamai_siem.timestamps import utc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SILENT = 900.0
"""Seconds without a run after which an input needs attention; at least three intervals."""
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


@dataclass(frozen=True)
class Facts:
    """What is known of one input. `interval`: seconds, None for a cron schedule.

    `position`: its newest checkpoint document. `leases`: its claims. `run`: its last run.
    """

    is_disabled: bool
    interval: Optional[float]
    position: Optional[Mapping[str, Any]] = None
    leases: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    run: Optional[LastRun] = None


def describe(facts: Facts, now: float) -> dict[str, str]:
    """`state`, `last_event`, `lag`, each as text. `now`: this host's clock, epoch seconds."""
    newest = facts.run.newest if facts.run else None
    return {
        "state": _state(facts, now),
        "last_event": "" if newest is None else utc(newest),
        "lag": _lag(facts.run),
    }


def _state(facts: Facts, now: float) -> str:  # noqa: PLR0911 - a table, read from the top
    run = facts.run
    if any(is_in_force(lease, now) for lease in facts.leases):
        return "collecting"
    if facts.is_disabled:
        return "disabled"
    if run is None:
        return "has not run yet"
    if run.how == PERSON:
        return f"needs attention: {run.message}"
    if _is_done(facts):
        return "done"
    if facts.interval and now - run.ended_at > max(SILENT, 3 * facts.interval):
        return (
            f"needs attention: no run since {utc(run.ended_at)}. Check splunkd.log, and whether "
            "Splunk runs inputs on this host."
        )
    if run.how == AGAIN:
        return f"waiting to try again: {run.message}"
    if run.how == LEFT:
        return "waiting for the next run"
    return "caught up" if run.drained else "catching up"


def _is_done(facts: Facts) -> bool:
    """Whether it is a backfill whose range is collected."""
    position = facts.position or {}
    return "until" in position and (
        bool(position.get("settled")) or position.get("at") == position["until"]
    )


def _lag(run: Optional[LastRun]) -> str:
    """The age of the newest event when the last run ended."""
    if run is None or run.newest is None:
        return ""
    seconds = max(0, round(run.ended_at - run.newest))
    return f"{span(seconds)}, nothing newer" if run.drained and not run.events else span(seconds)


def span(seconds: int) -> str:
    """A duration in its two largest units, such as `1 h 2 min`."""
    for size, unit, smaller, name in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "min"),
        (_MINUTE, "min", 1, "s"),
    ):
        if seconds >= size:
            rest = seconds % size // smaller
            return f"{seconds // size} {unit}" + (f" {rest} {name}" if rest else "")
    return f"{seconds} s"
