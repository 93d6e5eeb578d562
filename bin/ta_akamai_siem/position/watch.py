"""How long another's claim has shown no sign of life, by this host's own clock.

Clocks of two hosts are never compared: a run writes down what it saw and its monotonic time, and a
later run that sees the same knows how long it has been so.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Watch:
    """`path`: on this host's disk. `monotonic`: seconds since this host started, or the like."""

    def __init__(self, path: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._monotonic = monotonic

    def unchanged_for(self, seen: str) -> float | None:
        """Seconds for which `seen` is known to be all there was to see. None: nobody can tell, as
        the file cannot be kept.
        """
        now = self._monotonic()
        since = self._since(seen)
        # A stamp from before the host was started again is ahead of now, or leaves less than is
        # true.
        if since is not None and since <= now:
            return now - since
        return 0.0 if self._note(seen, now) else None

    def forget(self) -> None:
        """Whatever it was, it is over."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            # The next one to be watched is another.
            return

    def _since(self, seen: str) -> float | None:
        try:
            noted = json.loads(self._path.read_text(encoding="utf-8"))
            return float(noted["since"]) if noted["seen"] == seen else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _note(self, seen: str, now: float) -> bool:
        beside = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps({"seen": seen, "since": now}), encoding="utf-8")
            beside.replace(self._path)
        except OSError:
            return False
        return True
