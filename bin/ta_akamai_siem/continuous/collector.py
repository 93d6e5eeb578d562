"""The loop: plan, fetch, write, flush, save. Uses protocols only, neither Splunk nor HTTP.

The checkpoint moves past events only in `_take`, after the page has proved complete and its
records are written. Every other save requests the same events again: a new beginning, a position
that the run went back to, and facts learnt from a failed page.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, NamedTuple, Optional, Protocol

from ta_akamai_siem.akamai.fetching import FetchFailed
from ta_akamai_siem.akamai.request import NEARLY_FULL, Gap
from ta_akamai_siem.errors import OffsetStuck, PageIncomplete
from ta_akamai_siem.limits import LATENCY
from ta_akamai_siem.run.prefetch import Prefetch
from ta_akamai_siem.run.report import report_doubts, report_gap, report_rewind
from ta_akamai_siem.run.run_time import RUN_MAX
from ta_akamai_siem.run.trail import Trail

from . import cursor as cursors
from .takeover import offset_of
from .way import Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.akamai.fetching import Fetched
    from ta_akamai_siem.position.checkpoint import Stored
    from ta_akamai_siem.run.report import Totals
    from ta_akamai_siem.run.surroundings import Bulletin, Checkpoints, StopFlag, Writer
    from ta_akamai_siem.run.trail import Pipe
    from ta_akamai_siem.settings import InputSettings
    from ta_akamai_siem.splunk.log import Log
    from ta_akamai_siem.writing.delivery import Delivered

    from .cursor import Cursor
    from .takeover import Positions


class Pages(Protocol):
    """Fetches the next page, as `akamai.fetching.Fetcher` does."""

    def fetch(self, cursor: Cursor) -> Fetched[Cursor]: ...


class Surroundings(NamedTuple):
    """`now`: Akamai's clock, `host_now`: this host's, both epoch seconds. `monotonic`: seconds, to
    measure a run. `blocked`: seconds that the run has waited for splunkd so far. `pipe`: to
    splunkd. `connector`: Akamai's own connector on this Splunk.
    """

    checkpoints: Checkpoints[Cursor]
    pages: Pages
    writer: Writer
    log: Log
    bulletin: Bulletin
    stop: StopFlag
    now: Callable[[], float]
    host_now: Callable[[], float]
    monotonic: Callable[[], float]
    blocked: Callable[[], float]
    pipe: Pipe
    connector: Callable[[], Positions]


class Collector:
    """One run of one input."""

    def __init__(self, settings: InputSettings, around: Surroundings, totals: Totals) -> None:
        """`totals`: counts the events collected, even if an error ends the run."""
        self._settings = settings
        self._around = around
        self._complete = 0.0
        self._trail: Trail[Cursor] = Trail(
            around.writer, around.pipe, around.stop, around.log, self._save
        )
        self.totals = totals
        totals.rules = settings.selection.drop

    def run(self) -> None:
        """Collect until drained, or for `RUN_MAX`. Raises any CollectionError that ends the run.
        The checkpoint is then after the last whole page, or before it if splunkd has read less.
        """
        with self._trail.followed():
            self._collect()

    def _collect(self) -> None:
        end = self._around.monotonic() + RUN_MAX
        prefetch: Optional[Prefetch[Fetched[Cursor]]] = self._fetch(self._resume())
        way = Way()
        while prefetch is not None:
            fetched = self._arrived(prefetch)
            self._check_way(way, fetched)
            drained = cursors.is_drained(fetched.page.context, fetched.request)
            following = fetched.cursor.after(
                fetched.page.context, fetched.asked_at, drained=drained
            ).complete_to(self._complete)
            self.totals.drained = drained
            more = not drained and self._around.monotonic() < end
            prefetch = self._fetch(following) if more else None
            again = self._take(fetched, following, behind=not drained)
            self._around.stop.check()
            if again is not None:
                self._discard(prefetch)
                prefetch = self._fetch(again)

    def _resume(self) -> Cursor:
        """The cursor to continue from. A new beginning is saved at once: `start` refers to it."""
        stored = self._around.checkpoints.load()
        if (
            stored is None
            or stored.rewind is not None
            or not cursors.belongs_to(stored.position, self._settings)
        ):
            return self._saved(self._begun(stored))
        self.totals.position = stored.position.nothing_missing
        return self._limited(stored.position)

    def _begun(self, stored: Stored[Cursor] | None) -> Cursor:
        """A position other than the last saved one: new, gone back to, or for other ids."""
        if stored is None:
            return self._first()
        if stored.rewind is not None:
            # Records written since may be lost, so the progress record must not skip them.
            self._around.writer.page_saved()
            report_rewind(stored.rewind, self._around.log)
        if not cursors.belongs_to(stored.position, self._settings):
            return self._reassigned(stored.position)
        return self._limited(stored.position)

    def _first(self) -> Cursor:
        """The beginning of an input that has never run. Raises TakeOverRefused."""
        settings = self._settings
        if not settings.connector:
            return cursors.begin(settings, self._around.now())
        offset = offset_of(self._around.connector(), settings)
        self._around.log.info("connector.taken_over", connector=settings.connector)
        return cursors.take_over(settings, offset, self._around.now())

    def _limited(self, cursor: Cursor) -> Cursor:
        return cursor._replace(limit=min(cursor.limit, self._settings.limit))

    def _reassigned(self, stored: Cursor) -> Cursor:
        """The new beginning after host or ids have changed: the offset is no longer valid."""
        self._around.log.warning(
            "checkpoint.foreign",
            reason="Host (host) or Security configurations (config_ids) changed, so the stored "
            "offset is not valid.",
            host=stored.host,
            config_ids=";".join(map(str, stored.config_ids)),
        )
        settings = self._settings
        if stored.host != settings.account.host:
            self._around.checkpoints.start_anew()
            if settings.connector:
                # The connector's offset is older than what this input has collected since.
                moved = stored.replaying()._replace(host=settings.account.host)
                return moved._replace(config_ids=settings.config_ids)
            return cursors.begin(settings, self._around.now())
        # The history is kept: if splunkd has died, a replay begins from a safe moment in it.
        return stored.replaying()._replace(config_ids=settings.config_ids)

    def _saved(self, cursor: Cursor) -> Cursor:
        self._save(cursor)
        return cursor

    def _fetch(self, cursor: Cursor) -> Prefetch[Fetched[Cursor]]:
        return Prefetch(lambda: self._around.pages.fetch(cursor))

    def _arrived(self, prefetch: Prefetch[Fetched[Cursor]]) -> Fetched[Cursor]:
        """The page, and the cursor with its limit adapted to the speed of the page."""
        with self._around.stop.interruptible():
            try:
                fetched = prefetch.result()
                full = fetched.page.events >= fetched.request.limit * NEARLY_FULL
                cursor = fetched.cursor.paced(fetched.seconds, self._settings.limit, full=full)
                return fetched.at(cursor)
            except FetchFailed as failed:
                failure = failed
        self._save(failure.cursor.complete_to(self._complete))
        raise failure.error

    def _check_way(self, way: Way, fetched: Fetched[Cursor]) -> None:
        """Raises OffsetStuck, before anything of the page is written."""
        try:
            way.check(fetched.request, fetched.page.context)
        except OffsetStuck:
            fetched.page.close()
            self._save(fetched.cursor.complete_to(self._complete))
            raise

    def _discard(self, prefetch: Prefetch[Fetched[Cursor]] | None) -> None:
        """Wait for a page that is no longer needed: only one request runs at a time."""
        if prefetch is not None:
            with contextlib.suppress(FetchFailed), self._around.stop.interruptible():
                prefetch.result().page.close()

    def _take(self, fetched: Fetched[Cursor], following: Cursor, *, behind: bool) -> Cursor | None:
        """Write a page, then move the checkpoint past it. `behind`: more events are waiting.

        Returns the cursor for a repeated request if a line of the page is not an event.
        """
        if fetched.cursor.skew:
            # After a kill, progress on a page is useful only if the same page is requested again.
            fetched = fetched.at(self._saved(fetched.cursor.settled()))
        self._trail.add(fetched.cursor)
        began, blocked = time.monotonic(), self._around.blocked()
        with contextlib.closing(fetched.page):
            try:
                delivered = self._around.writer.deliver(
                    fetched.page, fetched.cursor.position, behind=behind
                )
            except PageIncomplete as error:
                if fetched.page.tolerant:
                    raise
                self._around.log.warning(error.code, reason=error)
                return self._saved(fetched.cursor.mismatched())
        # Before the save: after a kill, a repeated report is better than a missing one.
        for gap in (fetched.cursor.gap(fetched.request), _missing(fetched)):
            if gap:
                report_gap(gap, self._settings.name, self._around.log, self._around.bulletin)
        # No event is stored before it happens: at the end of this page, all events older than its
        # last ones are written. None of them can be newer than Akamai's newest available events.
        self._complete = max(self._complete, min(delivered.late, fetched.asked_at - LATENCY))
        self._save(following.complete_to(self._complete))
        self._around.writer.page_saved()
        self._report(
            fetched,
            delivered,
            write_seconds=time.monotonic() - began,
            blocked_seconds=self._around.blocked() - blocked,
        )
        return None

    def _save(self, cursor: Cursor) -> None:
        self._around.checkpoints.save(cursor, self._around.host_now())
        self.totals.position = cursor.nothing_missing
        self._around.log.debug("checkpoint.saved", **cursor.to_document())

    def _report(self, fetched: Fetched[Cursor], delivered: Delivered, **seconds: float) -> None:
        page, log, now = fetched.page, self._around.log, self._around.now()
        totals = self.totals
        totals.add(delivered, page.size)
        lag = max(0.0, now - delivered.newest) if delivered.newest else None
        if lag is not None:
            totals.lag = lag
            totals.newest = max(totals.newest or 0.0, self._around.host_now() - lag)
        spent = fetched.seconds + seconds["write_seconds"]
        log.info(
            "page.collected",
            events=delivered.events,
            bytes=page.size,
            seconds=spent,
            events_per_second=int(delivered.events / spent) if spent else None,
            fetch_seconds=fetched.seconds,
            lag_seconds=lag,
            offset_age_seconds=_age(fetched, now),
            limit=fetched.request.limit,
            repeated=delivered.repeated or None,
            untimed=delivered.untimed or None,
            unparsed=delivered.unparsed or None,
            masked=delivered.masked or None,
            dropped=delivered.dropped_events or None,
            left_out_bytes=delivered.left_out or None,
            **seconds,
        )
        report_doubts(page, delivered, self._settings.name, log, self._around.bulletin)


def _missing(fetched: Fetched[Cursor]) -> Gap | None:
    """The events that a page lacks by its context's count if it is accepted anyway."""
    if not fetched.page.missing:
        return None
    since = fetched.cursor.nothing_missing
    return Gap(since, fetched.asked_at, "lines_missing", fetched.page.missing)


def _age(fetched: Fetched[Cursor], now: float) -> float | None:
    """Seconds since the moment up to which the page's offset proves completeness."""
    complete = fetched.cursor.complete_until
    return now - complete if complete is not None else None
