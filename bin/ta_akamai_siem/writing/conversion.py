"""Converts a block of source lines into records and their XML elements.

This process and a worker process do the same. The result depends only on the arguments.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ta_akamai_siem.record.event import ContextLine, NotAnEvent, record, unparsed
from ta_akamai_siem.record.known_shapes import KnownShapes
from ta_akamai_siem.record.long_line import WIDE_MAX, bounded, read_shortened
from ta_akamai_siem.record.shaped_records import ShapedRecords

from .event_stream import event_elements

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.akamai.lines import Lines
    from ta_akamai_siem.record.event_time import Moment
    from ta_akamai_siem.record.masking import Masking

NO_START = -1.0
"""The start of an event without one."""
_SHAPES = KnownShapes()


class Converted(NamedTuple):
    """The result for a block.

    `elements`: XML of its events, in order. `starts`: the time of each event, epoch seconds or
    NO_START. `unparsed`: number of lines that are not events and are kept as text. `masked`: number
    of masked values. `contexts`: number of context lines, which are
    never records.
    """

    elements: bytes
    starts: array[float]
    unparsed: int
    masked: int = 0
    contexts: int = 0


def convert(
    data: bytes, moment: Moment, *, tolerant: bool, masking: Masking | None = None
) -> Converted:
    """`data`: lines, each with its line feed. `moment`, `masking`: as `event.record` takes them.

    `tolerant`: keep a line that is not an event. Without it, such a line raises NotAnEvent.
    A context line is left out in the same way. A line too long for a record is always kept, cut.
    """
    block = _Block(moment, tolerant=tolerant, masking=masking)
    if masking:
        for line in data.split(b"\n")[:-1]:
            block.add(line)
        return block.converted()
    shaped = ShapedRecords(moment.latest)
    for begin, end, shape, values in _SHAPES.lines(data):
        made = shaped.add(shape, values) if shape else None
        if made:
            block.add_shaped(*made)
        else:
            block.add(data[begin:end])
    shaped.finish()
    return block.converted()


class _Block:
    """Collects what is converted. The arguments are those of `convert`."""

    def __init__(self, moment: Moment, *, tolerant: bool, masking: Masking | None) -> None:
        self._moment = moment
        self._tolerant = tolerant
        self._masking = masking
        self._records: list[tuple[bytes, list[bytes]]] = []
        self._starts = array("d")
        self._kept = self._masked = self._contexts = 0

    def add_shaped(self, time: bytes, record: list[bytes]) -> None:
        """Add an event from `ShapedRecords`."""
        self._records.append((time, record))
        self._starts.append(float(time))

    def add(self, given: bytes) -> None:
        """Convert any line and add it. Raises NotAnEvent."""
        line = bounded(given) if len(given) > WIDE_MAX else given
        try:
            made = record(line, self._moment, self._masking)
        except ContextLine:
            if not self._tolerant:
                raise
            self._contexts += 1
            return
        except NotAnEvent:
            if not self._tolerant and not read_shortened(line):
                raise
            made = unparsed(line, self._moment, self._masking)
            self._kept += 1
        self._records.append((made.time.encode(), [made.text.encode()]))
        self._starts.append(float(made.time) if made.timed else NO_START)
        self._masked += made.masked

    def converted(self) -> Converted:
        elements = event_elements(self._records)
        return Converted(elements, self._starts, self._kept, self._masked, self._contexts)


class Converter(Protocol):
    """Converts blocks. `lookahead`: blocks to begin before waiting for the first."""

    @property
    def lookahead(self) -> int: ...

    def begin(self, lines: Lines, moment: Moment, *, tolerant: bool) -> Callable[[], Converted]:
        """Begin a block. Call the result to wait for its Converted; it raises as `convert` does."""


class InProcess:
    """Converts in this process, when the result is requested."""

    lookahead = 0

    def __init__(self, masking: Masking | None = None) -> None:
        self._masking = masking

    def begin(self, lines: Lines, moment: Moment, *, tolerant: bool) -> Callable[[], Converted]:
        return lambda: convert(lines.data, moment, tolerant=tolerant, masking=self._masking)
