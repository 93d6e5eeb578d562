"""Learns what a record takes from events with the same members in the same order.

For the next such event there is nothing to parse, to sort and to encode: its values are put between
pieces of text that are known already.

`event` alone decides what a record contains and in which order. To learn a shape, an event is
converted there with a marker in the place of each value. What has become of a marker tells what to
do with the value.
"""

from __future__ import annotations

import re
import secrets
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ta_akamai_siem.volume.members import LISTS, PLACES

from .event import MARKED_RULES, NotAnEvent, has_other_rules, laid_out, parse_object
from .rules import RULE_LISTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ta_akamai_siem.volume.left_out import LeftOut
    from ta_akamai_siem.volume.matching import Dropping, Plan

    Values = tuple[Optional[bytes], ...]

# A marker has `%3b`, an escaped semicolon. A record shows it unchanged, or decoded, or decoded in a
# list of one header, or as the border of two items. `_` is no base64 digit, so nothing else is
# decoded.
_MARK = f"_{secrets.token_hex(8)}_"
_MARKER = re.compile(rf"{_MARK}([0-9]{{3}})%3b_\Z")
_NUMBER = re.compile(f"{_MARK}([0-9]{{3}})")
_TIME = "1700000000.123"
"""A plausible time, in the place of the event's."""
_TIME_MARKER = f"_{secrets.token_hex(8)}_time"
_VALUE = re.compile(
    rf'(?P<headers>\["{_MARK}[0-9]{{3}};_"\])'
    rf'|(?P<items>\["{_MARK}[0-9]{{3}}","_"\])'
    rf"|(?P<copied>{_MARK}[0-9]{{3}}%3b_)"
    rf"|(?P<decoded>{_MARK}[0-9]{{3}};_)"
    rf"|(?P<rules>{MARKED_RULES})"
    rf"|(?P<time>{_TIME_MARKER})"
)

_PIECES: dict[bytes, bytes] = {}
"""Each piece of text once."""


class Shape(NamedTuple):
    """`pieces`: the record; at each odd index is the place of a value. `taken`: takes the values of
    an event for these places. `time`: the index of the event's time among its values.
    `rules`: takes the lists of rules, in the order of `RULE_LISTS`. `plan`: how rules of `drop`
    look at the values; None without any. `left_out`: indexes of the values that are left out.
    `times`, `rule_lists`, `headers`, `decoded`, `items`: indexes in `pieces` of the values that are
    not copied, by what is done with them.
    """

    pieces: list[bytes]
    taken: Callable[[Values], tuple[bytes, ...]]
    time: int
    rules: Callable[[Values], Values]
    plan: Optional[Plan]
    left_out: tuple[tuple[int, Callable[[bytes], int]], ...]
    times: tuple[int, ...]
    rule_lists: tuple[int, ...]
    headers: tuple[int, ...]
    decoded: tuple[int, ...]
    items: tuple[int, ...]


def learn(
    line: re.Match[bytes], leaving: LeftOut | None = None, dropping: Dropping | None = None
) -> Shape | None:
    """The shape of an event; None if it has none that is worth it, for instance without a time.

    `line`: with a group for each value; no value has a quote or a backslash. `leaving`: None to
    leave out nothing. Lines of header lists are left out later: they depend on the values.
    `dropping`: None to drop nothing.
    """
    whole = leaving.of_members() if leaving else None
    try:
        event = parse_object(_marked(line))
        http = event.get("httpMessage")
        if type(http) is not dict or (time := _index(http.get("start"))) is None:
            return None
        plan = dropping.plan(_places(event)) if dropping else None
        left_out = [
            (index, size)
            for place, size in (whole.members if whole else {}).items()
            if (index := _index(_member(event, *place))) is not None
        ]
        http["start"] = _TIME
        attack = event.get("attackData")
        without = {name for _, name in whole.members} if whole else set()
        lists = (
            [None if name in without else _index(attack.get(name)) for name in RULE_LISTS]
            if type(attack) is dict
            else []
        )
        text = laid_out(event, float("inf"), leaving=whole).text
    except NotAnEvent:
        return None
    shape = _shape(text.replace(_TIME, _TIME_MARKER), time, lists)
    return shape._replace(plan=plan, left_out=tuple(left_out))


def _places(event: dict[str, Any]) -> tuple[int | None, ...]:
    """The indexes of the values that rules of `drop` ask for."""
    members = [_member(event, *place) for place in PLACES]
    if has_other_rules(event):
        members[-len(LISTS) :] = [None] * len(LISTS)
    return tuple(map(_index, members))


def _member(event: dict[str, Any], parent: str, name: str) -> object:
    members = event.get(parent)
    return members.get(name) if type(members) is dict else None


def _marked(line: re.Match[bytes]) -> bytes:
    """The line with a marker in the place of each value."""
    whole, start = line[0], line.start()
    marked = []
    done = 0
    for index in range(line.re.groups):
        begin, end = line.span(index + 1)
        if begin >= 0:
            marked.append(b"%b%b%03d%%3b_" % (whole[done : begin - start], _MARK.encode(), index))
            done = end - start
    return b"".join([*marked, whole[done:]])


def _index(marker: object) -> int | None:
    """The index of a value, by its marker; None if it is no marker."""
    found = _MARKER.match(marker) if isinstance(marker, str) else None
    return int(found[1]) if found else None


def _shape(text: str, time: int, lists: list[int | None]) -> Shape:
    """`text`: the record with markers in the place of its values."""
    pieces: list[bytes] = []
    taken = []
    places: dict[str, list[int]] = {kind: [] for kind in _VALUE.groupindex}
    done = 0
    for value in _VALUE.finditer(text):
        number = _NUMBER.search(value[0])
        taken.append(int(number[1]) if number else time)
        pieces += [text[done : value.start()].encode(), b""]
        places[value.lastgroup or ""].append(len(pieces) - 1)
        done = value.end()
    pieces.append(text[done:].encode())
    # Most shapes have the same pieces.
    pieces = [_PIECES.setdefault(piece, piece) for piece in pieces]
    kinds = ("time", "rules", "headers", "decoded", "items")
    return Shape(
        pieces,
        taker(taken),
        time,
        taker(lists),
        None,
        (),
        *(tuple(places[kind]) for kind in kinds),
    )


def taker(indexes: Sequence[int | None]) -> Callable[[Values], tuple[Any, ...]]:
    """Takes several values. `indexes`: None for one that no event has."""
    known = [index for index in indexes if index is not None]
    if len(known) == len(indexes) > 1:
        return itemgetter(*known)
    return lambda values: tuple(None if index is None else values[index] for index in indexes)
