"""The bytes of a page, plain or as one gzip member, piece by piece."""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING

from .deflate import GZIP_HEADER, GzipMember, compress_piece, expand_piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .load import Slice
    from .pages import Page


def plain_body(page: Page, *, reorder: bool) -> Iterator[bytes]:
    """Yield the uncompressed body: the lines, then the context line."""
    for data, piece in _content(page, reorder=reorder):
        yield _raw(piece) if piece is not None else data
    yield _last(page)


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield any bytes as one gzip member."""
    engine = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    for piece in pieces:
        if data := engine.compress(piece):
            yield data
    yield engine.flush()


def gzip_body(page: Page, *, reorder: bool) -> Iterator[bytes]:
    """Yield the same as one gzip member. Whole buckets are sent as they are stored on disk."""
    member = GzipMember()
    yield GZIP_HEADER
    for data, piece in _content(page, reorder=reorder):
        bucket = piece.whole() if piece is not None else None
        if piece is not None and bucket is not None:
            member.add(bucket.crc, bucket.size)
            yield from piece.load.read(bucket)
            continue
        content = data if piece is None else _raw(piece)
        member.add(zlib.crc32(content), len(content))
        yield compress_piece(content)
    yield member.finish(_last(page))


def _content(page: Page, *, reorder: bool) -> Iterator[tuple[bytes, Slice | None]]:
    """Yield raw bytes or slices, in the order of the response."""
    if reorder and page.asked_before:
        yield from _shuffled(page)
        return
    for number, piece in enumerate(page.slices):
        if number in page.extra:
            yield page.extra[number], None
        yield b"", piece
    if len(page.slices) in page.extra:
        yield page.extra[len(page.slices)], None


def _shuffled(page: Page) -> Iterator[tuple[bytes, Slice | None]]:
    dice = random.Random(page.asked_before)
    for extra in page.extra.values():
        yield extra, None
    for piece in dice.sample(page.slices, len(page.slices)):
        lines = piece.lines()
        dice.shuffle(lines)
        yield b"".join([line + b"\n" for line in lines]), None


def _raw(piece: Slice) -> bytes:
    bucket = piece.whole()
    if bucket is not None:
        return expand_piece(b"".join(piece.load.read(bucket)))
    return b"".join([line + b"\n" for line in piece.lines()])


def _last(page: Page) -> bytes:
    return page.context + b"\n" if page.context else b""
