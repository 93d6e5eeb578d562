"""Joins pieces that were compressed separately into one gzip member.

A piece is raw deflate data that ends with a full flush: it is byte-aligned, refers to nothing
before it and does not end the stream, so pieces can be combined freely. The checksum of the member
is calculated from the checksums of the pieces.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

POLYNOMIAL = 0xEDB88320
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
LEVEL = 2


def compress_piece(data: bytes) -> bytes:
    """Return ``data`` as deflate data that can be placed between other pieces."""
    engine = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush(zlib.Z_FULL_FLUSH)


def expand_piece(piece: bytes) -> bytes:
    """Return the input of ``compress_piece``."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(piece)


@dataclass
class GzipMember:
    """The checksum and size so far of a gzip member whose pieces are being sent."""

    crc: int = 0
    size: int = 0

    def add(self, crc: int, size: int) -> None:
        """Count a piece of ``size`` uncompressed bytes whose CRC-32 is ``crc``."""
        self.crc = combine_crc32(self.crc, crc, size)
        self.size += size

    def finish(self, data: bytes) -> bytes:
        """Return the end of the member, with ``data`` as its last content."""
        self.add(zlib.crc32(data), len(data))
        engine = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        return (
            engine.compress(data)
            + engine.flush(zlib.Z_FINISH)
            + struct.pack("<II", self.crc, self.size & 0xFFFFFFFF)
        )


def combine_crc32(first: int, second: int, second_size: int) -> int:
    """Return the CRC-32 of two pieces in sequence, given the CRC-32 of each."""
    return _multiply(_power_of_x(second_size * 8), first) ^ second


def _multiply(left: int, right: int) -> int:
    """Multiply two polynomials modulo that of CRC-32; the highest bit is the lowest power."""
    product = 0
    while left:
        if left & 0x80000000:
            product ^= right
        left = (left << 1) & 0xFFFFFFFF
        right = (right >> 1) ^ POLYNOMIAL if right & 1 else right >> 1
    return product


def _squares() -> list[int]:
    power = 0x40000000
    powers = []
    for _ in range(64):
        powers.append(power)
        power = _multiply(power, power)
    return powers


_SQUARES = _squares()


def _power_of_x(exponent: int) -> int:
    result = 0x80000000
    place = 0
    while exponent:
        if exponent & 1:
            result = _multiply(_SQUARES[place], result)
        exponent >>= 1
        place += 1
    return result
