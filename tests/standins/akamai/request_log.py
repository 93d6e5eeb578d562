"""The requests to the stand-in and their results. Authorization headers are not stored."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Entry:
    """One request. Times are seconds since the epoch of the machine's clock."""

    number: int
    time: float
    method: str
    target: str
    path: str = ""
    query: dict[str, str] = field(default_factory=dict)
    config_ids: list[int] = field(default_factory=list)
    mode: str | None = None
    accept_encoding: str = ""
    user_agent: str = ""
    connection: int = 0
    status: int | None = None
    reason: str = ""
    faults: list[str] = field(default_factory=list)
    events: int | None = None
    """Number of events in the page before a fault changed it."""
    sent_bytes: int = 0
    seconds: float | None = None
    finished: bool = False
    completed: bool = False
    """Whether the whole response was written; false if a fault truncated it."""


class RequestLog:
    """The requests since the start or the last reset, including those in progress."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: list[Entry] = []
        self._number = 0
        self._lock = threading.Lock()

    def open(self, method: str, target: str) -> Entry:
        """Return a new entry, which is in the log already."""
        with self._lock:
            self._number += 1
            entry = Entry(self._number, time.time(), method, target)
            self._entries.append(entry)
            return entry

    def close(self, entry: Entry) -> None:
        """Mark ``entry`` as finished."""
        with self._lock:
            entry.seconds = time.time() - entry.time
            entry.finished = True

    def entries(self) -> list[dict[str, Any]]:
        """Return every entry."""
        with self._lock:
            return [asdict(entry) for entry in self._entries]

    def reset(self) -> None:
        """Remove every entry."""
        with self._lock:
            self._entries.clear()
