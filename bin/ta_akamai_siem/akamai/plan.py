"""What fetching needs of a plan: what it asks for, and what failed requests have taught it.

Three are plans: `continuous.cursor.Cursor`, `backfill.windows.WindowPlan` and, for one look at a
moment, `backfill.windows.Recheck`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ta_akamai_siem.errors import CollectionError, PageIncomplete, RateLimited, ServerTrouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

    from .request import Request

PlanType = TypeVar("PlanType", bound="Plan")
RETRY_AFTER_MAX = 600.0
"""Seconds for which a Retry-After is honored, whatever it says: events expire meanwhile."""
_LATEST = 1e11
"""No moment is later: epoch seconds have ten digits until the year 2286."""


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
        """Whether a page was cut after it had brought events: it may have been too large.

        An answer without an event says nothing about a page's size.
        """
        error = self.error
        return isinstance(error, PageIncomplete) and not error.ended and error.events > 0


@dataclass(frozen=True)
class Remembered:
    """What failed requests have taught, for the next attempt in this run or in a later one.

    `mismatches`: how many times running the page ended as it should and disagreed with itself.
    `not_before`: no request earlier than this, as Akamai demanded with Retry-After; epoch seconds.
    """

    mismatches: int = 0
    not_before: float = 0.0

    def pause(self, now: float) -> float:
        """Seconds to wait before the next request. `now`: Akamai's clock.

        A moment that is further away than we ever let it be comes from a wrong clock, or was never
        ours: it holds up nothing.
        """
        pause = self.not_before - now
        return pause if 0.0 < pause <= RETRY_AFTER_MAX else 0.0

    def mismatched(self) -> Remembered:
        return replace(self, mismatches=self.mismatches + 1)

    def after(self, failed: Failed) -> Remembered:
        error = failed.error
        if isinstance(error, PageIncomplete) and error.ended:
            return self.mismatched()
        if isinstance(error, (RateLimited, ServerTrouble)) and error.retry_after:
            return replace(self, not_before=failed.now + min(error.retry_after, RETRY_AFTER_MAX))
        return self


def read_remembered(document: Mapping[str, Any]) -> Remembered:
    """As a plan's document has it. What failed requests taught only helps: nothing is refused."""
    doubts, not_before = document.get("doubts"), document.get("not_before")
    usable = isinstance(not_before, (int, float)) and abs(not_before) < _LATEST
    return Remembered(
        mismatches=doubts if type(doubts) is int and doubts > 0 else 0,
        not_before=float(not_before or 0.0) if usable else 0.0,
    )


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
