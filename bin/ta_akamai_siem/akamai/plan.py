"""The interface of a plan: its next request, and the facts learnt from failed requests.

Three classes implement it: `continuous.cursor.Cursor`, `backfill.windows.WindowPlan` and, for one
check of a moment, `backfill.windows.Recheck`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from ta_akamai_siem.errors import CollectionError, PageIncomplete, TryAgain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

    from .request import Request

PlanType = TypeVar("PlanType", bound="Plan")
RETRY_AFTER_MAX = 240.0
"""Longest time, in seconds, for which a Retry-After is honored. See docs/decisions/0018."""
_LATEST = 1e11
"""No moment is later: epoch seconds have ten digits until the year 2286."""


class Failed(NamedTuple):
    """A request that returned no page.

    `now`: Akamai's clock, epoch seconds. `correction`: seconds by which this host's clock was found
    to be slow, negative if it is fast.
    """

    error: CollectionError
    now: float
    correction: float = 0.0

    @property
    def is_cut(self) -> bool:
        """Whether a page was cut after events had arrived: it may have been too large.

        A response without an event is no evidence of a page's size.
        """
        error = self.error
        return isinstance(error, PageIncomplete) and not error.ended and error.events > 0


class Remembered(NamedTuple):
    """Facts learnt from failed requests, for the next attempt in this run or a later one.

    `mismatches`: consecutive times that the page ended correctly but disagreed with its count.
    `not_before`: earliest time of the next request, from Akamai's Retry-After; epoch seconds.
    """

    mismatches: int = 0
    not_before: float = 0.0

    def pause(self, now: float) -> float:
        """Seconds to wait before the next request. `now`: Akamai's clock.

        A moment beyond the longest allowed wait comes from a wrong clock or a damaged document.
        It is ignored.
        """
        pause = self.not_before - now
        return pause if 0.0 < pause <= RETRY_AFTER_MAX else 0.0

    def mismatched(self) -> Remembered:
        return self._replace(mismatches=self.mismatches + 1)

    def after(self, failed: Failed) -> Remembered:
        error = failed.error
        if isinstance(error, PageIncomplete) and error.ended:
            return self.mismatched()
        if isinstance(error, TryAgain) and error.retry_after:
            return self._replace(not_before=failed.now + min(error.retry_after, RETRY_AFTER_MAX))
        return self


def read_remembered(document: Mapping[str, Any]) -> Remembered:
    """Read it from a plan's document. It is only an aid, so invalid values are ignored."""
    doubts, not_before = document.get("doubts"), document.get("not_before")
    usable = isinstance(not_before, (int, float)) and abs(not_before) < _LATEST
    return Remembered(
        mismatches=doubts if type(doubts) is int and doubts > 0 else 0,
        not_before=float(not_before or 0.0) if usable else 0.0,
    )


class Plan(Protocol):
    """Decides the next request. Immutable: each change returns a new plan."""

    @property
    def remembered(self) -> Remembered: ...

    def pause(self, now: float) -> float:
        """Seconds to wait before the next request. `now`: Akamai's clock."""

    def request(self, now: float) -> Request:
        """The next request. `now`: Akamai's clock. Raises RangeExpired."""

    def failed(self, failed: Failed) -> Self:
        """The plan after a request that returned no page."""
