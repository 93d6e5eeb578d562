"""The current time of a search: the real time, unless a test or a preview sets it."""

from __future__ import annotations

import time


class Clock:
    """`moment`: epoch seconds; None for the real time."""

    def __init__(self) -> None:
        self.moment: float | None = None

    def now(self) -> float:
        return time.time() if self.moment is None else self.moment


CLOCK = Clock()
