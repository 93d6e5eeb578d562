"""Writes one complete page to splunkd's pipe, block by block, and records the progress.

A line that is not an event is found here at the latest. Its block is not written, and the page is
requested again as incomplete. The progress record covers the lines before it. In the same run they
are recognised in any order.
"""

from __future__ import annotations

import time
from array import array
from collections import deque
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from ta_akamai_siem.akamai.line_multiset import LineMultiset
from ta_akamai_siem.akamai.lines import Lines
from ta_akamai_siem.errors import PageIncomplete
from ta_akamai_siem.record.event import NotAnEvent

from .conversion import NO_START, Dropped, InProcess, add_dropped
from .event_stream import PIPE_MAX
from .progress import LineDigest, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ta_akamai_siem.akamai.page import Page
    from ta_akamai_siem.record.event_time import Moment

    from .conversion import Converted, Converter
    from .event_stream import EventStream
    from .progress import ProgressFile

PROGRESS_EVENTS = 1_000
PROGRESS_SECONDS = 0.25
"""Progress is recorded when both have been reached since the last record …"""
PROGRESS_EVENTS_MAX = 2_000
"""… and at least this often: up to this many events are duplicated after a kill."""
CHUNK = 500
WORTH_WORKERS = 5_000
"""Events of the smallest page for workers: they start too slowly for smaller ones."""
_LAST = 200
"""Events at the end of a page whose median start counts, so that a few wrong ones do not."""


@dataclass
class Delivered:
    """The result for a page, in numbers of events unless it says otherwise.

    `untimed`: without a time of their own. `unparsed`: not JSON objects, kept as text. `repeated`:
    delivered earlier, so not written again. `contexts`: context lines. `masked`: values.
    `left_out`: bytes that the records would have had more. `dropped`: by the number of the rule.
    `newest`: start of the newest event. `late`: median start of the page's last events. Akamai
    never stores an event before it happened, so all events up to this moment come before the page's
    end. Both are epoch seconds, 0 if no event has a start; dropped events count too.
    """

    events: int = 0
    untimed: int = 0
    unparsed: int = 0
    repeated: int = 0
    contexts: int = 0
    masked: int = 0
    left_out: int = 0
    dropped: dict[int, Dropped] = field(default_factory=dict)
    newest: float = 0.0
    late: float = 0.0

    @property
    def dropped_events(self) -> int:
        return sum(each.events for each in self.dropped.values())

    @property
    def lines(self) -> int:
        """Of the page, done with so far."""
        return self.done + self.repeated

    @property
    def done(self) -> int:
        """Lines that were not delivered earlier."""
        return self.events + self.dropped_events + self.contexts

    def include(self, earlier: Delivered) -> None:
        """Count what earlier requests of the page brought in this run, which is repeated now."""
        self.repeated = max(0, self.repeated - earlier.done)
        self.events += earlier.events
        self.untimed += earlier.untimed
        self.unparsed += earlier.unparsed
        self.contexts += earlier.contexts
        self.masked += earlier.masked
        self.left_out += earlier.left_out
        add_dropped(self.dropped, earlier.dropped)
        self.newest = max(self.newest, earlier.newest)


class _Point(NamedTuple):
    """`written`: bytes that the pipe had taken. `progress`: how far the page was then."""

    written: int
    progress: Progress


class _Begun(NamedTuple):
    """A chunk of lines being converted.

    `known`: lines that were written earlier. `converted`: waits for the others.
    """

    lines: Lines
    known: list[bytes]
    converted: Callable[[], Converted]


@dataclass(frozen=True)
class WritingResources:
    """What an input may use. `rate_limit`: called with a number of events before they are written;
    it may wait. `in_process`, `workers`: convert blocks; `workers` while the input is behind.
    """

    rate_limit: Callable[[int], None] = lambda _: None
    in_process: Converter = field(default_factory=InProcess)
    workers: Converter = field(default_factory=InProcess)


class Delivery:
    """Writes pages. `check`: raises where the next block may not be written. `moment`: the current
    time of collection.
    """

    def __init__(
        self,
        stream: EventStream,
        progress: ProgressFile,
        check: Callable[[], None],
        moment: Callable[[], Moment],
        resources: WritingResources = WritingResources(),
    ) -> None:
        self._stream = stream
        self._progress = progress
        self._check = check
        self._moment = moment
        self._resources = resources
        self._written = LineMultiset()
        self._earlier = Delivered()
        self._points: deque[_Point] = deque()

    def deliver(self, page: Page, position: str, *, behind: bool = False) -> Delivered:
        """Write a page's records. When this returns, splunkd's pipe has taken all of them.

        `position`: identifies the page in the progress record. `behind`: more pages are waiting.
        Raises PageIncomplete, PipeClosed, SpoolUnusable, and what `check` raises; the progress is
        recorded.
        """
        delivered = Delivered()
        digest = LineDigest()
        chunks = self._resumed(page, position, digest, delivered)
        by = (
            self._resources.workers
            if behind and page.events >= WORTH_WORKERS
            else self._resources.in_process
        )
        meter = _Meter()
        last = array("d")
        waiting: deque[_Begun] = deque()
        try:
            for lines, known, converted in self._begun(chunks, page, by, waiting):
                made = _made(converted)
                self._resources.rate_limit(made.events)
                if meter.due(len(lines)):
                    self._record(position, delivered, digest, meter)
                self._check()
                self._mark(position, delivered, digest)
                if made.elements:
                    self._stream.write(made.elements)
                _count(delivered, made, repeated=len(known))
                digest.add(lines)
                meter.events += len(lines)
                last = last[-_LAST:] + made.starts
            if meter.events:
                # The save may fail, and the page is requested again.
                self._record(position, delivered, digest, meter)
        except BaseException as error:
            if meter.events:
                self._record(position, delivered, digest, meter)
            if isinstance(error, PageIncomplete):
                done = delivered.lines
                self._written.add(islice(chain.from_iterable(page.blocks()), done))
                self._written.add(chain.from_iterable(begun.known for begun in waiting))
                self._earlier.include(delivered)
            raise
        delivered.late = _median_start(last[-_LAST:])
        delivered.include(self._earlier)
        self._earlier = Delivered()
        return delivered

    def leave_out(self, lines: LineMultiset) -> None:
        """Do not write these lines of the next page, because they were written earlier."""
        self._written = lines

    def page_saved(self) -> None:
        """Call this when the checkpoint has moved past the page."""
        self._progress.clear()

    def read_up_to(self, unread: int) -> str | None:
        """For when splunkd has left without reading the last `unread` bytes: records no more
        progress than it has read. The position of the page to go on with, None where nothing was
        written.
        """
        points = self._points
        while len(points) > 1 and points[-1].written > self._stream.written - unread:
            points.pop()
        if not points:
            return None
        progress = points[-1].progress
        self._progress.clear()
        if progress.events:
            self._progress.save(progress)
        return progress.position

    def _mark(self, position: str, delivered: Delivered, digest: LineDigest) -> None:
        """Remember where we are; what is older than a pipe can hold was read."""
        written, points = self._stream.written, self._points
        points.append(_Point(written, Progress(position, delivered.lines, digest.hex())))
        while len(points) > 1 and points[1].written <= written - PIPE_MAX:
            points.popleft()

    def _begun(
        self, chunks: Iterable[Lines], page: Page, by: Converter, waiting: deque[_Begun]
    ) -> Iterator[_Begun]:
        """The chunks in order, `lookahead` of them begun in advance.

        `waiting`: those begun and not finished.
        """
        for lines in chunks:
            new, known = self._told_apart(lines) if self._written else (lines, [])
            begun = by.begin(new, self._moment(), tolerant=page.tolerant)
            waiting.append(_Begun(lines, known, begun))
            if len(waiting) > by.lookahead:
                yield waiting[0]
                waiting.popleft()
        while waiting:
            yield waiting[0]
            waiting.popleft()

    def _told_apart(self, lines: Lines) -> tuple[Lines, list[bytes]]:
        """The lines to write, and those that were written earlier."""
        new: list[bytes] = []
        known: list[bytes] = []
        for line in lines:
            (known if self._written.take(line) else new).append(line)
        return Lines.of(new), known

    def _resumed(
        self, page: Page, position: str, digest: LineDigest, delivered: Delivered
    ) -> Iterator[Lines]:
        """The lines of the page, without those that an earlier run wrote, if they are the same."""
        progress = self._progress.load()
        if progress is None or progress.position != position or progress.events > page.events:
            return _chunks(page)
        rest = _chunks(page)
        skipped = LineDigest()
        remaining = progress.events
        head = Lines.of([])
        for lines in rest:
            each = list(lines)
            skipped.add(Lines.of(each[:remaining]))
            head = Lines.of(each[remaining:])
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
        self._progress.save(Progress(position, delivered.lines, digest.hex()))
        meter.reset()


class _Meter:
    """Counts what was written since progress was last recorded."""

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


def _made(converted: Callable[[], Converted]) -> Converted:
    try:
        return converted()
    except NotAnEvent as error:
        what = "A line of the page is not a JSON object"
        raise PageIncomplete(what, ended=True) from error


def _count(delivered: Delivered, made: Converted, repeated: int) -> None:
    delivered.events += made.events
    add_dropped(delivered.dropped, made.dropped)
    delivered.left_out += made.left_out
    delivered.repeated += repeated
    delivered.unparsed += made.unparsed
    delivered.contexts += made.contexts
    delivered.masked += made.masked
    delivered.untimed += made.untimed
    delivered.newest = max(delivered.newest, max(made.starts, default=0.0))


def _median_start(starts: Sequence[float]) -> float:
    # Not `statistics`, which takes longer to import than the rest of this folder.
    known = sorted(start for start in starts if start != NO_START)
    return known[(len(known) - 1) // 2] if len(known) > len(starts) // 2 else 0.0


def _chunks(page: Page) -> Iterator[Lines]:
    """Blocks in smaller pieces: a block of short lines has thousands, too many for one record."""
    for lines in page.blocks():
        if len(lines) <= CHUNK:
            yield lines
            continue
        each = list(lines)
        for begin in range(0, len(each), CHUNK):
            yield Lines.of(each[begin : begin + CHUNK])


def _prepended(head: Lines, rest: Iterator[Lines]) -> Iterator[Lines]:
    if head:
        yield head
    yield from rest
