"""The state of the KV store, and its injected faults."""

from __future__ import annotations

import threading
import time

from .rest_fault import RestFault

STATES = ("ready", "starting", "disabled", "failed")
_REFUSALS = {
    "starting": "KV Store is initializing. Please try again later.",
    "disabled": "KV Store is disabled.",
    "failed": "KV Store process terminated abnormally. See mongod.log and splunkd.log.",
}


class KvState:
    """ready | starting[:SECONDS] | disabled | failed, and a number of writes that fail."""

    def __init__(self, text: str, lag: float = 0.0) -> None:
        """Start in a state as given on the command line. `lag`: of reads, seconds."""
        self._lock = threading.Lock()
        self._ready_at: float | None = None
        self._faults: list[str] = []
        self.lag = lag
        self.set(text)

    def set(self, text: str) -> None:
        """Change the state. `starting:SECONDS` becomes ready by itself, `starting` does not."""
        state, _, seconds = text.partition(":")
        if state not in STATES:
            raise RestFault(400, f"KV store state {text!r}: one of {', '.join(STATES)}")
        with self._lock:
            self._state = state
            self._ready_at = time.monotonic() + float(seconds) if seconds else None

    def current(self) -> str:
        """Return the current state."""
        with self._lock:
            if self._ready_at is not None and time.monotonic() >= self._ready_at:
                self._state, self._ready_at = "ready", None
            return self._state

    def require_ready(self) -> None:
        """Respond with 503 unless the store is ready."""
        state = self.current()
        if state != "ready":
            raise RestFault(503, _REFUSALS[state])

    def spoil_writes(self, kind: str, count: int, after: int = 0) -> None:
        """Make the next writes fail: `503`, `500`, `timeout` (no response for 60 s), `lost-answer`.

        `lost-answer` performs the write and then closes the connection without a response. `after`:
        number of writes before it that succeed.
        """
        if kind not in {"503", "500", "timeout", "lost-answer"}:
            raise RestFault(400, f"KV store fault {kind!r}")
        with self._lock:
            self._faults = [kind] * count + [""] * after

    def next_fault(self) -> str | None:
        """Return the fault of the next write, if there is one."""
        with self._lock:
            return self._faults.pop() if self._faults else None
