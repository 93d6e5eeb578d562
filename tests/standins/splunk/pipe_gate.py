"""Back pressure: whether and how fast the inputs' pipes are read."""

from __future__ import annotations

import threading
import time
from typing import Callable

_STEP = 0.02


class PipeGate:
    """Shared by all readers. `paused` stops reading, `rate` slows it (bytes a second, 0: free).

    `leave`: the pipe of an input that is stopped is closed, whatever it holds.
    """

    def __init__(self) -> None:
        """Start without a limit."""
        self._condition = threading.Condition()
        self.paused = False
        self.rate = 0
        self.leave = False

    def set(
        self,
        *,
        paused: bool | None = None,
        rate: int | None = None,
        leave: bool | None = None,
    ) -> None:
        """Change what is given."""
        with self._condition:
            if paused is not None:
                self.paused = paused
            if rate is not None:
                self.rate = rate
            if leave is not None:
                self.leave = leave
            self._condition.notify_all()

    def admit(self, most: int, let_through: Callable[[], bool]) -> int:
        """Wait until reading is allowed and return how many bytes may be read.

        `let_through` ends the wait: the output of an ended process is read to its end.
        """
        with self._condition:
            while self.paused and not let_through():
                self._condition.wait(_STEP)
            rate = self.rate
        if rate <= 0 or let_through():
            return most
        portion = max(1, min(most, rate // 20))
        time.sleep(portion / rate)
        return portion
