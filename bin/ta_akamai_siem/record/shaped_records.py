"""Converts events whose members have known shapes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .decoding import percent_decoded
from .event import custom_items, json_text
from .event_time import event_time
from .header_blocks import as_json
from .rules import rules_as_json

if TYPE_CHECKING:
    from .shape import Shape, Values

HEADERS_AT_ONCE = 24
"""Header blocks. More take no less time, and an odd one slows all of them down."""
CACHED_RULES = 512
"""The same rules fire together again. A larger cache is slower."""


class ShapedRecords:
    """The records of some events. They are complete after `finish`.

    `latest`: the latest plausible time of an event, epoch seconds.
    """

    def __init__(self, latest: float) -> None:
        self._latest = latest
        self._waiting: list[tuple[list[bytes], int]] = []
        self._blocks: list[bytes] = []

    def add(self, shape: Shape, values: Values) -> tuple[bytes, list[bytes]] | None:
        """The time of an event, and its record in pieces. None if the time is not plausible.

        `values`: of the line, from `KnownShapes`.
        """
        text = event_time((values[shape.time] or b"").decode(), self._latest)
        if text is None:
            return None
        time = text.encode()
        pieces = shape.pieces.copy()
        pieces[1::2] = shape.taken(values)
        for place in shape.times:
            pieces[place] = time
        for place in shape.rule_lists:
            pieces[place] = _rules(shape.rules(values))
        for place in shape.headers:
            self._waiting.append((pieces, place))
            self._blocks.append(pieces[place])
        for place in shape.decoded:
            pieces[place] = _decoded(pieces[place])
        for place in shape.items:
            pieces[place] = _items(pieces[place])
        if len(self._blocks) >= HEADERS_AT_ONCE:
            self.finish()
        return time, pieces

    def finish(self) -> None:
        """Convert the headers that are left."""
        for (pieces, place), headers in zip(self._waiting, as_json(self._blocks)):
            pieces[place] = headers
        self._waiting, self._blocks = [], []


def _decoded(text: bytes) -> bytes:
    return json_text(percent_decoded(text.decode()))[1:-1].encode() if b"%" in text else text


def _items(text: bytes) -> bytes:
    return json_text(custom_items(text.decode())).encode()


@lru_cache(CACHED_RULES)
def _rules(lists: Values) -> bytes:
    return rules_as_json(*[None if text is None else text.decode() for text in lists]).encode()
