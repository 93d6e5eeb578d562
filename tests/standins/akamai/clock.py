"""The stand-in's clock, and a shift of the time that clients see."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import formatdate


@dataclass
class Clock:
    """Seconds since the epoch.

    ``advance_s`` moves the whole stand-in ahead of the machine's clock: events age, tokens expire.
    ``skew_s`` shifts only the time that clients see and send (``Date``, signature timestamps,
    ``from`` and ``to``). Storage times do not change, so the same events stay visible.
    """

    advance_s: float = 0.0
    skew_s: float = 0.0

    def now(self) -> float:
        """Return the time by which events are stored."""
        return time.time() + self.advance_s

    def told(self, extra_skew_s: float = 0.0) -> float:
        """Return the time that clients see."""
        return self.now() + self.skew_s + extra_skew_s

    def from_told(self, told: float, extra_skew_s: float = 0.0) -> float:
        """Return the storage time for ``told``, a time as clients see it."""
        return told - self.skew_s - extra_skew_s


def http_date(epoch: float) -> str:
    """Return the time in the format of the ``Date`` header."""
    return formatdate(epoch, usegmt=True)


def problem_time(epoch: float) -> str:
    """Return the time in the format of ``requestTime`` in a problem body."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
