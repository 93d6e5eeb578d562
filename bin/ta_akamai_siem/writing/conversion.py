"""Converts a block of source lines into records and their XML elements.

This process and a worker process do the same. The result depends only on the arguments.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ta_akamai_siem.record.event import ContextLine, NotAnEvent, Record, record, unparsed
from ta_akamai_siem.record.long_line import WIDE_MAX, bounded, read_shortened

from .event_stream import event_elements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ta_akamai_siem.akamai.lines import Lines
    from ta_akamai_siem.record.event_time import Moment
    from ta_akamai_siem.record.masking import Masking

NO_START = -1.0
"""The start of an event without one."""


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
    lines: Iterable[bytes], moment: Moment, *, tolerant: bool, masking: Masking | None = None
) -> Converted:
    """`moment`, `masking`: as `event.record` takes them.

    `tolerant`: keep a line that is not an event. Without it, such a line raises NotAnEvent.
    A context line is left out in the same way. A line too long for a record is always kept, cut.
    """
    made: list[Record] = []
    kept = contexts = 0
    for given in lines:
        line = bounded(given) if len(given) > WIDE_MAX else given
        try:
            made.append(record(line, moment, masking))
        except ContextLine:
            if not tolerant:
                raise
            contexts += 1
        except NotAnEvent:
            if not tolerant and not read_shortened(line):
                raise
            made.append(unparsed(line, moment, masking))
            kept += 1
    starts = array("d", [float(each.time) if each.timed else NO_START for each in made])
    masked = sum(each.masked for each in made) if masking else 0
    return Converted(event_elements(made), starts, kept, masked, contexts)


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
        return lambda: convert(lines, moment, tolerant=tolerant, masking=self._masking)
