"""Converts events whose members have known shapes."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from .decoding import percent_decoded
from .event import custom_items, json_text
from .event_time import event_time, is_usual
from .header_blocks import as_json
from .recent import Recent
from .rules import CACHED_RULES, all_rules_as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ta_akamai_siem.volume.left_out import HeaderFilter, LeftOut
    from ta_akamai_siem.volume.matching import Dropping

    from .known_shapes import ShapedLine
    from .shape import Shape, Values

_RESPONSE = b'"responseHeaders":'
_MEMBER_BEFORE = re.compile(rb',"(?:request|response)Headers":\Z')
HEADERS_AT_ONCE = 24
"""Header blocks. More take no less time, and an odd one slows all of them down."""
_rules: Recent[Values, bytes] = Recent(CACHED_RULES // 2)


class _Headers:
    """Header blocks that wait to be converted together. `chosen`: which lines are left out."""

    def __init__(self, chosen: HeaderFilter | None) -> None:
        self._chosen = chosen
        self._waiting: list[tuple[list[bytes], int]] = []
        self._blocks: list[bytes] = []
        self.left_out = 0

    def add(self, pieces: list[bytes], place: int) -> None:
        self._waiting.append((pieces, place))
        self._blocks.append(pieces[place])
        if len(self._blocks) >= HEADERS_AT_ONCE:
            self.finish()

    def finish(self) -> None:
        lists = as_json(self._blocks)
        if self._chosen is not None:
            lists, left_out = self._chosen.left(lists)
            self.left_out += left_out
        for (pieces, place), headers in zip(self._waiting, lists):
            pieces[place] = headers
            if not headers:
                pieces[place - 1] = _MEMBER_BEFORE.sub(b"", pieces[place - 1])
        self._waiting, self._blocks = [], []


class ShapedRecords:
    """The records of some events. They are complete after `finish`.

    `latest`: the latest plausible time of an event, epoch seconds. `leaving`: as the shapes were
    learned with.
    """

    def __init__(self, latest: float, leaving: LeftOut | None = None) -> None:
        self._latest = latest
        self._latest_text = b"%.3f" % latest
        self._leaving = leaving
        self._requests = _Headers(leaving and leaving.request)
        self._responses = _Headers(leaving and leaving.response)
        self._left_out = 0
        self._asks = _rules.pays
        self._rules = 0
        self._new_rules: list[tuple[Values, list[bytes], int]] = []

    @property
    def left_out(self) -> int:
        """Bytes that the records would have had more."""
        return self._left_out + self._requests.left_out + self._responses.left_out

    def time_of(self, shape: Shape, values: Values) -> bytes | None:
        """The time of an event; None if it is not plausible."""
        time = values[shape.time] or b""
        if is_usual(time, self._latest_text):
            return time
        text = event_time(time.decode(), self._latest)
        return None if text is None else text.encode()

    def add(self, shape: Shape, values: Values) -> tuple[bytes, list[bytes]] | None:
        """The time of an event, and its record in pieces. None if the time is not plausible.

        `values`: of the line, from `KnownShapes`.
        """
        time = self.time_of(shape, values)
        if time is None:
            return None
        pieces = shape.pieces.copy()
        pieces[1::2] = shape.taken(values)
        for place in shape.times:
            pieces[place] = time
        for place in shape.rule_lists:
            self._add_rules(shape.rules(values), pieces, place)
        for place in shape.headers:
            self._headers(pieces[place - 1]).add(pieces, place)
        for place in shape.decoded:
            pieces[place] = _decoded(pieces[place])
        for place in shape.items:
            pieces[place] = _items(pieces[place])
        for index, size in shape.left_out:
            self._left_out += size(values[index] or b"")
        return time, pieces

    def _headers(self, before: bytes) -> _Headers:
        """`before`: the piece of the record before a header block."""
        if self._leaving is None or not before.endswith(_RESPONSE):
            return self._requests
        return self._responses

    def finish(self) -> None:
        """Convert the rules and headers that are left."""
        self._requests.finish()
        self._responses.finish()
        self._finish_rules()

    def dropped_numbers(self, dropping: Dropping, lines: Sequence[ShapedLine]) -> list[int]:
        """For each line, the number of the rule that drops it; 0 to keep it, or without a shape.

        `dropping`: as the shapes were learned with. `lines`: from `KnownShapes`.
        """
        if not lines:
            return []
        _, _, shapes, values = zip(*lines)
        numbers = dropping.numbers_by_lists([shape and shape.plan for shape in shapes], values)
        return [
            self._by_record(dropping, lines[at]) if number is None else number
            for at, number in enumerate(numbers)
        ]

    def _by_record(self, dropping: Dropping, line: ShapedLine) -> int:
        """The same for one line, by the list of rules in its record."""
        _, _, shape, values = line
        if shape is None or shape.plan is None:
            return 0
        # If the event is then added, its rules are not made again.
        self._asks = True
        return dropping.number(shape.plan, values, partial(_rules_text, shape, values))

    def _add_rules(self, lists: Values, pieces: list[bytes], place: int) -> None:
        """Put the rules in their place now, or with `finish` if they are new."""
        self._rules += 1
        known = _rules.get(lists) if self._asks else None
        if known is None:
            self._new_rules.append((lists, pieces, place))
        else:
            pieces[place] = known

    def _finish_rules(self) -> None:
        new, self._new_rules = self._new_rules, []
        for (lists, pieces, place), json in zip(
            new, all_rules_as_json([lists for lists, _, _ in new])
        ):
            pieces[place] = json.encode()
            if self._asks:
                _rules.put(lists, pieces[place])
        _rules.asked(self._rules, len(new))


def _decoded(text: bytes) -> bytes:
    return json_text(percent_decoded(text.decode()))[1:-1].encode() if b"%" in text else text


def _items(text: bytes) -> bytes:
    return json_text(custom_items(text.decode())).encode()


def _rules_text(shape: Shape, values: Values) -> bytes | None:
    """The list of rules that the record of an event has, as JSON; None if it has none."""
    if not shape.rule_lists:
        return None
    lists = shape.rules(values)
    rules = _rules.get(lists)
    if rules is None:
        rules = all_rules_as_json([lists])[0].encode()
        _rules.put(lists, rules)
    return rules
