"""Finds the lists that may have an item with some text, without decoding them.

Three bytes are four base64 digits. So the digits of a text with which an item begins are known,
though each letter may be of either case. An item that is not base64 of text is kept as it is, so
the text itself is looked for too.
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
_AFTER = range(0, 256, 16)
"""What may come after the last byte: its upper bits may be in the last digit."""


def finder(texts: Iterable[bytes]) -> Finder | None:
    """None if a text is not the begin of an item, too short or unusual.

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
    """A regular expression that finds the digits of the text, or the text itself, and little else;
    None if the digits are not known. A backslash may stand for a byte that is no text.
    """
    inside = text.strip(b"\0")
    if not text.startswith(b"\0") or len(inside) < _GROUP or b"\\" in inside or b"\0" in inside:
        return None
    groups = [inside[at : at + _GROUP] for at in range(0, len(inside), _GROUP)]
    digits = b"".join(map(_digits, groups))
    plain = b"".join(_one_of(_cases(byte)) for byte in inside)
    end = b"[=;]" if text.endswith(b"\0") else b""
    # Two strings that begin alike are found faster than a choice after the semicolon.
    return b"|".join(b";%b%b" % (each, end) for each in (digits, plain))


def _digits(group: bytes) -> bytes:
    """The digits of up to three bytes, of which letters may be of either case. The last digit may
    hold bits of what comes after them.
    """
    every = [
        b2a_base64(bytes((*some, after)))[: len(group) + 1]
        for some in product(*map(_cases, group))
        for after in _AFTER
    ]
    return b"".join(map(_one_of, zip(*every)))


def _one_of(characters: Iterable[int]) -> bytes:
    return b"[%b]" % re.escape(bytes(sorted({*characters})))


def _cases(byte: int) -> list[int]:
    return [byte, byte - 32] if ord("a") <= byte <= ord("z") else [byte]
