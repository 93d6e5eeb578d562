"""Reports what a run collected, and its gaps and rewinds, in the log and the Messages menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Optional

from ta_akamai_siem.limits import PAGE_EVENTS_MAX, RETENTION
from ta_akamai_siem.position.last_run import LEFT, WELL, how_ended
from ta_akamai_siem.timestamps import utc

from .interval import longest_pause

if TYPE_CHECKING:
    from ta_akamai_siem.akamai.page import Page
    from ta_akamai_siem.akamai.request import Gap
    from ta_akamai_siem.errors import CollectionError
    from ta_akamai_siem.position.history import Rewind
    from ta_akamai_siem.splunk.input_definition import InputDefinition
    from ta_akamai_siem.splunk.log import Log
    from ta_akamai_siem.volume.grammar import Line
    from ta_akamai_siem.writing.conversion import Dropped
    from ta_akamai_siem.writing.delivery import Delivered

    from .surroundings import Bulletin


class Totals:
    """What a run has collected so far.

    `rules`: of the setting `drop`. `dropped`: by the number of the rule. `left_out`: bytes that the
    records would have had more. `size`: bytes received. `lag`: seconds since the newest event, when
    its page was written. `newest`: the start of the newest event, by this host's clock, epoch
    seconds. `drained`: nothing was left. `share`: of a backfill's range, 0 to 1. `remaining`:
    seconds that its rest may take.
    `position`: everything that Akamai stored before is collected; Akamai's clock, epoch seconds.
    """

    def __init__(
        self, *, drained: bool = False, lag: float | None = None, position: float | None = None
    ) -> None:
        self.pages = 0
        self.events = 0
        self.repeated = 0
        self.rules: tuple[Line, ...] = ()
        self.dropped: dict[int, Dropped] = {}
        self.left_out = 0
        self.size = 0
        self.drained = drained
        self.lag = lag
        self.position = position
        self.newest: float | None = None
        self.share: float | None = None
        self.remaining: float | None = None

    @property
    def dropped_events(self) -> int:
        return sum(each.events for each in self.dropped.values())

    def add(self, delivered: Delivered, size: int) -> None:
        """Add a page. `size`: bytes received."""
        from ta_akamai_siem.writing.conversion import add_dropped

        self.pages += 1
        self.events += delivered.events
        self.repeated += delivered.repeated
        self.left_out += delivered.left_out
        self.size += size
        add_dropped(self.dropped, delivered.dropped)


class Ending(NamedTuple):
    """How a run ended. `error`: what ended it, None after success.

    `interval`: from the stanza. `succession`: of its lease, `holder`: the host that has it; "" if
    unknown. `seconds`: duration. `blocked`: seconds of it in which splunkd did not read from the
    pipe. `at`, `credential_saved_at`: this host's clock, epoch seconds; None if unknown.
    """

    error: Optional[CollectionError]
    interval: str
    succession: str = ""
    seconds: float = 0.0
    blocked: float = 0.0
    at: float = 0.0
    holder: str = ""
    credential_saved_at: Optional[float] = None


def report_run(ending: Ending, totals: Totals, log: Log) -> None:
    """Write the last line of a run. Alerts depend on it."""
    how = how_ended(ending.error)
    log.info(
        "run.finished",
        events=totals.events,
        pages=totals.pages,
        bytes=totals.size,
        seconds=ending.seconds,
        interval=_short(longest_pause(ending.interval)),
        lease=ending.succession or None,
        holder=ending.holder or None,
        lag_seconds=totals.lag,
        drained=int(totals.drained),
        position_age_seconds=_age(totals.position, ending.at),
        credential_age_days=_days(_age(ending.credential_saved_at, ending.at)),
        repeated=totals.repeated or None,
        dropped=totals.dropped_events or None,
        left_out_bytes=totals.left_out or None,
        blocked_seconds=ending.blocked,
        how=how,
        result=ending.error.code if ending.error else "ok",
        reason=ending.error.what if ending.error and how not in (WELL, LEFT) else None,
    )


def report_dropped(totals: Totals, log: Log) -> None:
    """Log what each rule dropped in a run: events, and their bytes as Akamai sent them."""
    for line in totals.rules:
        if line.number in totals.dropped:
            events, size = totals.dropped[line.number]
            log.info("events.dropped", number=line.number, count=events, bytes=size, rule=line.text)


def _age(moment: Optional[float], now: float) -> Optional[float]:
    return None if moment is None else max(0.0, now - moment)


def _days(seconds: Optional[float]) -> Optional[int]:
    return None if seconds is None else int(seconds // 86_400)


def report_ingested(definition: InputDefinition, events: int, log: Log) -> None:
    """Log the number of events as solnlib does: Splunk's monitoring of add-ons counts by it.

    https://github.com/splunk/addonfactory-solutions-library-python/blob/main/solnlib/log.py
    """
    log.info(
        "events.ingested",
        action="events_ingested",
        modular_input_name=f"{definition.kind}://{definition.name}",
        sourcetype_ingested=definition.parameters.get("sourcetype", "akamai:siem"),
        n_events=events,
        event_input=definition.name,
        event_index=definition.parameters.get("index", "default"),
    )


def _short(seconds: float | None) -> float | int | None:
    """A whole number without decimals."""
    return int(seconds) if seconds is not None and seconds.is_integer() else seconds


def report_rewind(rewind: Rewind, log: Log) -> None:
    """Log that the input went back to a safe position."""
    log.warning(
        "checkpoint.rewound",
        reason="splunkd may have crashed before it indexed the last records. The input went back "
        "to an earlier position, so events may be duplicated.",
        saved_at=rewind.to,
        last_saved_at=rewind.last,
    )


def report_gap(gap: Gap, name: str, log: Log, bulletin: Bulletin) -> None:
    """Report events that input `name` cannot collect, in the log and in the Messages menu."""
    log.warning(
        "gap.recorded", since=gap.since, until=gap.until, cause=gap.cause, events=gap.events
    )
    if gap.cause == "window_full":
        outcome = (
            "may be incomplete in the index, because Akamai returns at most "
            f"{PAGE_EVENTS_MAX:,} events for any one second"
        )
    elif gap.cause == "lines_missing":
        outcome = (
            f"lack {gap.events or 0:,} events in the index, because Akamai sent a page with fewer "
            "events than it counted three times"
        )
    else:
        outcome = (
            f"cannot be collected, because Akamai retains events for {RETENTION // 3600} hours"
        )
    if gap.since is None:
        period = f"before {utc(gap.until)}, and that Akamai's connector has not collected,"
    else:
        period = f"from {utc(gap.since)} to {utc(gap.until)}"
    bulletin.gap(
        f"Input '{name}': the security events that Akamai stored {period} {outcome} ({gap.cause})."
    )


def report_doubts(
    page: Page, delivered: Delivered, name: str, log: Log, bulletin: Bulletin
) -> None:
    """Report faults of a page that is written anyway, in the log and the Messages menu."""
    if page.oversized:
        from ta_akamai_siem.record.long_line import LINE_MAX

        log.warning("line.oversized", lines=page.oversized, longest_kept=LINE_MAX)
    # A line too long for a record is shortened at once. The page itself is not in doubt.
    doubtful = delivered.contexts or delivered.unparsed > page.oversized
    if not page.mismatch and not (page.tolerant and doubtful):
        return
    reason = page.mismatch or "Some of its lines are not events"
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
        f"{reason}. Three requests had this result. Lines that are not events are indexed "
        f"with type=akamai_siem_unparsed ({delivered.unparsed}); {page.missing} events are "
        "missing. Report it to Akamai's support"
    )
