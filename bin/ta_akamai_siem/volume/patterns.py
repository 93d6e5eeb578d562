"""Values with `*` as predicates of a field's text: UTF-8 bytes in which A to Z are lower case."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

from .fields import ANY

if TYPE_CHECKING:
    from collections.abc import Callable


_SHORT = 3
"""Bytes of a begin that many texts may have."""


def lowered(text: str) -> bytes:
    """`text` for a comparison that ignores the case of ASCII letters, and of no others."""
    return text.encode("utf-8", "surrogatepass").lower()


def contained(pattern: str, end: bytes) -> bytes:
    """Text that is in `end` + text + `end` for each text that matches: the begin of the pattern,
    because that is found fastest, or the longest piece if the begin is short.
    """
    pieces = (end + lowered(pattern) + end).split(ANY.encode())
    return pieces[0] if len(pieces[0]) > _SHORT else max(pieces, key=len)


def predicate(pattern: str) -> Callable[[bytes], bool]:
    """Whether the whole of a lowered, non-empty text matches. `pattern`: `*` for any text."""
    wanted = lowered(pattern)
    begin, *rest = wanted.split(ANY.encode())
    if not rest:
        return wanted.__eq__
    *middle, end = rest
    pieces = [piece for piece in middle if piece]
    if begin and not end and not pieces:
        return methodcaller("startswith", begin)

    def matches(text: bytes) -> bool:
        at, last = len(begin), len(text) - len(end)
        if at > last or not text.startswith(begin) or not text.endswith(end):
            return False
        for piece in pieces:
            # The first place is as good as any, so nothing is tried twice.
            at = text.find(piece, at, last)
            if at < 0:
                return False
            at += len(piece)
        return True

    return matches
