"""What a run has collected, and what it has to say of gaps and rewinds: log and bulletin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional

from ta_akamai_siem.position.last_run import LEFT, WELL, how_ended
from ta_akamai_siem.timestamps import utc

from .interval import longest_pause

if TYPE_CHECKING:
    from ta_akamai_siem.akamai.request import Gap
    from ta_akamai_siem.errors import CollectionError
    from ta_akamai_siem.position.history import Rewind
    from ta_akamai_siem.splunk.log import Log

    from .surroundings import Bulletin


@dataclass
class Totals:
    """What a run has collected so far. `size`: bytes received. `lag`: seconds, newest event."""

    pages: int = 0
    events: int = 0
    repeated: int = 0
    size: int = 0
    drained: bool = False
    lag: Optional[float] = None


@dataclass(frozen=True)
class Ending:
    """How a run ended. `error`: what ended it, None where all went well.

    `interval`: as the stanza has it. `succession`: of its lease, "" where it is not known.
    `seconds`: it took. `blocked`: seconds of them in which splunkd did not read.
    """

    error: Optional[CollectionError]
    interval: str
    succession: str = ""
    seconds: float = 0.0
    blocked: float = 0.0


def report_run(ending: Ending, totals: Totals, log: Log) -> None:
    """The line that every run ends with: alerts and views go by it."""
    how = how_ended(ending.error)
    log.info(
        "run.finished",
        events=totals.events,
        pages=totals.pages,
        bytes=totals.size,
        seconds=ending.seconds,
        interval=_short(longest_pause(ending.interval)),
        lease=ending.succession or None,
        lag_seconds=totals.lag,
        drained=int(totals.drained),
        repeated=totals.repeated or None,
        blocked_seconds=ending.blocked,
        how=how,
        result=ending.error.code if ending.error else "ok",
        reason=ending.error.what if ending.error and how not in (WELL, LEFT) else None,
    )


def _short(seconds: float | None) -> float | int | None:
    """Without decimals where there are none."""
    return int(seconds) if seconds is not None and seconds.is_integer() else seconds


def report_rewind(rewind: Rewind, log: Log) -> None:
    """Say that the input went back to a safe position."""
    log.warning(
        "checkpoint.rewound",
        reason="splunkd may have died with records that it had not stored yet",
        saved_at=rewind.to,
        last_saved_at=rewind.last,
    )


def report_gap(gap: Gap, name: str, log: Log, bulletin: Bulletin) -> None:
    """Say what the input `name` cannot get any more, in the log and to a person."""
    log.warning("gap.recorded", since=gap.since, until=gap.until, cause=gap.cause)
    bulletin.gap(
        f"The input '{name}' could not collect the security events that Akamai stored from "
        f"{utc(gap.since)} to {utc(gap.until)} ({gap.cause}): Akamai keeps them for 12 hours, and "
        "gives at most 600000 of one second"
    )
