"""Finds the lists that may have an item with some text, without decoding them.

Three bytes are four base64 digits. So where in an item a text begins decides what its digits are,
and where that is not known, three strings of digits are looked for. Each letter may be of either
case. An item that is not base64 of text is kept as it is, so the text itself is looked for too.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from itertools import product
from typing import TYPE_CHECKING, Callable

from .decoding import percent_decoded_bytes
from .rule_items import may_be_base64

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Finder = Callable[["Sequence[bytes]"], "Sequence[bytes]"]
"""Returns those of some lists that may have an item with a text, and all if it cannot tell. The
lists are UTF-8, percent-encoded.
"""
_GROUP = 3
_SHORTEST_ANYWHERE = 5
"""Bytes of a text that has a whole group wherever in an item it begins."""


def finder(texts: Iterable[bytes]) -> Finder | None:
    """None if a text is too short or unusual.

    `texts`: UTF-8 in which A to Z are lower case. A zero byte at the first place is the begin of an
    item, at the last its end.
    """
    patterns = [_pattern(text) for text in dict.fromkeys(texts)]
    if None in patterns:
        return None
    may_have_one = re.compile(b"|".join(filter(None, patterns))).search

    def find(lists: Sequence[bytes]) -> Sequence[bytes]:
        decoded = percent_decoded_bytes(b"|".join(lists))
        if decoded is None or decoded.count(b"|") != len(lists) - 1 or not may_be_base64(decoded):
            return lists
        if not may_have_one(b";%b;" % decoded.replace(b"|", b";")):
            return ()
        each = zip(lists, decoded.split(b"|"))
        return [raw for raw, items in each if may_have_one(b";%b;" % items)]

    return find


def _pattern(text: bytes) -> bytes | None:
    """A regular expression that finds the digits of the text, or the text; None if the digits are
    not known. A backslash may stand for a byte that is no text.
    """
    inside = text.strip(b"\0")
    if b"\\" in inside or b"\0" in inside:
        return None
    plain = b"".join(map(_any_case, text.replace(b"\0", b";")))
    if text.startswith(b"\0"):
        return b";%b|%b" % (_digits(inside), plain) if len(inside) >= _GROUP else None
    if len(inside) < _SHORTEST_ANYWHERE:
        return None
    return b"|".join([*(_digits(inside[at:]) for at in range(_GROUP)), plain])


def _digits(text: bytes) -> bytes:
    """Those of a text that begins with a group. Of a group that it does not fill, the digits that
    are known.
    """
    groups = [text[at : at + _GROUP] for at in range(0, len(text), _GROUP)]
    return b"".join(map(_digits_of_group, groups))


def _digits_of_group(group: bytes) -> bytes:
    """The digits of up to three bytes, of which letters may be of either case."""
    known = len(group) + len(group) // _GROUP
    digits = {b2a_base64(bytes(some))[:known] for some in product(*map(_cases, group))}
    return b"(?:%b)" % b"|".join(map(re.escape, sorted(digits)))


def _any_case(byte: int) -> bytes:
    return b"(?:%b)" % b"|".join(re.escape(bytes([one])) for one in _cases(byte))


def _cases(byte: int) -> list[int]:
    return [byte, byte - 32] if ord("a") <= byte <= ord("z") else [byte]
