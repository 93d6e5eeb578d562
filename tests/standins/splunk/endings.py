"""When connections end: once they are idle, or in the moment of a call, as if splunkd stopped."""

from __future__ import annotations

import threading

_IDLE = 8.0
"""Seconds. A busy splunkd keeps an idle connection for 12 at least (`busyKeepAliveIdleTimeout` in
server.conf).
"""


class Endings:
    """`idle`: seconds after which a connection that is opened from now on is closed unless a call
    comes.
    """

    def __init__(self) -> None:
        """Begin without any in the moment of a call."""
        self.idle = _IDLE
        self._lock = threading.Lock()
        self._plan: list[bool] = []

    def set(self, count: int, after: int = 0) -> None:
        """End the connections of the next `count` calls on used ones, after as many others."""
        with self._lock:
            self._plan = [True] * count + [False] * after

    def next(self) -> bool:
        """Whether the connection of this call ends."""
        with self._lock:
            return bool(self._plan) and self._plan.pop()
