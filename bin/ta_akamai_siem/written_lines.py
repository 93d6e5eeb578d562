"""Lines that are with splunkd already, to be recognised when they come again in any order.

Needed only in the rare case that a page turns out to be broken while it is written: it is asked
for again, and what was written of it must not be written twice. Two equal lines are two lines.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGEST_BYTES = 8


class WrittenLines:
    """A multiset of lines, nine bytes each."""

    def __init__(self) -> None:
        self._digests = array("Q")
        self._taken = bytearray()
        self._left = 0

    def __len__(self) -> int:
        return self._left

    def add(self, lines: Iterable[bytes]) -> None:
        """Costly: to be called with many lines at a time."""
        left = (digest for digest, taken in zip(self._digests, self._taken) if not taken)
        self._digests = array("Q", sorted([*left, *map(_digest, lines)]))
        self._taken = bytearray(len(self._digests))
        self._left = len(self._digests)

    def take(self, line: bytes) -> bool:
        """Whether the line is one of them; it is not any more then."""
        digest = _digest(line)
        place = bisect_left(self._digests, digest)
        while place < len(self._digests) and self._digests[place] == digest:
            if not self._taken[place]:
                self._taken[place] = 1
                self._left -= 1
                return True
            place += 1
        return False


def _digest(line: bytes) -> int:
    return int.from_bytes(blake2b(line, digest_size=_DIGEST_BYTES).digest(), "big")
