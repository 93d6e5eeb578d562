"""The pages that are measured, compressed beforehand, so that sending them costs the same for all.

A body is a gzip member of event lines, repeated as often as needed, and a member with the context
line.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.measured.bench.mixes import event_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK_MAX = 20_000


@dataclass(frozen=True)
class Body:
    """`lines`: a file with one gzip member of event lines. `times`: how often it is sent. `events`,
    `size`: of the whole page; `size` in bytes, decompressed.
    """

    lines: Path
    times: int
    events: int
    size: int

    def pieces(self, offset: str, *, more: bool) -> Iterator[bytes]:
        """The bytes to send, ending with the context line. `more`: more events are available."""
        member = self.lines.read_bytes()
        for _ in range(self.times):
            yield member
        yield context(self.events, offset, more=more)


class Bodies:
    """Creates each body once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, int], Body] = {}

    def page(self, mix: str, events: int) -> Body:
        """A page of that many events: any number up to a block, or a multiple of a block."""
        key = (mix, events)
        if key not in self._made:
            self._made[key] = self._make(mix, events)
        return self._made[key]

    def _make(self, mix: str, events: int) -> Body:
        times, rest = divmod(events, _BLOCK_MAX)
        if times:
            assert not rest, "a large page is made of whole blocks"
        block = min(events, _BLOCK_MAX)
        path = self._folder / f"{mix}-{block}.gz"
        lines = b"".join(line + b"\n" for line in event_lines(mix, block))
        path.write_bytes(gzip.compress(lines, 6))
        times = max(times, 1)
        return Body(path, times, events, len(lines) * times)


def context(total: int, offset: str, *, more: bool) -> bytes:
    """The compressed context line. It has `limit` if the page's size reached it."""
    line = {"total": total, "offset": offset, **({"limit": total} if more else {})}
    return gzip.compress(json.dumps(line).encode(), 6)
