"""Ends a program on a signal."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading

_STEP = 0.1
"""Seconds."""


class Ending:
    """Handles the signals that ask this program to end.

    The handler takes no lock, which the thread that it interrupts may hold. A signal that the
    system gives to another thread wakes nobody, so one waits in short steps.
    """

    def __init__(self, *names: str) -> None:
        """``names``: of signals."""
        self.asked = False
        for name in names:
            signal.signal(getattr(signal, name), self._note)

    def wait(self, seconds: float = float("inf"), also: threading.Event | None = None) -> bool:
        """Whether the program has to end, because of a signal or of ``also``."""
        end = time.monotonic() + seconds
        while not self.asked and not (also and also.is_set()):
            if time.monotonic() >= end:
                return False
            time.sleep(_STEP)
        return True

    def _note(self, *_: object) -> None:
        self.asked = True
