"""The pages that are measured: compressed beforehand, so that sending them costs the same to all.

A body is a gzip member of event lines, as often as it takes, and one with the context line. Events
are the Akamai stand-in's: about 2.7 KB, ten rules, 220 escapes; four in a hundred hold a backslash
or a character beyond ASCII.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.standins.akamai.corpus import Corpus, CorpusChoices

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REPETITIONS = ("usual", "none")
"""How often the same rules fire together: as in the field, or never twice."""
_BLOCK_MAX = 20_000
_ODD = ("non_ascii", "quotes_and_backslashes")


@dataclass(frozen=True)
class Body:
    """`lines`: a file with one gzip member of event lines. `times`: how often it is sent.

    `events`, `size`: of the whole page, `size` in bytes decompressed.
    """

    lines: Path
    times: int
    events: int
    size: int

    def pieces(self, offset: str) -> Iterator[bytes]:
        """What is sent, up to the context line with its offset."""
        member = self.lines.read_bytes()
        for _ in range(self.times):
            yield member
        yield context(self.events, offset)


class Bodies:
    """Makes each body once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, int], Body] = {}

    def page(self, repetition: str, events: int) -> Body:
        """A page of that many events: any number up to a block, or a multiple of one."""
        key = (repetition, events)
        if key not in self._made:
            self._made[key] = self._make(repetition, events)
        return self._made[key]

    def _make(self, repetition: str, events: int) -> Body:
        times, rest = divmod(events, _BLOCK_MAX)
        if times:
            assert not rest, "a large page is made of whole blocks"
        block = min(events, _BLOCK_MAX)
        path = self._folder / f"{repetition}-{block}.gz"
        lines = b"".join(line + b"\n" for line in event_lines(repetition, block))
        path.write_bytes(gzip.compress(lines, 6))
        times = max(times, 1)
        return Body(path, times, events, len(lines) * times)


def event_lines(repetition: str, count: int) -> Iterator[bytes]:
    """The events of a block, without line ends."""
    corpus = Corpus(CorpusChoices(repetition=repetition, odd=0.04, odd_kinds=_ODD))
    for number in range(count):
        yield corpus.event(number, 1_700_000_000 + number / 100)


def context(total: int, offset: str) -> bytes:
    """The compressed context line."""
    line = {"total": total, "offset": offset, **({"limit": total} if total else {})}
    return gzip.compress(json.dumps(line).encode(), 6)
