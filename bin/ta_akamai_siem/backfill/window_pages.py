"""Fetches the next window of a backfill: a page with all of its events, and those it shares.

A window that may not fit into its page is halved and requested again. Two windows that meet in a
second may both contain the events of that second: Akamai does not document whether `to` is part of
the range. So the lines in both are recognised, as a multiset. If there are any, that second is
requested alone. Its lines are those that `to` includes. All other equal lines are separate events
and are kept.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Optional

from ta_akamai_siem.akamai.fetching import FetchFailed
from ta_akamai_siem.akamai.line_multiset import LineMultiset
from ta_akamai_siem.errors import ParameterIllegal, RangeExpired

from .windows import Recheck

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.akamai.fetching import Fetched, Fetcher
    from ta_akamai_siem.akamai.page import Page
    from ta_akamai_siem.akamai.request import Gap

    from .windows import WindowPlan

_CLAMPED_MAX = 3
"""How often the start of a window may expire during its request."""


@dataclass(frozen=True)
class Window:
    """A whole window. `fetched.cursor`: the plan that requested it.

    `lines`: its lines. `shared`: those that the previous window had too. `is_full`: it is one
    second and may have more events than a page.
    """

    fetched: Fetched[WindowPlan]
    lines: LineMultiset
    shared: LineMultiset
    is_full: bool

    @property
    def page(self) -> Page:
        return self.fetched.page

    @property
    def plan(self) -> WindowPlan:
        return self.fetched.cursor


class Found(NamedTuple):
    """`window`: None if none is left or none becomes visible soon. `plan`: the plan by then.

    `gaps`: expired parts before the window.
    """

    plan: WindowPlan
    window: Optional[Window]
    gaps: tuple[Gap, ...]


class Windows:
    """`now`: Akamai's clock. `wait`: sleeps that many seconds, or raises StopRequested.

    `visible_wait`: seconds that a run may wait for a window's end to become visible.
    """

    def __init__(
        self,
        pages: Fetcher,
        now: Callable[[], float],
        wait: Callable[[float], None],
        visible_wait: float,
    ) -> None:
        self._pages = pages
        self._now = now
        self._wait = wait
        self._visible_wait = visible_wait

    def next(self, plan: WindowPlan, before: Optional[LineMultiset]) -> Found:
        """The next window. Raises FetchFailed.

        `before`: the lines of the previous window, None if they are not known.
        """
        gaps: tuple[Gap, ...] = ()
        attempt = 0
        while True:
            attempt += 1
            plan, gap = plan.clamped(self._now())
            gaps += (gap,) if gap else ()
            pause = plan.visible_in(self._now())
            if plan.is_done or pause > self._visible_wait:
                return Found(plan, None, gaps)
            if pause > 0:
                self._wait(pause)
            try:
                return Found(plan, self._whole(plan, before), gaps)
            except FetchFailed as failed:
                if not isinstance(failed.error, RangeExpired) or attempt == _CLAMPED_MAX:
                    raise

    def _whole(self, plan: WindowPlan, before: Optional[LineMultiset]) -> Window:
        while True:
            fetched = self._pages.fetch(plan)
            plan = fetched.cursor
            overflows = plan.overflows(fetched.page.context, fetched.request)
            if not overflows or not plan.can_be_split:
                break
            fetched.page.close()
            plan = plan.halved()
        try:
            lines = _lines(fetched.page)
            shared = self._shared(plan, before, lines)
        except BaseException:
            fetched.page.close()
            raise
        return Window(fetched, lines, shared, is_full=overflows)

    def _shared(
        self, plan: WindowPlan, before: Optional[LineMultiset], lines: LineMultiset
    ) -> LineMultiset:
        if not plan.joined or not lines:
            return LineMultiset()
        if before is None:
            before = self._brought(Recheck(plan.at - 1, plan.at))
        shared = lines.shared_with(before)
        if not shared:
            return shared
        try:
            return shared.shared_with(self._brought(Recheck(plan.at, plan.at)))
        except FetchFailed as failed:
            # Akamai may reject an empty range. Then all lines in both windows count as shared.
            if isinstance(failed.error, ParameterIllegal):
                return shared
            raise

    def _brought(self, recheck: Recheck) -> LineMultiset:
        with contextlib.closing(self._pages.fetch(recheck).page) as page:
            return _lines(page)


def _lines(page: Page) -> LineMultiset:
    return LineMultiset(chain.from_iterable(page.blocks()))
