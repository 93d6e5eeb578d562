"""What fetching needs of a plan: what it asks for, and what failed requests have taught it.

Three are plans: `continuous.cursor.Cursor`, `backfill.windows.WindowPlan` and, for one look at a
moment, `backfill.windows.Recheck`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from ta_akamai_siem.errors import CollectionError, PageIncomplete, RateLimited, ServerTrouble

if TYPE_CHECKING:
    from typing_extensions import Self

    from .request import Request

PlanType = TypeVar("PlanType", bound="Plan")


@dataclass(frozen=True)
class Failed:
    """A request that brought no page.

    `now`: Akamai's clock, epoch seconds. `correction`: seconds by which this host's clock has just
    turned out to be slow, negative if it is fast.
    """

    error: CollectionError
    now: float
    correction: float = 0.0

    @property
    def is_cut(self) -> bool:
        """Whether a page began and did not end as it should."""
        return isinstance(self.error, PageIncomplete) and not self.error.ended


@dataclass(frozen=True)
class Remembered:
    """What failed requests have taught, for the next attempt in this run or in a later one.

    `mismatches`: how many times running the page ended as it should and disagreed with itself.
    `not_before`: no request earlier than this, as Akamai demanded with Retry-After; epoch seconds.
    """

    mismatches: int = 0
    not_before: float = 0.0

    def pause(self, now: float) -> float:
        """Seconds to wait before the next request. `now`: Akamai's clock."""
        return max(0.0, self.not_before - now)

    def mismatched(self) -> Remembered:
        return replace(self, mismatches=self.mismatches + 1)

    def after(self, failed: Failed) -> Remembered:
        error = failed.error
        if isinstance(error, PageIncomplete) and error.ended:
            return self.mismatched()
        if isinstance(error, (RateLimited, ServerTrouble)) and error.retry_after:
            return replace(self, not_before=failed.now + error.retry_after)
        return self


class Plan(Protocol):
    """Which request comes next. A value: what happens gives a new one."""

    @property
    def remembered(self) -> Remembered: ...

    def pause(self, now: float) -> float:
        """Seconds to wait before the next request. `now`: Akamai's clock."""

    def request(self, now: float) -> Request:
        """What to ask for next. `now`: Akamai's clock. Raises RangeExpired."""

    def failed(self, failed: Failed) -> Self:
        """The plan after a request that brought no page."""
