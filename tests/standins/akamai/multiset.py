"""Compares what the stand-in holds with what arrived: event markers, and an order-free digest."""

from __future__ import annotations

import hashlib
import re

MARKER = re.compile(r"[0-9a-f]{6}x[0-9a-f]{10}x")
_MARKER_BYTES = re.compile(MARKER.pattern.encode())
_USUAL_PLACE = b'"requestId":"'
_MODULUS = 1 << 128


def event_marker(seed: int, index: int) -> str:
    """Return the string that a generated event contains once, as its requestId if it has one."""
    return f"{seed & 0xFFFFFF:06x}x{index:010x}x"


def find_marker(line: bytes) -> str | None:
    """Return the marker in a raw line or a record; None if there is none."""
    usual = line.find(_USUAL_PLACE)
    found = _MARKER_BYTES.match(line, usual + len(_USUAL_PLACE)) if usual >= 0 else None
    found = found or _MARKER_BYTES.search(line)
    return found.group().decode() if found else None


def marker_index(marker: str) -> int:
    """Return the index that was passed to ``event_marker``."""
    return int(marker[7:17], 16)


class MultisetDigest:
    """A digest of a collection that counts repetitions and does not depend on order.

    It is the sum, modulo 2 to the 128th, of the 16-byte blake2b hashes of the members.
    """

    def __init__(self, total: int = 0, count: int = 0) -> None:
        """Start empty, or from the sum and the count of another digest."""
        self.total = total
        self.count = count

    def add(self, member: bytes) -> None:
        """Count ``member`` once."""
        hashed = hashlib.blake2b(member, digest_size=16).digest()
        self.total = (self.total + int.from_bytes(hashed, "big")) % _MODULUS
        self.count += 1

    def merge(self, other: MultisetDigest) -> None:
        """Add everything that ``other`` counted."""
        self.total = (self.total + other.total) % _MODULUS
        self.count += other.count

    def hexdigest(self) -> str:
        """Return the digest as 32 hexadecimal digits."""
        return f"{self.total:032x}"
