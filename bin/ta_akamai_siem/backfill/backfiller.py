"""The loop of a backfill: fetch a window, write it, save the checkpoint.

Like `collector`, it uses interfaces only, neither Splunk nor HTTP. The checkpoint moves past events
at the end of `_take`, and past expired ones when `run` finds no window. Every other save requests
the same window again.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Optional, Protocol

from ta_akamai_siem.akamai.fetching import FetchFailed
from ta_akamai_siem.akamai.request import Gap
from ta_akamai_siem.errors import PageIncomplete
from ta_akamai_siem.position.history import SAFE_AGE, STOP_AGE
from ta_akamai_siem.run.prefetch import Prefetch
from ta_akamai_siem.run.report import report_doubts, report_gap, report_rewind
from ta_akamai_siem.run.run_time import RUN_MAX
from ta_akamai_siem.run.surroundings import Writer
from ta_akamai_siem.run.trail import Trail
from ta_akamai_siem.timestamps import utc

from . import windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.akamai.line_multiset import LineMultiset
    from ta_akamai_siem.run.report import Totals
    from ta_akamai_siem.run.surroundings import Bulletin, Checkpoints, StopFlag
    from ta_akamai_siem.run.trail import Pipe
    from ta_akamai_siem.splunk.log import Log
    from ta_akamai_siem.writing.delivery import Delivered

    from .settings import BackfillSettings
    from .window_pages import Found, Window
    from .windows import WindowPlan

SETTLED_AFTER = SAFE_AGE + STOP_AGE
"""Seconds after its last save until a finished backfill is settled: nothing can be lost."""


class WindowSource(Protocol):
    """Fetches the next window, as `window_pages.Windows` does."""

    def next(self, plan: WindowPlan, before: Optional[LineMultiset]) -> Found: ...


class WindowWriter(Writer, Protocol):
    """As `writing.delivery.Delivery`."""

    def leave_out(self, lines: LineMultiset) -> None: ...


class Surroundings(NamedTuple):
    """`host_now`: this host's clock, epoch seconds. `monotonic`: seconds, for durations.
    `pipe`: to splunkd.
    """

    checkpoints: Checkpoints[WindowPlan]
    windows: WindowSource
    writer: WindowWriter
    log: Log
    bulletin: Bulletin
    stop: StopFlag
    host_now: Callable[[], float]
    monotonic: Callable[[], float]
    pipe: Pipe


class Backfiller:
    """One run of one backfill."""

    def __init__(self, settings: BackfillSettings, around: Surroundings, totals: Totals) -> None:
        """`totals`: counts what is collected, also if the run fails."""
        self._settings = settings
        self._around = around
        self._totals = totals
        totals.rules = settings.selection.drop
        self._began = around.monotonic()
        self._began_at = 0
        self._events = self._dropped = 0
        self._saved: Optional[WindowPlan] = None
        self._trail: Trail[WindowPlan] = Trail(
            around.writer, around.pipe, around.stop, around.log, self._save
        )

    def run(self) -> None:
        """Collect the range, for at most `RUN_MAX`. Raises the CollectionError that ends the run;
        the checkpoint is then at the end of the last whole window, or where splunkd has read to.
        """
        with self._trail.followed():
            self._collect()

    def _collect(self) -> None:
        plan = self._resume()
        if plan is None:
            return
        self._began_at, self._events, self._dropped = plan.at, plan.events, plan.dropped
        end = self._began + RUN_MAX
        prefetch: Optional[Prefetch[Found]] = self._fetch(plan, None)
        again = False
        while prefetch is not None:
            found = self._arrived(prefetch)
            for gap in found.gaps:
                self._tell(gap)
            if found.window is None:
                self._save(found.plan)
                break
            window = found.window
            following = window.plan.after(window.page.events)
            more = not following.is_done and self._around.monotonic() < end
            prefetch = self._fetch(following, window.lines) if more else None
            again = not self._take(window, following, again=again)
            self._around.stop.check()
            if again:
                self._discard(prefetch)
                prefetch = self._fetch(window.plan.mismatched(), None)
        self._say_if_done()

    def _resume(self) -> Optional[WindowPlan]:
        """The plan to continue with; None if nothing is left to do."""
        stored = self._around.checkpoints.load()
        if stored is None:
            return self._begin("first run")
        if stored.rewind is not None:
            # What was written since may be lost, so its progress record must not count.
            self._around.writer.page_saved()
            report_rewind(stored.rewind, self._around.log)
        if not windows.belongs_to(stored.position, self._settings):
            self._around.checkpoints.start_anew()
            return self._begin("changed: host, config_ids or range")
        plan = replace(stored.position, limit=self._settings.limit)
        self._saved, self._events, self._dropped = stored.position, plan.events, plan.dropped
        if stored.rewind is not None:
            self._save(plan)
        if not plan.is_done:
            return plan
        self._totals.drained = True
        if self._around.host_now() - stored.saved_at > SETTLED_AFTER:
            self._save(replace(plan, settled=True))
        return None

    def _begin(self, reason: str) -> WindowPlan:
        plan = windows.begin(self._settings)
        self._around.log.info(
            "backfill.begun", since=utc(plan.since), until=utc(plan.until), reason=reason
        )
        self._save(plan)
        return plan

    def _fetch(self, plan: WindowPlan, before: Optional[LineMultiset]) -> Prefetch[Found]:
        return Prefetch(lambda: self._around.windows.next(plan, before))

    def _arrived(self, prefetch: Prefetch[Found]) -> Found:
        with self._around.stop.interruptible():
            try:
                return prefetch.result()
            except FetchFailed as failed:
                failure = failed
        if isinstance(failure.cursor, windows.WindowPlan):
            self._save(failure.cursor)
        raise failure.error

    def _discard(self, prefetch: Optional[Prefetch[Found]]) -> None:
        """Wait for a window that is no longer needed: only one request at a time."""
        if prefetch is not None:
            with contextlib.suppress(FetchFailed), self._around.stop.interruptible():
                window = prefetch.result().window
                if window is not None:
                    window.page.close()

    def _take(self, window: Window, following: WindowPlan, *, again: bool) -> bool:
        """Write a window, then move the checkpoint past it.

        False if a line of it is not an event, so that it must be requested again. `again`: this is
        the repeated window; the writer knows what was written of it.
        """
        if window.plan != self._saved:
            # After a kill, the progress record is of use only if the same window is requested.
            self._save(window.plan)
        if not again:
            self._around.writer.leave_out(window.shared)
        began = time.monotonic()
        self._trail.add(window.plan)
        with contextlib.closing(window.page):
            try:
                # All of a past range is already waiting.
                delivered = self._around.writer.deliver(
                    window.page, window.plan.position, behind=True
                )
            except PageIncomplete as error:
                if window.page.tolerant:
                    raise
                self._around.log.warning(error.code, reason=error)
                self._save(window.plan.mismatched())
                return False
        if window.is_full:
            self._tell(Gap(window.plan.at, window.plan.end, cause="window_full"))
        if window.page.missing:
            missing = window.page.missing
            self._tell(Gap(window.plan.at, window.plan.end, "lines_missing", missing))
        self._events += delivered.events
        self._dropped += delivered.dropped_events
        self._save(following)
        self._around.writer.page_saved()
        self._report(window, delivered, following, write_seconds=time.monotonic() - began)
        return True

    def _save(self, plan: WindowPlan) -> None:
        plan = replace(plan, events=self._events, dropped=self._dropped)
        self._around.checkpoints.save(plan, self._around.host_now())
        self._around.log.debug("checkpoint.saved", **plan.to_document())
        self._saved = plan

    def _tell(self, gap: Gap) -> None:
        report_gap(gap, self._settings.name, self._around.log, self._around.bulletin)

    def _say_if_done(self) -> None:
        if self._saved is not None and self._saved.is_done:
            self._totals.drained = True
            self._around.log.info(
                "backfill.finished",
                events=self._events,
                dropped=self._dropped or None,
                since=utc(self._saved.since),
                until=utc(self._saved.until),
            )

    def _report(
        self, window: Window, delivered: Delivered, following: WindowPlan, write_seconds: float
    ) -> None:
        totals = self._totals
        totals.add(delivered, window.page.size)
        covered = following.at - self._began_at
        elapsed = self._around.monotonic() - self._began
        totals.share = following.share_done
        totals.remaining = elapsed / covered * (following.until - following.at)
        self._around.log.info(
            "window.collected",
            since=utc(window.plan.at),
            until=utc(window.plan.end),
            events=delivered.events,
            bytes=window.page.size,
            fetch_seconds=window.fetched.seconds,
            write_seconds=write_seconds,
            limit=window.fetched.request.limit,
            repeated=delivered.repeated or None,
            untimed=delivered.untimed or None,
            unparsed=delivered.unparsed or None,
            masked=delivered.masked or None,
            dropped=delivered.dropped_events or None,
            left_out_bytes=delivered.left_out or None,
            percent=100 * totals.share,
            remaining_seconds=totals.remaining,
        )
        report_doubts(
            window.page, delivered, self._settings.name, self._around.log, self._around.bulletin
        )
