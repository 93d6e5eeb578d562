"""Converts events whose members have known shapes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from .decoding import percent_decoded
from .event import custom_items, json_text
from .event_time import event_time
from .header_blocks import as_json
from .rules import rules_as_json

if TYPE_CHECKING:
    from ta_akamai_siem.volume.left_out import HeaderFilter, LeftOut

    from .shape import Shape, Values

_RESPONSE = b'"responseHeaders":'
_MEMBER_BEFORE = re.compile(rb',"(?:request|response)Headers":\Z')
HEADERS_AT_ONCE = 24
"""Header blocks. More take no less time, and an odd one slows all of them down."""
CACHED_RULES = 512
"""The same rules fire together again. A larger cache is slower."""


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
        self._leaving = leaving
        self._requests = _Headers(leaving and leaving.request)
        self._responses = _Headers(leaving and leaving.response)
        self._left_out = 0

    @property
    def left_out(self) -> int:
        """Bytes that the records would have had more."""
        return self._left_out + self._requests.left_out + self._responses.left_out

    def time_of(self, shape: Shape, values: Values) -> bytes | None:
        """The time of an event; None if it is not plausible."""
        text = event_time((values[shape.time] or b"").decode(), self._latest)
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
            pieces[place] = _rules(shape.rules(values))
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
        """Convert the headers that are left."""
        self._requests.finish()
        self._responses.finish()


def _decoded(text: bytes) -> bytes:
    return json_text(percent_decoded(text.decode()))[1:-1].encode() if b"%" in text else text


def _items(text: bytes) -> bytes:
    return json_text(custom_items(text.decode())).encode()


def rules_text(shape: Shape, values: Values) -> bytes | None:
    """The list of rules that the record of an event has, as JSON; None if it has none."""
    return _rules(shape.rules(values)) if shape.rule_lists else None


@lru_cache(CACHED_RULES)
def _rules(lists: Values) -> bytes:
    return rules_as_json(*[None if text is None else text.decode() for text in lists]).encode()
