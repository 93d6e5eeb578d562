"""One proved page into splunkd's pipe: blocks of lines, records, elements, progress.

A line that turns out to be no event is found here at the latest. Its block is not written; the
page counts as incomplete and is asked for again. What went before that line is covered by the
progress record, and recognised in this run in whatever order it comes back.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import chain, islice
from statistics import median_low
from typing import TYPE_CHECKING, Protocol

from .errors import PageIncomplete
from .event import NotAnEvent, Record, record, unparsed
from .event_stream import event_elements
from .line_multiset import LineMultiset
from .progress import LineDigest, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .page import Page

PROGRESS_EVENTS = 1_000
PROGRESS_SECONDS = 0.25
"""Progress is recorded when both have passed since the last record …"""
PROGRESS_EVENTS_MAX = 2_000
"""… and never further apart than this: so many may come twice after a kill."""
_CHUNK = 500
_LAST = 200
"""Events at a page's end whose median start is taken; a few odd ones do not move it."""


class Stream(Protocol):
    def write(self, elements: bytes) -> None: ...


class ProgressStore(Protocol):
    def load(self) -> Progress | None: ...

    def save(self, progress: Progress) -> None: ...

    def clear(self) -> None: ...


@dataclass
class Delivered:
    """What became of a page's lines.

    `repeated`: not written again, as they were already. `newest`: start of the newest event.
    `late`: median start of the page's last events, a moment up to which all is stored that comes
    before the page's end: an event is never stored before it happened. Both epoch seconds, 0 where
    no event has a start.
    """

    events: int = 0
    untimed: int = 0
    unparsed: int = 0
    repeated: int = 0
    newest: float = 0.0
    late: float = 0.0


class Delivery:
    """Writes pages. `check`: raises when we are to stop. `now`: epoch seconds."""

    def __init__(
        self,
        stream: Stream,
        progress: ProgressStore,
        check: Callable[[], None],
        now: Callable[[], float],
    ) -> None:
        self._stream = stream
        self._progress = progress
        self._check = check
        self._now = now
        self._written = LineMultiset()

    def deliver(self, page: Page, position: str) -> Delivered:
        """Write a page's records; all of them are with splunkd when this returns.

        `position`: the cursor's, by which progress is recorded. Raises PageIncomplete, PipeClosed,
        StopRequested, SpoolUnusable; what was written by then is recorded.
        """
        delivered = Delivered()
        digest = LineDigest()
        chunks = self._resumed(page, position, digest, delivered)
        meter = _Meter()
        last: list[Record] = []
        try:
            for lines in chunks:
                if meter.due(len(lines)):
                    self._record(position, delivered, digest, meter)
                self._check()
                records = self._write(lines, page, delivered)
                digest.add(lines)
                meter.events += len(lines)
                last = [*last[-_LAST:], *records]
        except BaseException as error:
            if meter.events:
                self._record(position, delivered, digest, meter)
            if isinstance(error, PageIncomplete):
                done = delivered.events + delivered.repeated
                self._written.add(islice(chain.from_iterable(page.blocks()), done))
            raise
        delivered.late = _median_start(last[-_LAST:])
        return delivered

    def leave_out(self, lines: LineMultiset) -> None:
        """Lines of the next page that are with splunkd already."""
        self._written = lines

    def finished(self) -> None:
        """The checkpoint has moved past the page."""
        self._progress.clear()

    def _write(self, lines: list[bytes], page: Page, delivered: Delivered) -> list[Record]:
        new, known = self._told_apart(lines) if self._written else (lines, [])
        collected = f"{self._now():.3f}"
        try:
            records = [_record_of(line, collected, page, delivered) for line in new]
        except PageIncomplete:
            self._written.add(known)
            raise
        self._stream.write(event_elements(records))
        delivered.events += len(records)
        delivered.repeated += len(known)
        for made in records:
            if not made.timed:
                delivered.untimed += 1
            elif (start := float(made.time)) > delivered.newest:
                delivered.newest = start
        return records

    def _told_apart(self, lines: list[bytes]) -> tuple[list[bytes], list[bytes]]:
        """Those to write, and those written before their page turned out to be broken."""
        new: list[bytes] = []
        known: list[bytes] = []
        for line in lines:
            (known if self._written.take(line) else new).append(line)
        return new, known

    def _resumed(
        self, page: Page, position: str, digest: LineDigest, delivered: Delivered
    ) -> Iterator[list[bytes]]:
        """The page's lines, less those that an earlier run wrote, if they are the same ones."""
        progress = self._progress.load()
        if progress is None or progress.position != position or progress.events > page.events:
            return _chunks(page)
        rest = _chunks(page)
        skipped = LineDigest()
        remaining = progress.events
        head: list[bytes] = []
        for lines in rest:
            skipped.add(lines[:remaining])
            head = lines[remaining:]
            remaining -= len(lines) - len(head)
            if not remaining:
                break
        if remaining or skipped.hex() != progress.digest:
            return _chunks(page)
        digest.copy_from(skipped)
        delivered.repeated = progress.events
        if self._written:
            for line in islice(chain.from_iterable(page.blocks()), progress.events):
                self._written.take(line)
        return _prepended(head, rest)

    def _record(
        self, position: str, delivered: Delivered, digest: LineDigest, meter: _Meter
    ) -> None:
        events = delivered.events + delivered.repeated
        self._progress.save(Progress(position, events, digest.hex()))
        meter.reset()


class _Meter:
    """What was written since progress was last recorded."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.events = 0
        self._since = time.monotonic()

    def due(self, more: int) -> bool:
        """Whether to record before writing `more` lines."""
        if self.events + more > PROGRESS_EVENTS_MAX:
            return self.events > 0
        elapsed = time.monotonic() - self._since
        return self.events >= PROGRESS_EVENTS and elapsed >= PROGRESS_SECONDS


def _median_start(records: list[Record]) -> float:
    starts = [float(made.time) for made in records if made.timed]
    return median_low(starts) if len(starts) > len(records) // 2 else 0.0


def _record_of(line: bytes, collected: str, page: Page, delivered: Delivered) -> Record:
    try:
        return record(line, collected)
    except NotAnEvent as error:
        if not page.tolerant:
            what = "A line of the page is no JSON object"
            raise PageIncomplete(what, ended=True) from error
        delivered.unparsed += 1
        return unparsed(line, collected)


def _chunks(page: Page) -> Iterator[list[bytes]]:
    """A block of tiny lines holds thousands: smaller pieces keep progress records close."""
    for lines in page.blocks():
        for begin in range(0, len(lines), _CHUNK):
            yield lines[begin : begin + _CHUNK]


def _prepended(head: list[bytes], rest: Iterator[list[bytes]]) -> Iterator[list[bytes]]:
    if head:
        yield head
    yield from rest
