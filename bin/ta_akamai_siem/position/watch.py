"""Measures by this host's own clock for how long another run's claim has not changed.

It never compares the clocks of two hosts. A run records the claim that it read and its monotonic
time. A later run that reads the same claim can tell for how long it has not changed.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Watch:
    """`path`: a file on this host's disk. `monotonic`: seconds, such as since this host started."""

    def __init__(self, path: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._monotonic = monotonic

    def unchanged_for(self, seen: str) -> float | None:
        """Seconds for which `seen` is known not to have changed. None if the file that records this
        cannot be written.
        """
        now = self._monotonic()
        since = self._since(seen)
        # A stamp from before a restart of the host is in the future, or gives too short a
        # time.
        if since is not None and since <= now:
            return now - since
        return 0.0 if self._note(seen, now) else None

    def forget(self) -> None:
        """Stop watching: delete the record."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            # A stale record is harmless: the next claim to be watched is different.
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
