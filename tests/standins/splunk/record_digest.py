"""Hashes of records, to compare 600,000 of them without storing them."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

HASH_BYTES = 16
_MODULUS = 1 << (8 * HASH_BYTES)


def record_hash(raw: bytes) -> bytes:
    """Return the 128-bit hash (blake2b) of one record's text as UTF-8."""
    return blake2b(raw, digest_size=HASH_BYTES).digest()


def add_hashes(total: int, hashes: Iterable[bytes]) -> int:
    """Add hashes to a multiset's digest: their sum modulo 2**128, independent of order."""
    return (total + sum(int.from_bytes(one, "big") for one in hashes)) % _MODULUS


def digest_text(total: int) -> str:
    """Return the digest as 32 hexadecimal digits."""
    return f"{total:032x}"
