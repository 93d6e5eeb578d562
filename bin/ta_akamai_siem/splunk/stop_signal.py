"""Ends the process cleanly when splunkd asks for it, also while a write is blocked.

A signal sets `requested`; code between two steps looks at it. Whoever waits for something outside
says so with `interruptible()` and is thrown out at once. Whatever else still runs after
`GRACE` seconds, a write into a pipe that nobody reads above all, is thrown out then.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

from ta_akamai_siem.errors import StopRequested

if TYPE_CHECKING:
    from collections.abc import Iterator

GRACE = 2.0
"""Seconds; splunkd's grace before it kills is not documented, so stay well inside five."""
_ALARM = getattr(signal, "setitimer", None)
"""Windows has none: there the signal itself throws."""


class Stop:
    """One a process. `requested` may be waited for by any thread."""

    def __init__(self) -> None:
        self.requested = threading.Event()
        self._interruptible = False

    def install(self) -> None:
        """Take over the signals by which splunkd, or a person at a terminal, ends a process."""
        for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._on_signal)
        if _ALARM:
            signal.signal(signal.SIGALRM, self._on_alarm)

    def disarm(self) -> None:
        """From here on nothing is interrupted: the last lines are being written."""
        for name in ("SIGTERM", "SIGINT", "SIGBREAK", "SIGALRM"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)

    def check(self) -> None:
        """Raises StopRequested if a stop was asked for."""
        if self.requested.is_set():
            raise StopRequested(_WHAT)

    def wait(self, seconds: float) -> None:
        """Sleep; raises StopRequested as soon as a stop is asked for."""
        if self.requested.wait(seconds):
            raise StopRequested(_WHAT)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """For code that waits for something outside and can be left at any point."""
        self._interruptible = True
        try:
            self.check()
            yield
        finally:
            self._interruptible = False

    @contextlib.contextmanager
    def at_most(self, seconds: float) -> Iterator[None]:
        """Throws StopRequested out of what takes longer, where the system has such a timer."""
        if _ALARM:
            _ALARM(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            if _ALARM:
                _ALARM(signal.ITIMER_REAL, 0)

    def _on_signal(self, *_: object) -> None:
        self.requested.set()
        if self._interruptible or _ALARM is None:
            raise StopRequested(_WHAT)
        _ALARM(signal.ITIMER_REAL, GRACE)

    @staticmethod
    def _on_alarm(*_: object) -> None:
        raise StopRequested(_WHAT)


_WHAT = "splunkd asked this input to stop"
