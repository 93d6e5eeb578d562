"""Converts events whose members have known shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decoding import percent_decoded
from .event import custom_items, json_text
from .event_time import event_time, is_usual
from .header_blocks import as_json
from .recent import Recent
from .rules import CACHED_RULES, all_rules_as_json

if TYPE_CHECKING:
    from .shape import Shape, Values

HEADERS_AT_ONCE = 24
"""Header blocks. More take no less time, and an odd one slows all of them down."""
_rules: Recent[Values, bytes] = Recent(CACHED_RULES)


class ShapedRecords:
    """The records of some events. They are complete after `finish`.

    `latest`: the latest plausible time of an event, epoch seconds.
    """

    def __init__(self, latest: float) -> None:
        self._latest = latest
        self._latest_text = b"%.3f" % latest
        self._waiting: list[tuple[list[bytes], int]] = []
        self._blocks: list[bytes] = []
        self._asks = _rules.pays
        self._rules = 0
        self._new_rules: list[tuple[Values, list[bytes], int]] = []

    def add(self, shape: Shape, values: Values) -> tuple[bytes, list[bytes]] | None:
        """The time of an event, and its record in pieces. None if the time is not plausible.

        `values`: of the line, from `KnownShapes`.
        """
        time = values[shape.time] or b""
        if not is_usual(time, self._latest_text):
            text = event_time(time.decode(), self._latest)
            if text is None:
                return None
            time = text.encode()
        pieces = shape.pieces.copy()
        pieces[1::2] = shape.taken(values)
        for place in shape.times:
            pieces[place] = time
        for place in shape.rule_lists:
            self._add_rules(shape.rules(values), pieces, place)
        for place in shape.headers:
            self._waiting.append((pieces, place))
            self._blocks.append(pieces[place])
        for place in shape.decoded:
            pieces[place] = _decoded(pieces[place])
        for place in shape.items:
            pieces[place] = _items(pieces[place])
        if len(self._blocks) >= HEADERS_AT_ONCE:
            self._finish_headers()
        return time, pieces

    def finish(self) -> None:
        """Convert the rules and headers that are left."""
        self._finish_headers()
        self._finish_rules()

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

    def _finish_headers(self) -> None:
        for (pieces, place), headers in zip(self._waiting, as_json(self._blocks)):
            pieces[place] = headers
        self._waiting, self._blocks = [], []


def _decoded(text: bytes) -> bytes:
    return json_text(percent_decoded(text.decode()))[1:-1].encode() if b"%" in text else text


def _items(text: bytes) -> bytes:
    return json_text(custom_items(text.decode())).encode()
