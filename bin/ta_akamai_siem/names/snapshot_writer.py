"""Writes snapshots to splunkd's pipe."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from ta_akamai_siem.writing.event_stream import event_elements

from . import snapshot as snapshots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ta_akamai_siem.writing.event_stream import EventStream

    from .snapshot import About, Body

_BLOCK = 200
_UNCHANGED = b'"kind":"unchanged"}'


class SnapshotWriter:
    """`check`: raises if nothing may be written. `events`: written so far. `size`: their bytes."""

    def __init__(self, stream: EventStream, check: Callable[[], None]) -> None:
        self._stream = stream
        self._check = check
        self.events = 0
        self.size = 0

    def write(self, about: About, body: Body, snapshot: str, seen_at: float) -> None:
        """Write a whole snapshot, the closing record last. When this returns, splunkd has read it.

        Raises PipeClosed, StopRequested, LeaseLost, CheckpointUnavailable: then the snapshot has no
        closing record, or splunkd may not have read it.
        """
        head = snapshots.head(seen_at, snapshot, about.config_id)
        lines = chain(body.lines(), [snapshots.closing(about, body)])
        self._write(head, seen_at, lines)
        self._stream.wait_until_read(self._check)

    def confirm(self, config_id: int, snapshot: str, seen_at: float) -> None:
        """Write that a snapshot is still valid."""
        self._write(snapshots.head(seen_at, snapshot, config_id), seen_at, iter([_UNCHANGED]))

    def _write(self, head: bytes, seen_at: float, lines: Iterator[bytes]) -> None:
        time = b"%.3f" % seen_at
        while block := list(islice(lines, _BLOCK)):
            self._check()
            self._stream.write(event_elements((time, [head, line]) for line in block))
            self.events += len(block)
            self.size += sum(len(head) + len(line) for line in block)
