"""A line that is too long for a record: what is kept of it, and how that travels.

A record has at most `LINE_MAX` bytes, as default/props.conf says (TRUNCATE). A longer line is never
held in memory. Its first bytes and its length go on in its place, behind a mark that no JSON begins
with, and become a record of the kind that keeps what is no event.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LINE_MAX = 16 << 20
"""Bytes."""
KEPT = 64 << 10
"""Bytes of a longer line that are kept."""
WIDE_MAX = 4 << 20
"""Bytes of a line from which on its text may be of plain characters only: one other character, and
each takes four times its size in memory, in several copies.
"""
_MARKED = re.compile(rb"\0long ([0-9]{1,20}) ", re.ASCII)


class LongLine(NamedTuple):
    """`begin`: its first `KEPT` bytes. `length`: bytes of all of it."""

    begin: bytes
    length: int


def shortened(begin: bytes, length: int) -> bytes:
    """What goes on in the place of such a line."""
    return b"\0long %d " % length + begin


def bounded(line: bytes) -> bytes:
    """The line, or what goes on in its place where its text would take too much memory."""
    if len(line) <= WIDE_MAX or (line.isascii() and b"\\u" not in line):
        return line
    return shortened(line[:KEPT], len(line))


def read_shortened(line: bytes) -> LongLine | None:
    """What `shortened` made; None for any other line."""
    mark = _MARKED.match(line)
    return None if mark is None else LongLine(line[mark.end() :], int(mark[1]))
