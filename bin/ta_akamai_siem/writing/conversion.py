"""A block of source lines into what splunkd's pipe takes: records, and their elements.

The same whether this process does it or a worker does; it depends on its arguments alone.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ta_akamai_siem.record.event import NotAnEvent, Record, record, unparsed

from .event_stream import event_elements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ta_akamai_siem.akamai.lines import Lines
    from ta_akamai_siem.record.event_time import Moment
    from ta_akamai_siem.record.masking import Masking

NO_START = -1.0
"""In place of the start of an event that has none."""


class Converted(NamedTuple):
    """What became of a block's lines.

    `elements`: of all its events, in their order. `starts`: when each of them happened, epoch
    seconds or NO_START. `unparsed`: how many were no events and are kept as they came. `masked`:
    how many values were masked.
    """

    elements: bytes
    starts: array[float]
    unparsed: int
    masked: int = 0


def convert(
    lines: Iterable[bytes], moment: Moment, *, tolerant: bool, masking: Masking | None = None
) -> Converted:
    """`moment`, `masking`: as `event.record` takes them.

    `tolerant`: keep a line that is no event. Raises NotAnEvent where one may not be kept.
    """
    made: list[Record] = []
    kept = 0
    for line in lines:
        try:
            made.append(record(line, moment, masking))
        except NotAnEvent:  # noqa: PERF203 - what it costs was measured: nothing
            if not tolerant:
                raise
            made.append(unparsed(line, moment, masking))
            kept += 1
    starts = array("d", [float(each.time) if each.timed else NO_START for each in made])
    masked = sum(each.masked for each in made) if masking else 0
    return Converted(event_elements(made), starts, kept, masked)


class Converter(Protocol):
    """Whoever transforms blocks. `lookahead`: how many to begin before the first is waited for."""

    @property
    def lookahead(self) -> int: ...

    def begin(self, lines: Lines, moment: Moment, *, tolerant: bool) -> Callable[[], Converted]:
        """Take a block; what is given back gives what became of it, as `convert` does."""


class InProcess:
    """This process, when it is asked for the result."""

    lookahead = 0

    def __init__(self, masking: Masking | None = None) -> None:
        self._masking = masking

    def begin(self, lines: Lines, moment: Moment, *, tolerant: bool) -> Callable[[], Converted]:
        return lambda: convert(lines, moment, tolerant=tolerant, masking=self._masking)
