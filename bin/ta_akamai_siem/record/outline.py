"""The outline of events: their members in order, and which of them only some events have.

An outline becomes one regular expression, which finds the values of each event that fits.
"""

from __future__ import annotations

import json
import re
import sys
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple, Optional

VALUES_MAX = 120
"""Values of an outline."""


_STRING = b'"([^"]*+)"' if sys.version_info >= (3, 11) else b'"([^"]*)"'
"""A quote ends it, so there is never anything to try again: older Pythons cannot be told."""


class NoOutline(ValueError):
    """The event has another order, or a value that is neither a string nor an object."""


class _Members(tuple):  # type: ignore[type-arg]
    """The members of an object as pairs of name and value."""

    __slots__ = ()


class Outline(NamedTuple):
    """Of an object. `members`: in order; the value is its outline, None for a string. `always`:
    the members that each object has. `pairs`: members of which the second came right after the
    first.
    """

    members: dict[str, Optional[Outline]]
    always: frozenset[str]
    pairs: frozenset[tuple[str, str]]

    @property
    def values(self) -> int:
        """How many an event can have."""
        return sum(1 if inner is None else inner.values for inner in self.members.values())

    def deciding(self) -> list[int]:
        """Which of its values tell which members an event has: the first one of each member that
        only some objects have. Only where there is a pattern.
        """
        found = []
        place = 0
        for name, inner in self.members.items():
            if name not in self.always:
                found.append(place + (0 if inner is None else inner.first()))
            if inner is None:
                place += 1
            else:
                found += [place + each for each in inner.deciding()]
                place += inner.values
        return found

    def first(self) -> int:
        """The first of its values that each object has."""
        place = 0
        for name, inner in self.members.items():
            if name in self.always:
                return place if inner is None else place + inner.first()
            place += 1 if inner is None else inner.values
        raise NoOutline

    def pattern(self) -> bytes:
        """An expression with a group for each value, in order. Raises NoOutline."""
        anchor = next((name for name in self.members if name in self.always), None)
        if anchor is None:
            # It would not be known where a comma belongs.
            raise NoOutline
        pieces = []
        before, behind = b"", b","
        for name, inner in self.members.items():
            value = _STRING if inner is None else inner.pattern()
            if name == anchor:
                before, behind = b",", b""
                pieces.append(b'"%b":%b' % (_literal(name), value))
                continue
            piece = b'%b"%b":%b%b' % (before, _literal(name), value, behind)
            pieces.append(piece if name in self.always else b"(?:%b|)" % piece)
        return rb"\{%b\}" % b"".join(pieces)


def outline_of(line: bytes) -> Outline:
    """The outline of one event. Raises NoOutline.

    `line`: UTF-8 without a backslash.
    """
    try:
        members = json.loads(line, object_pairs_hook=_Members)
    except (ValueError, RecursionError) as error:
        raise NoOutline from error
    return _bounded(_outline(members))


def _bounded(outline: Outline) -> Outline:
    if outline.values > VALUES_MAX:
        raise NoOutline
    return outline


def merged(one: Outline, other: Outline) -> Outline:
    """An outline that fits all that one of both fits. Raises NoOutline."""
    pairs = one.pairs | other.pairs
    before: dict[str, list[str]] = {name: [] for name in (*one.members, *other.members)}
    for first, second in pairs:
        before[second].append(first)
    try:
        names = list(TopologicalSorter(before).static_order())
    except CycleError as error:
        raise NoOutline from error
    members = {name: _both(name, one, other) for name in names}
    return _bounded(Outline(members, one.always & other.always, pairs))


def _both(name: str, one: Outline, other: Outline) -> Outline | None:
    if name not in one.members or name not in other.members:
        return (one if name in one.members else other).members[name]
    first, second = one.members[name], other.members[name]
    if first is None or second is None:
        if first is not second:
            raise NoOutline
        return None
    return merged(first, second)


def _outline(members: object) -> Outline:
    if not isinstance(members, _Members):
        raise NoOutline
    # A name that comes twice is here once: an event that repeats it does not fit.
    inner = {name: None if isinstance(value, str) else _outline(value) for name, value in members}
    names = list(inner)
    return Outline(inner, frozenset(names), frozenset(zip(names, names[1:])))


def _literal(name: str) -> bytes:
    return re.escape(name.encode())
