"""Gets the next window of a backfill: a page that holds all of it, and what it shares.

A window whose page may not hold all of it is halved and asked for again. Two windows that meet in
a second may both bring the events of that second, depending on whether Akamai counts `to` as part
of the range, which nobody documents. So the lines that both bring are recognised, as a multiset.
Where there are any, Akamai is asked for that second alone: what it gives is what `to` includes, and
lines outside are equal by chance, or stored twice, and stay.
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
"""Times that a window's beginning may expire while it is asked for."""


@dataclass(frozen=True)
class Window:
    """A whole window. `fetched.cursor`: the plan that it is the answer to.

    `lines`: what it holds. `shared`: of them, those that the window before brought. `is_full`: one
    second that may hold more than its page.
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
    """`window`: None where none is left, or none becomes visible soon; `plan` says where that is.

    `gaps`: what had expired before it.
    """

    plan: WindowPlan
    window: Optional[Window]
    gaps: tuple[Gap, ...]


class Windows:
    """`now`: Akamai's clock. `wait`: sleeps that many seconds, or raises when we are to stop.

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
        """The window that comes next. Raises FetchFailed.

        `before`: the lines of the window before, None where they are not known any more.
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
            # A range of no length may be refused; then what both windows bring has to do.
            if isinstance(failed.error, ParameterIllegal):
                return shared
            raise

    def _brought(self, recheck: Recheck) -> LineMultiset:
        with contextlib.closing(self._pages.fetch(recheck).page) as page:
            return _lines(page)


def _lines(page: Page) -> LineMultiset:
    return LineMultiset(chain.from_iterable(page.blocks()))
