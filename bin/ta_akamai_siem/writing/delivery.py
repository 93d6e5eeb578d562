"""One proved page into splunkd's pipe: blocks of lines, records, elements, progress.

A line that turns out to be no event is found here at the latest. Its block is not written; the
page counts as incomplete and is asked for again. What went before that line is covered by the
progress record, and recognised in this run in whatever order it comes back.
"""

from __future__ import annotations

import time
from array import array
from collections import deque
from dataclasses import dataclass, field
from itertools import chain, islice
from statistics import median_low
from typing import TYPE_CHECKING, NamedTuple

from ta_akamai_siem.akamai.line_multiset import LineMultiset
from ta_akamai_siem.akamai.lines import Lines
from ta_akamai_siem.errors import PageIncomplete
from ta_akamai_siem.record.event import NotAnEvent

from .conversion import NO_START, InProcess
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
"""Progress is recorded when both have passed since the last record …"""
PROGRESS_EVENTS_MAX = 2_000
"""… and never further apart than this: so many may come twice after a kill."""
_CHUNK = 500
WORTH_WORKERS = 5_000
"""Events of a page from which on workers are used: a smaller one is done before they are there."""
_LAST = 200
"""Events at a page's end whose median start is taken; a few odd ones do not move it."""


@dataclass
class Delivered:
    """What became of a page's lines.

    `repeated`: not written again, as they were already. `masked`: how many of their values were
    masked. `newest`: start of the newest event.
    `late`: median start of the page's last events, a moment up to which all is stored that comes
    before the page's end: an event is never stored before it happened. Both epoch seconds, 0 where
    no event has a start.
    """

    events: int = 0
    untimed: int = 0
    unparsed: int = 0
    repeated: int = 0
    masked: int = 0
    newest: float = 0.0
    late: float = 0.0


class _Begun(NamedTuple):
    """A chunk of lines on its way: those that are with splunkd already, and the promise of the
    others.
    """

    lines: Lines
    known: list[bytes]
    converted: Callable[[], Converted]


@dataclass(frozen=True)
class WritingResources:
    """How hard to work. `rate_limit`: is told how many events are to be written, and may wait.
    `in_process`: transforms what is written, `workers` what is while we are behind.
    """

    rate_limit: Callable[[int], None] = lambda _: None
    in_process: Converter = field(default_factory=InProcess)
    workers: Converter = field(default_factory=InProcess)


class Delivery:
    """Writes pages. `check`: raises when we may not write the next block. `moment`: of
    collecting what is transformed now.
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

    def deliver(self, page: Page, position: str, *, behind: bool = False) -> Delivered:
        """Write a page's records; all of them are with splunkd when this returns.

        `position`: the cursor's, by which progress is recorded. `behind`: more is waiting. Raises
        PageIncomplete, PipeClosed, SpoolUnusable, and what `check` raises; what was written by then
        is recorded.
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
                self._resources.rate_limit(len(lines))
                if meter.due(len(lines)):
                    self._record(position, delivered, digest, meter)
                self._check()
                self._stream.write(made.elements)
                _count(delivered, made, repeated=len(known))
                digest.add(lines)
                meter.events += len(lines)
                last = last[-_LAST:] + made.starts
        except BaseException as error:
            if meter.events:
                self._record(position, delivered, digest, meter)
            if isinstance(error, PageIncomplete):
                done = delivered.events + delivered.repeated
                self._written.add(islice(chain.from_iterable(page.blocks()), done))
                self._written.add(chain.from_iterable(begun.known for begun in waiting))
            raise
        delivered.late = _median_start(last[-_LAST:])
        return delivered

    def leave_out(self, lines: LineMultiset) -> None:
        """Lines of the next page that are with splunkd already."""
        self._written = lines

    def page_saved(self) -> None:
        """The checkpoint has moved past the page."""
        self._progress.clear()

    def _begun(
        self, chunks: Iterable[Lines], page: Page, by: Converter, waiting: deque[_Begun]
    ) -> Iterator[_Begun]:
        """The chunks in order, some of them begun before the first is asked for.

        `waiting`: those begun and not done with.
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
        """Those to write, and those written before their page turned out to be broken."""
        new: list[bytes] = []
        known: list[bytes] = []
        for line in lines:
            (known if self._written.take(line) else new).append(line)
        return Lines.of(new), known

    def _resumed(
        self, page: Page, position: str, digest: LineDigest, delivered: Delivered
    ) -> Iterator[Lines]:
        """The page's lines, less those that an earlier run wrote, if they are the same ones."""
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


def _made(converted: Callable[[], Converted]) -> Converted:
    try:
        return converted()
    except NotAnEvent as error:
        what = "A line of the page is no JSON object"
        raise PageIncomplete(what, ended=True) from error


def _count(delivered: Delivered, made: Converted, repeated: int) -> None:
    delivered.events += len(made.starts)
    delivered.repeated += repeated
    delivered.unparsed += made.unparsed
    delivered.masked += made.masked
    delivered.untimed += made.starts.count(NO_START)
    delivered.newest = max(delivered.newest, max(made.starts, default=0.0))


def _median_start(starts: Sequence[float]) -> float:
    known = [start for start in starts if start != NO_START]
    return median_low(known) if len(known) > len(starts) // 2 else 0.0


def _chunks(page: Page) -> Iterator[Lines]:
    """A block of tiny lines holds thousands: smaller pieces keep progress records close."""
    for lines in page.blocks():
        if len(lines) <= _CHUNK:
            yield lines
            continue
        each = list(lines)
        for begin in range(0, len(each), _CHUNK):
            yield Lines.of(each[begin : begin + _CHUNK])


def _prepended(head: Lines, rest: Iterator[Lines]) -> Iterator[Lines]:
    if head:
        yield head
    yield from rest
