"""The indexes, and the queue in front of them, which is lost if splunkd crashes."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .index_files import IndexFiles, Origin, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .event_stream import Event

BUILT_IN = ("main", "summary", "history", "_internal", "_audit", "_introspection")


class IndexQueue:
    """Queues parsed events and commits them to the indexes after `delay` seconds (0: at once).

    Events for an index that does not exist are dropped and reported, as splunkd does.
    """

    def __init__(
        self,
        folder: Path,
        names: list[str],
        *,
        full: bool,
        on_dropped: Callable[[Origin, int], None],
    ) -> None:
        """Use these indexes below a folder; `full` keeps records, otherwise only hashes."""
        self.delay = 0.0
        self._folder = folder
        self._full = full
        self._on_dropped = on_dropped
        self._files: dict[str, IndexFiles] = {}
        self._names = {*BUILT_IN, *names}
        self._dropped = 0
        self._queue: deque[tuple[float, Origin, list[Event]]] = deque()
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._stopped = False
        for name in self._names:
            if (folder / name).is_dir():
                self._open(name)
        self._thread = threading.Thread(target=self._commit_late, name="index", daemon=True)
        self._thread.start()

    def names(self) -> list[str]:
        """Return the indexes' names."""
        return sorted(self._names)

    def exists(self, name: str) -> bool:
        """Whether an index exists; `default` is main."""
        return name == "default" or name in self._names

    def create(self, name: str) -> None:
        """Create an index."""
        self._names.add(name)

    def add(self, origin: Origin, events: list[Event]) -> None:
        """Queue events of a stanza. An event may set its own metadata."""
        plain = [event for event in events if event.overrides is None]
        if plain:
            self._enqueue(origin, plain)
        for event in events:
            if event.overrides is not None:
                known = {
                    key: event.overrides[key] for key in asdict(origin) if key in event.overrides
                }
                self._enqueue(Origin(**{**asdict(origin), **known}), [event])

    def waiting(self) -> int:
        """Return how many events are read but not committed."""
        with self._lock:
            return sum(len(events) for _, _, events in self._queue)

    def flush(self) -> None:
        """Commit all queued events."""
        with self._lock:
            while self._queue:
                _, origin, events = self._queue.popleft()
                self._commit(origin, events)

    def stats(self, index: str | None = None) -> dict[str, Any]:
        """Return counts and digests: in total, and by index, host, source and sourcetype."""
        total = Tally()
        origins = []
        with self._lock:
            waiting = self.waiting()
            for name, files in sorted(self._files.items()):
                if index not in {None, name}:
                    continue
                for origin, tally in files.tallies.items():
                    origins.append({**asdict(origin), **tally.shown()})
                    total.count += tally.count
                    total.raw_bytes += tally.raw_bytes
                    total.digest = (total.digest + tally.digest) % (1 << 128)
        shown = total.shown()
        return {**shown, "waiting": waiting, "dropped": self._dropped, "by_origin": origins}

    def records(self, index: str, source: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the records of an index, optionally of one source."""
        name = "main" if index == "default" else index
        with self._lock:
            files = self._files.get(name)
        for record in files.records() if files else ():
            if source is None or record["source"] == source:
                yield record

    def close(self) -> None:
        """Commit everything and stop."""
        self._stopped = True
        self._wake.set()
        self._thread.join()
        with self._lock:
            self.flush()
            for files in self._files.values():
                files.close()

    def _open(self, name: str) -> IndexFiles:
        return self._files.setdefault(name, IndexFiles(self._folder / name, full=self._full))

    def _enqueue(self, origin: Origin, events: list[Event]) -> None:
        if origin.index == "default":
            origin = Origin(origin.host, "main", origin.source, origin.sourcetype)
        with self._lock:
            if self.delay <= 0 and not self._queue:
                self._commit(origin, events)
                return
            self._queue.append((time.monotonic(), origin, events))
        self._wake.set()

    def _commit(self, origin: Origin, events: list[Event]) -> None:
        if origin.index not in self._names:
            self._dropped += len(events)
            self._on_dropped(origin, len(events))
            return
        files = self._files.get(origin.index) or self._open(origin.index)
        files.append(origin, events)

    def _commit_late(self) -> None:
        while not self._stopped:
            with self._lock:
                while self._queue and time.monotonic() - self._queue[0][0] >= self.delay:
                    _, origin, events = self._queue.popleft()
                    self._commit(origin, events)
                busy = bool(self._queue)
            if busy:
                time.sleep(0.01)
            else:
                self._wake.wait()
                self._wake.clear()
