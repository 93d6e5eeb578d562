"""Fetches the next page: retries, waits and corrects the clock as needed.

Returns a proved page and the plan that requested it. Each failed request may have changed the plan
by `Plan.failed`. This module never moves a plan past events.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, Generic

from ta_akamai_siem.errors import (
    ClockSkewed,
    CollectionError,
    Leave,
    RangeExpired,
    Replay,
    RequestDeferred,
    TryAgain,
)

from .client import PAGE_TIMEOUT
from .plan import RETRY_AFTER_MAX, Failed, PlanType

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.splunk.log import Log

    from .client import PageSource
    from .page import Page
    from .request import Request
    from .signing import CorrectedClock

RETRY_SECONDS_MAX = 120.0
"""Seconds of pauses without a page after which a run ends. The next run continues."""
ATTEMPTS_SECONDS_MAX = 2 * PAGE_TIMEOUT
"""Seconds without a page, requests included, after which no further request is made."""
FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
SKEW_WORTH_A_WARNING = 30.0
CORRECTIONS_MAX = 3
"""Number of times that a request is signed again with the corrected clock before a pause."""
MISMATCHES_MAX = 2
"""Consecutive times that a page with a wrong count is refused before it is accepted as it is."""


class Fetched(Generic[PlanType]):
    """`asked_at`: Akamai's clock at the request. `seconds`: time until the page had arrived."""

    def __init__(
        self, page: Page, cursor: PlanType, request: Request, asked_at: float, seconds: float
    ) -> None:
        self.page = page
        self.cursor = cursor
        self.request = request
        self.asked_at = asked_at
        self.seconds = seconds

    def at(self, cursor: PlanType) -> Fetched[PlanType]:
        """The same with another cursor."""
        return Fetched(self.page, cursor, self.request, self.asked_at, self.seconds)


class FetchFailed(Exception):
    """Retries are used up, or waiting cannot cure `error`. `cursor`: the cursor to keep."""

    def __init__(self, error: CollectionError, cursor: Any) -> None:  # noqa: ANN401 - a PlanType
        super().__init__(str(error))
        self.error = error
        self.cursor = cursor


class Fetcher:
    """`wait`: sleeps that many seconds, or raises if the input is stopped."""

    def __init__(
        self, source: PageSource, clock: CorrectedClock, wait: Callable[[float], None], log: Log
    ) -> None:
        self._source = source
        self._clock = clock
        self._wait = wait
        self._log = log

    def fetch(self, cursor: PlanType) -> Fetched[PlanType]:
        """The next page. Raises FetchFailed, and the errors of `wait`."""
        attempts = _Attempts()
        while True:
            try:
                self._wait_until_allowed(cursor)
                return self._attempt(cursor)
            except CollectionError as error:  # noqa: PERF203 - one turn is a whole page
                cursor = self._reaction(error, cursor, attempts)

    def _attempt(self, cursor: PlanType) -> Fetched[PlanType]:
        asked_at = self._clock.now()
        request = cursor.request(asked_at)
        self._log.debug("page.requested", **request._asdict())
        began = time.monotonic()
        tolerant = cursor.remembered.mismatches >= MISMATCHES_MAX
        page = self._source.fetch(request, tolerant=tolerant)
        return Fetched(page, cursor, request, asked_at, seconds=time.monotonic() - began)

    def _reaction(self, error: CollectionError, cursor: PlanType, attempts: _Attempts) -> PlanType:
        """The plan to continue with after an error. Raises FetchFailed if a retry is useless."""
        if isinstance(error, Leave):
            raise error
        if isinstance(error, Replay):
            if not attempts.first(type(error)):
                raise FetchFailed(error, cursor) from error
            self._log.warning(error.code, reason=error)
        correction = self._learnt_from(error)
        cursor = cursor.failed(Failed(error, self._clock.now(), correction))
        if isinstance(error, Replay) or (
            isinstance(error, ClockSkewed) and error.akamai_time and attempts.corrects()
        ):
            return cursor
        pause = None
        if isinstance(error, TryAgain):
            pause = attempts.pause(error.retry_after)
        if pause is None:
            raise FetchFailed(error, cursor) from error
        self._log.warning(error.code, reason=error, attempt=attempts.failed, wait_seconds=pause)
        self._wait(pause)
        return cursor

    def _wait_until_allowed(self, cursor: PlanType) -> None:
        seconds = cursor.pause(self._clock.now())
        if seconds > RETRY_SECONDS_MAX:
            what = f"Akamai's Retry-After asks for a wait of another {seconds:.0f} s"
            raise FetchFailed(RequestDeferred(what), cursor)
        if seconds > 0:
            self._wait(seconds)

    def _learnt_from(self, error: CollectionError) -> float:
        """Seconds by which the clock was corrected, if the error contains Akamai's time."""
        if not isinstance(error, (ClockSkewed, RangeExpired)) or not error.akamai_time:
            return 0.0
        before = self._clock.now()
        skew = self._clock.learn(error.akamai_time)
        if abs(skew) > SKEW_WORTH_A_WARNING:
            self._log.warning(
                ClockSkewed.code,
                skew_seconds=skew,
                reason=ClockSkewed(
                    "This host's clock is not Akamai's; requests are signed with the corrected time"
                ),
            )
        return error.akamai_time - before


class _Attempts:
    """Counts the attempts for one page and the time spent on them."""

    def __init__(self) -> None:
        self.failed = 0
        self._began = time.monotonic()
        self._waited = 0.0
        self._corrected = 0
        self._seen: set[type[CollectionError]] = set()

    def corrects(self) -> bool:
        """Whether to sign again at once: the clock of one response may have been wrong."""
        self._corrected += 1
        return self._corrected <= CORRECTIONS_MAX

    def first(self, kind: type[CollectionError]) -> bool:
        """Whether this is the first error of a kind that is cured without a wait."""
        new = kind not in self._seen
        self._seen.add(kind)
        return new

    def pause(self, retry_after: float | None) -> float | None:
        """Seconds to wait before the next attempt. None once retries are used up."""
        self.failed += 1
        longest: float = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (self.failed - 1))
        pause = longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
        pause = max(pause, min(retry_after or 0.0, RETRY_AFTER_MAX))
        elapsed = time.monotonic() - self._began
        if self._waited + pause > RETRY_SECONDS_MAX or elapsed + pause > ATTEMPTS_SECONDS_MAX:
            return None
        self._waited += pause
        return pause
