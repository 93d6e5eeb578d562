"""Ends the process cleanly when splunkd stops it, even while a write is blocked.

A signal sets `requested`, which code checks between two steps. Code that waits for another system
does so inside `interruptible()`, which raises StopRequested at once. Any other code, such as a
write to a pipe that nobody reads, is interrupted after `GRACE` seconds.

The handler takes no lock, because the thread that it interrupts may hold it. If the system gives
the signal to another thread, nothing wakes the one that handles it, so that one sleeps in steps.
"""

from __future__ import annotations

import contextlib
import signal
import time
from typing import TYPE_CHECKING

from ta_akamai_siem.errors import StopRequested

if TYPE_CHECKING:
    from collections.abc import Iterator

GRACE = 2.0
"""Seconds. Splunk does not document how long splunkd waits before it kills; assume five."""
_STEP = 0.1
"""Seconds."""
_ALARM = getattr(signal, "setitimer", None)
"""Windows has none; there the signal itself raises."""


class Stop:
    """One per process. `requested`: whether a signal has come."""

    def __init__(self) -> None:
        self.requested = False
        self._interruptible = False
        self._insists_until = 0.0

    def install(self) -> None:
        """Handle the signals by which splunkd, or a user at a terminal, ends a process."""
        for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._on_signal)
        if _ALARM:
            signal.signal(signal.SIGALRM, self._on_alarm)

    def disarm(self) -> None:
        """Ignore all signals from now on, so that the last lines can be written."""
        for name in ("SIGTERM", "SIGINT", "SIGBREAK", "SIGALRM"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)

    def check(self) -> None:
        """Raises StopRequested after a signal."""
        if self.requested:
            raise StopRequested(_WHAT)

    def wait(self, seconds: float) -> None:
        """Sleep. Raises StopRequested as soon as a signal arrives, except while `insisting`."""
        end = time.monotonic() + seconds
        while not self.requested:
            rest = end - time.monotonic()
            if rest <= 0:
                return
            time.sleep(min(rest, _STEP))
        left = self._insists_until - time.monotonic()
        if left <= 0:
            raise StopRequested(_WHAT)
        time.sleep(min(seconds, left))

    @contextlib.contextmanager
    def insisting(self) -> Iterator[None]:
        """For a save that must not be given up at once, although splunkd has stopped the input."""
        self._insists_until = time.monotonic() + GRACE
        try:
            yield
        finally:
            self._insists_until = 0.0

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """For code that waits for another system and can be left at any point."""
        self._interruptible = True
        try:
            self.check()
            yield
        finally:
            self._interruptible = False

    @contextlib.contextmanager
    def at_most(self, seconds: float) -> Iterator[None]:
        """Raises StopRequested in code that takes longer, if the system has such a timer."""
        if _ALARM:
            _ALARM(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            if _ALARM:
                _ALARM(signal.ITIMER_REAL, 0)

    def _on_signal(self, *_: object) -> None:
        self.requested = True
        if self._interruptible or _ALARM is None:
            raise StopRequested(_WHAT)
        _ALARM(signal.ITIMER_REAL, GRACE)

    @staticmethod
    def _on_alarm(*_: object) -> None:
        raise StopRequested(_WHAT)


_WHAT = "splunkd stopped this input"
