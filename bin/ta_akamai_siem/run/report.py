"""What a run has collected, and what it has to say of gaps and rewinds: log and bulletin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional

from ta_akamai_siem.record.long_line import LINE_MAX
from ta_akamai_siem.timestamps import utc

if TYPE_CHECKING:
    from ta_akamai_siem.akamai.page import Page
    from ta_akamai_siem.akamai.request import Gap
    from ta_akamai_siem.position.history import Rewind
    from ta_akamai_siem.splunk.log import Log
    from ta_akamai_siem.writing.delivery import Delivered

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
    log.warning(
        "gap.recorded", since=gap.since, until=gap.until, cause=gap.cause, events=gap.events
    )
    number = "the" if gap.events is None else f"{gap.events} of the"
    bulletin.gap(
        f"The input '{name}' could not collect {number} security events that Akamai stored from "
        f"{utc(gap.since)} to {utc(gap.until)} ({gap.cause}). {_CAUSES.get(gap.cause, '')}".strip()
    )


def report_doubts(
    page: Page, delivered: Delivered, name: str, log: Log, bulletin: Bulletin
) -> None:
    """Say what was wrong with a page that is written."""
    if page.oversized:
        log.warning("line.oversized", lines=page.oversized, longest_kept=LINE_MAX)
    # A line too long for a record is kept short at once, and is no reason to doubt the page.
    doubtful = delivered.contexts or delivered.unparsed > page.oversized
    if not page.mismatch and not (page.tolerant and doubtful):
        return
    reason = page.mismatch or "Some of its lines are no events"
    log.warning(
        "page.doubtful",
        reason=reason,
        events=delivered.events,
        expected=page.context.total,
        missing=page.missing,
        unparsed=delivered.unparsed,
        contexts=delivered.contexts,
    )
    bulletin.doubt(
        f"The input '{name}' has indexed a page that does not agree with its own count: "
        f"{reason}. Akamai sent it so three times. Lines that are no events are indexed "
        f"with type=akamai_siem_unparsed ({delivered.unparsed}); {page.missing} events are "
        "missing. Report it to Akamai's support"
    )


_CAUSES = {
    "lines_missing": "Akamai sent a page with fewer events than it counted, three times",
    "window_full": "Akamai returns at most 600,000 events of one second",
    "offset_expired": "Akamai retains events for 12 hours",
    "range_expired": "Akamai retains events for 12 hours",
}
"""By the cause of a gap: why, as a person is told."""
