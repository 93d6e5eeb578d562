"""One load of events: generated bucket by bucket, stored compressed on disk, read in slices."""

from __future__ import annotations

import threading
import zlib
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from .deflate import compress_piece, expand_piece
from .multiset import MultisetDigest, find_marker
from .position import Position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .schedule import Schedule

READ_SIZE = 1 << 18


class Bucket(NamedTuple):
    """The position of one bucket in the file of its load, and the properties of its lines."""

    offset: int
    length: int
    crc: int
    size: int
    lines: MultisetDigest
    markers: MultisetDigest


class Load:
    """The events of one control call, stored under one security configuration."""

    def __init__(  # noqa: PLR0917 - the parts of a load are independent of each other
        self,
        number: int,
        config_id: int,
        schedule: Schedule,
        make_line: Callable[[int], bytes],
        bucket_size: int,
        path: Path,
    ) -> None:
        """Keep the arguments; nothing is generated yet. ``make_line`` returns the line of an
        index.
        """
        self.number = number
        self.config_id = config_id
        self.schedule = schedule
        self.count = schedule.count
        self.bucket_size = bucket_size
        self._make_line = make_line
        self._path = path
        self._buckets: dict[int, Bucket] = {}
        self._lock = threading.Lock()

    def position(self, index: int) -> Position:
        """Return the place of the event at ``index`` in the storage order."""
        return Position(self.schedule.stored_at(index), self.number, index)

    def count_until(self, place: Position) -> int:
        """Return how many events of this load are at ``place`` or before it."""
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            if self.position(middle) <= place:
                low = middle + 1
            else:
                high = middle
        return low

    def bucket_end(self, index: int) -> int:
        """Return the index after the bucket that contains ``index``."""
        return min((index // self.bucket_size + 1) * self.bucket_size, self.count)

    def slices(self, start: int, stop: int) -> Iterator[Slice]:
        """Yield the events from ``start`` to ``stop`` (excluded) bucket by bucket."""
        while start < stop:
            end = min(self.bucket_end(start), stop)
            yield Slice(self, start, end)
            start = end

    def bucket(self, number: int) -> Bucket:
        """Return the bucket; generate it at the first call."""
        with self._lock:
            if number not in self._buckets:
                self._buckets[number] = self._write(number)
            return self._buckets[number]

    def read(self, bucket: Bucket) -> Iterator[bytes]:
        """Yield the compressed bytes of ``bucket`` in pieces."""
        with self._path.open("rb") as file:
            file.seek(bucket.offset)
            left = bucket.length
            while left:
                data = file.read(min(left, READ_SIZE))
                left -= len(data)
                yield data

    def _write(self, number: int) -> Bucket:
        first = number * self.bucket_size
        made = [self._make_line(index) for index in range(first, self.bucket_end(first))]
        lines, markers = MultisetDigest(), MultisetDigest()
        for line in made:
            lines.add(line)
            marker = find_marker(line)
            if marker is not None:
                markers.add(marker.encode())
        data = b"".join([line + b"\n" for line in made])
        piece = compress_piece(data)
        with self._path.open("ab") as file:
            offset = _append(file, piece)
        return Bucket(offset, len(piece), zlib.crc32(data), len(data), lines, markers)


class Slice(NamedTuple):
    """Events of one bucket, from ``start`` to ``stop`` (excluded)."""

    load: Load
    start: int
    stop: int

    @property
    def events(self) -> int:
        """Number of events."""
        return self.stop - self.start

    def whole(self) -> Bucket | None:
        """Return the bucket if the slice covers all of it."""
        if self.start % self.load.bucket_size or self.stop != self.load.bucket_end(self.start):
            return None
        return self.load.bucket(self.start // self.load.bucket_size)

    def lines(self) -> list[bytes]:
        """Return the raw lines, without line ends."""
        number = self.start // self.load.bucket_size
        data = expand_piece(b"".join(self.load.read(self.load.bucket(number))))
        first = number * self.load.bucket_size
        return data.split(b"\n")[self.start - first : self.stop - first]


def _append(file: BinaryIO, data: bytes) -> int:
    offset = file.seek(0, 2)
    file.write(data)
    return offset
