"""Limits an input to a number of events per second, so that it leaves capacity for others."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from collections.abc import Callable

_SAVED_UP = 1.0
"""Seconds' worth of events that an idle input may write at once."""


class RateLimit:
    """`rate`: events per second, None: no limit. `wait`: sleeps, or raises StopRequested."""

    def __init__(
        self,
        rate: Optional[int],
        wait: Callable[[float], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = rate
        self._wait = wait
        self._monotonic = monotonic
        self._paid_until = monotonic() - _SAVED_UP

    def spend(self, events: int) -> None:
        """Call this before writing `events`. Waits until the rate allows them."""
        if self._rate is None:
            return
        now = self._monotonic()
        if self._paid_until > now:
            self._wait(self._paid_until - now)
        self._paid_until = max(self._paid_until, now - _SAVED_UP) + events / self._rate
