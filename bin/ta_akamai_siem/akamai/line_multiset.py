"""Recognises lines that arrive again, in any order. Two equal lines count as two.

Used in two cases: a page proves to be broken while it is written and is requested again, and two
windows of a backfill both contain the events of the second that they share.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGEST_BYTES = 8


class LineMultiset:
    """Takes nine bytes of memory per line, regardless of its length."""

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self._become(map(_digest, lines))

    def __len__(self) -> int:
        return self._left

    def add(self, lines: Iterable[bytes]) -> None:
        """Add many lines per call: each call is costly."""
        self._become([*self._digests_left(), *map(_digest, lines)])

    def take(self, line: bytes) -> bool:
        """Whether the set contains the line. Removes one occurrence."""
        digest = _digest(line)
        place = bisect_left(self._digests, digest)
        while place < len(self._digests) and self._digests[place] == digest:
            if not self._taken[place]:
                self._taken[place] = 1
                self._left -= 1
                return True
            place += 1
        return False

    def shared_with(self, other: LineMultiset) -> LineMultiset:
        """The lines in both sets, each as often as both contain it."""
        shared = array("Q")
        ours, theirs = iter(self._digests_left()), iter(other._digests_left())
        left, right = next(ours, None), next(theirs, None)
        while left is not None and right is not None:
            if left == right:
                shared.append(left)
            before = left
            if left <= right:
                left = next(ours, None)
            if right <= before:
                right = next(theirs, None)
        made = LineMultiset()
        made._become(shared)
        return made

    def _become(self, digests: Iterable[int]) -> None:
        self._digests = array("Q", sorted(digests))
        self._taken = bytearray(len(self._digests))
        self._left = len(self._digests)

    def _digests_left(self) -> list[int]:
        return [digest for digest, taken in zip(self._digests, self._taken) if not taken]


def _digest(line: bytes) -> int:
    return int.from_bytes(sha256(line).digest()[:_DIGEST_BYTES], "big")
