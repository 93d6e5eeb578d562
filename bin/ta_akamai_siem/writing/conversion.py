"""Converts a block of source lines into records and their XML elements.

This process and a worker process do the same. The result depends only on the arguments.
"""

from __future__ import annotations

from array import array
from functools import lru_cache, partial
from itertools import repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ta_akamai_siem.record.event import (
    ContextLine,
    NotAnEvent,
    has_other_rules,
    record_of,
    source_event,
    start_of,
    unparsed,
)
from ta_akamai_siem.record.known_shapes import KnownShapes
from ta_akamai_siem.record.long_line import WIDE_MAX, bounded, read_shortened
from ta_akamai_siem.record.selection import EVERYTHING, Selection
from ta_akamai_siem.record.shaped_records import ShapedRecords
from ta_akamai_siem.record.source_members import SourceMembers, rules_of_event

from .event_stream import event_elements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ta_akamai_siem.akamai.lines import Lines
    from ta_akamai_siem.record.event import Record
    from ta_akamai_siem.record.event_time import Moment
    from ta_akamai_siem.record.known_shapes import ShapedLine
    from ta_akamai_siem.volume.matching import Dropping

CONVERSIONS = 4
"""Selections whose shapes are remembered. An input has one."""
NO_START = -1.0
"""The start of an event without one."""


class Dropped(NamedTuple):
    """Of one rule: how many events, and their bytes as Akamai sent them."""

    events: int = 0
    size: int = 0


def add_dropped(total: dict[int, Dropped], more: Mapping[int, Dropped]) -> None:
    """Add to a total, by the number of the rule."""
    for number, (events, size) in more.items():
        before = total.get(number, Dropped())
        total[number] = Dropped(before.events + events, before.size + size)


class Converted(NamedTuple):
    """The result for a block.

    `elements`: XML of its events, in order. `starts`: the time of each event, epoch seconds or
    NO_START; dropped ones too. `untimed`: number of events in `elements` without a time of their
    own. `unparsed`: number of lines that are not events and are kept as text. `masked`: number of
    masked values. `contexts`: number of context lines, which are never records. `left_out`: bytes
    that the records would have had more. `dropped`: by the number of the rule.
    """

    elements: bytes
    starts: array[float]
    untimed: int
    unparsed: int
    masked: int = 0
    contexts: int = 0
    left_out: int = 0
    dropped: Mapping[int, Dropped] = MappingProxyType({})

    @property
    def events(self) -> int:
        """In `elements`."""
        return len(self.starts) - sum(each.events for each in self.dropped.values())


def convert(
    data: bytes, moment: Moment, *, tolerant: bool, selection: Selection = EVERYTHING
) -> Converted:
    """`data`: lines, each with its line feed. `moment`: as `event.record` takes it.

    `tolerant`: keep a line that is not an event. Without it, such a line raises NotAnEvent.
    A context line is left out in the same way. A line too long for a record is always kept, cut.
    """
    return _conversion(selection).convert(data, _Block(moment, tolerant=tolerant))


class _Conversion:
    """Converts blocks, and learns from each."""

    def __init__(self, selection: Selection) -> None:
        self._masking = selection.masking()
        self._leaving = selection.left_out()
        self._dropping = selection.dropping()
        self._shapes = KnownShapes(leaving=self._leaving, dropping=self._dropping)

    def convert(self, data: bytes, block: _Block) -> Converted:
        if self._masking:
            for line in data.split(b"\n")[:-1]:
                self._add(block, line)
            return block.converted()
        shaped = ShapedRecords(block.moment.latest, self._leaving)
        lines: Iterable[ShapedLine] = self._shapes.lines(data)
        numbers: Iterable[int] = repeat(0)
        if self._dropping:
            lines = list(lines)
            numbers = shaped.dropped_numbers(self._dropping, lines)
        for (begin, end, shape, values), number in zip(lines, numbers):
            if shape and number:
                block.drop(number, end - begin, shaped.time_of(shape, values))
                continue
            made = shaped.add(shape, values) if shape else None
            if made:
                block.add_shaped(*made)
            else:
                self._add(block, data[begin:end])
        shaped.finish()
        block.left_out += shaped.left_out
        return block.converted()

    def _add(self, block: _Block, given: bytes) -> None:
        """Convert any line and add it. Raises NotAnEvent."""
        line = bounded(given) if len(given) > WIDE_MAX else given
        try:
            event = source_event(line)
            if number := self._dropped_event(event):
                block.drop(number, len(given), start_of(event, block.moment.latest))
                return
            made = record_of(event, line, block.moment, self._masking, self._leaving)
        except ContextLine:
            if not block.tolerant:
                raise
            block.contexts += 1
        except NotAnEvent:
            if not block.tolerant and not read_shortened(line):
                raise
            block.unparsed += 1
            block.add(unparsed(line, block.moment, self._masking))
        else:
            block.add(made)

    def _dropped_event(self, event: dict[str, Any]) -> int:
        """The number of the rule that drops an event; 0 to keep it."""
        if self._dropping is None:
            return 0
        with_data = self._leaving is None or not self._leaving.rule_data
        return dropped_number(self._dropping, event, with_data=with_data)


def dropped_number(dropping: Dropping, event: dict[str, Any], *, with_data: bool = True) -> int:
    """The number of the rule that drops an event; 0 to keep it. `with_data`: as in
    `rules_of_event`.
    """
    raw = SourceMembers(event)
    number = None
    if not has_other_rules(event):
        number = dropping.number_by_lists(dropping.whole, raw)
    if number is None:
        rules = partial(rules_of_event, event, with_data=with_data)
        return dropping.number(dropping.whole, raw, rules)
    return number


_conversion = lru_cache(CONVERSIONS)(_Conversion)


class _Block:
    """Collects what is converted. The arguments are those of `convert`."""

    def __init__(self, moment: Moment, *, tolerant: bool) -> None:
        self.moment = moment
        self.tolerant = tolerant
        self.unparsed = self.contexts = self.left_out = 0
        self._records: list[tuple[bytes, list[bytes]]] = []
        self._starts = array("d")
        self._untimed = self._masked = 0
        self._dropped: dict[int, Dropped] = {}

    def add_shaped(self, time: bytes, record: list[bytes]) -> None:
        """Add an event from `ShapedRecords`."""
        self._records.append((time, record))
        self._starts.append(float(time))

    def add(self, made: Record) -> None:
        self._records.append((made.time.encode(), [made.text.encode()]))
        self._starts.append(float(made.time) if made.timed else NO_START)
        self._untimed += not made.timed
        self._masked += made.masked
        self.left_out += made.left_out

    def drop(self, number: int, size: int, time: str | bytes | None) -> None:
        """Count an event that a rule drops. `time`: None if it has none."""
        add_dropped(self._dropped, {number: Dropped(1, size)})
        self._starts.append(float(time) if time else NO_START)

    def converted(self) -> Converted:
        return Converted(
            event_elements(self._records),
            self._starts,
            self._untimed,
            self.unparsed,
            self._masked,
            self.contexts,
            self.left_out,
            self._dropped,
        )


class Converter(Protocol):
    """Converts blocks. `lookahead`: blocks to begin before waiting for the first."""

    @property
    def lookahead(self) -> int: ...

    def begin(self, lines: Lines, moment: Moment, *, tolerant: bool) -> Callable[[], Converted]:
        """Begin a block. Call the result to wait for its Converted; it raises as `convert` does."""


class InProcess:
    """Converts in this process, when the result is requested."""

    lookahead = 0

    def __init__(self, selection: Selection = EVERYTHING) -> None:
        self._selection = selection

    def begin(self, lines: Lines, moment: Moment, *, tolerant: bool) -> Callable[[], Converted]:
        return lambda: convert(lines.data, moment, tolerant=tolerant, selection=self._selection)
