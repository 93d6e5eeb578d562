"""Gets the next page, whatever it takes: retries, waits, corrects the clock, lowers the limit.

What comes back is a proved page and the cursor as it then was: a cut page has halved its limit, an
expired offset has turned it into a replay. Nothing here moves a cursor past events.
"""

from __future__ import annotations

import random
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Generic, Optional, Protocol, TypeVar

from ta_akamai_siem.errors import (
    ClockSkewed,
    CollectionError,
    Leave,
    PageIncomplete,
    RangeExpired,
    RateLimited,
    Replay,
    ServerTrouble,
    TryAgain,
)

from .request import NEARLY_FULL

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.splunk.log import Log

    from .page import Page
    from .request import Gap, Request

RETRY_SECONDS_MAX = 120.0
"""Seconds without a page after which a run ends; the next interval goes on."""
FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
SKEW_WORTH_A_WARNING = 30.0
CORRECTIONS_MAX = 3
"""Times that a page is signed anew with the clock just learnt before a pause is made."""
MISMATCHES_MAX = 2
"""A page that disagrees with itself is refused so many times running, then taken as it is."""
_Plan = TypeVar("_Plan", bound="Plan")


class Plan(Protocol):
    """Where an input stands, as far as fetching goes: `cursor.Cursor` and what is like it.

    `mismatches`: how many times running the page disagreed with itself. `pause`: seconds to wait.
    """

    @property
    def mismatches(self) -> int: ...

    def pause(self, now: float) -> float: ...

    def request(self, now: float) -> Request: ...

    def paced(self: _Plan, seconds: float, ceiling: int, *, full: bool) -> _Plan: ...

    def halved(self: _Plan) -> _Plan: ...

    def mismatched(self: _Plan) -> _Plan: ...

    def delayed(self: _Plan, not_before: float) -> _Plan: ...

    def replaying(self: _Plan) -> _Plan: ...

    def clock_corrected(self: _Plan, correction: float) -> _Plan: ...

    def gap(self, request: Request) -> Gap | None: ...


class Source(Protocol):
    """Asks Akamai once. `tolerant`: take a page whose content disagrees with its count."""

    def fetch(self, request: Request, *, tolerant: bool) -> Page: ...


class Clock(Protocol):
    """Akamai's clock, as `signing.CorrectedClock`."""

    def now(self) -> float: ...

    def learn(self, akamai_time: float) -> float: ...


@dataclass(frozen=True)
class Fetched(Generic[_Plan]):
    """`asked_at`: Akamai's clock when the page was asked for. `seconds`: it took to arrive."""

    page: Page
    cursor: _Plan
    request: Request
    asked_at: float
    seconds: float
    gap: Optional[Gap] = None


class FetchFailed(Exception):
    """Retries are used up, or waiting cannot cure it: `error`, and the `cursor` to keep."""

    def __init__(self, error: CollectionError, cursor: Any) -> None:  # noqa: ANN401 - a _Plan
        super().__init__(str(error))
        self.error = error
        self.cursor = cursor


class Fetcher:
    """`wait`: sleeps that many seconds, or raises when we are to stop. `ceiling`: the input's
    limit.
    """

    def __init__(
        self,
        source: Source,
        clock: Clock,
        wait: Callable[[float], None],
        log: Log,
        ceiling: int,
    ) -> None:
        self._source = source
        self._clock = clock
        self._wait = wait
        self._log = log
        self._ceiling = ceiling

    def fetch(self, cursor: _Plan) -> Fetched[_Plan]:
        """The page that comes next. Raises FetchFailed, and what `wait` raises."""
        attempts = _Attempts()
        while True:
            try:
                self._wait_until_allowed(cursor)
                return self._attempt(cursor)
            except CollectionError as error:  # noqa: PERF203 - one turn is a whole page
                cursor = self._reaction(error, cursor, attempts)

    def _attempt(self, cursor: _Plan) -> Fetched[_Plan]:
        asked_at = self._clock.now()
        request = cursor.request(asked_at)
        self._log.debug("page.requested", **asdict(request))
        began = time.monotonic()
        page = self._source.fetch(request, tolerant=cursor.mismatches >= MISMATCHES_MAX)
        seconds = time.monotonic() - began
        full = page.events >= request.limit * NEARLY_FULL
        return Fetched(
            page=page,
            cursor=cursor.paced(seconds, self._ceiling, full=full),
            request=request,
            asked_at=asked_at,
            seconds=seconds,
            gap=cursor.gap(request),
        )

    def _reaction(self, error: CollectionError, cursor: _Plan, attempts: _Attempts) -> _Plan:
        """What to go on with after an error. Raises FetchFailed where that is no use."""
        if isinstance(error, Leave):
            raise error
        if isinstance(error, ClockSkewed) and error.akamai_time:
            cursor = self._corrected(error.akamai_time, cursor)
            if attempts.corrects():
                return cursor
        if isinstance(error, Replay):
            if not attempts.first(type(error)):
                raise FetchFailed(error, cursor) from error
            self._log.warning(error.code, reason=error)
            if isinstance(error, RangeExpired) and error.akamai_time:
                cursor = self._corrected(error.akamai_time, cursor)
            return cursor.replaying()
        cursor = _remembering(error, cursor, self._clock.now())
        if not isinstance(error, TryAgain):
            raise FetchFailed(error, cursor) from error
        pause = attempts.pause(getattr(error, "retry_after", None))
        if pause is None:
            raise FetchFailed(error, cursor) from error
        self._log.warning(error.code, reason=error, attempt=attempts.failed, wait_seconds=pause)
        self._wait(pause)
        return cursor

    def _wait_until_allowed(self, cursor: Plan) -> None:
        seconds = cursor.pause(self._clock.now())
        if seconds > RETRY_SECONDS_MAX:
            what = f"Akamai asked to be left alone for another {seconds:.0f} s"
            raise FetchFailed(RateLimited(what), cursor)
        if seconds > 0:
            self._wait(seconds)

    def _corrected(self, akamai_time: float, cursor: _Plan) -> _Plan:
        """Learn Akamai's clock; the cursor in its terms."""
        before = self._clock.now()
        skew = self._clock.learn(akamai_time)
        if abs(skew) > SKEW_WORTH_A_WARNING:
            self._log.warning(
                ClockSkewed.code,
                skew_seconds=skew,
                reason=ClockSkewed(
                    "This host's clock is not Akamai's; requests are signed with the corrected time"
                ),
            )
        return cursor.clock_corrected(akamai_time - before)


class _Attempts:
    """How often and how long one page has been tried for."""

    def __init__(self) -> None:
        self.failed = 0
        self._waited = 0.0
        self._corrected = 0
        self._seen: set[type[CollectionError]] = set()

    def corrects(self) -> bool:
        """Whether to sign again at once: one answer's clock may have been the wrong one."""
        self._corrected += 1
        return self._corrected <= CORRECTIONS_MAX

    def first(self, kind: type[CollectionError]) -> bool:
        """Whether this is the first error of the kind that is cured, not waited for."""
        new = kind not in self._seen
        self._seen.add(kind)
        return new

    def pause(self, retry_after: float | None) -> float | None:
        """Seconds to wait before the next attempt; None once retries are used up."""
        self.failed += 1
        longest: float = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (self.failed - 1))
        pause = longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
        pause = max(pause, retry_after or 0.0)
        if self._waited + pause > RETRY_SECONDS_MAX:
            return None
        self._waited += pause
        return pause


def _remembering(error: CollectionError, cursor: _Plan, now: float) -> _Plan:
    """What the next attempt, in this run or a later one, has to know of this failure."""
    if isinstance(error, PageIncomplete):
        return cursor.mismatched() if error.ended else cursor.halved()
    if isinstance(error, (RateLimited, ServerTrouble)) and error.retry_after:
        return cursor.delayed(now + error.retry_after)
    return cursor
