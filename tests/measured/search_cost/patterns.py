"""The cost of one stanza's patterns on a list of records, in µs per event.

PCRE2's function is called for a batch. The cost of the same number of calls with a pattern that has
as many groups and matches immediately is subtracted, so that only the search counts and not its
binding.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pcre2
from pcre2 import _EMPTY_MATCH_CONTEXT, _cy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.oracles.search_time.extractions import Extraction

ROUNDS = 5
_UNLIMITED = "(*LIMIT_MATCH=100000000)(*LIMIT_DEPTH=100000000)"


@dataclass(frozen=True)
class Cost:
    """µs per event. `interpreted`: without JIT."""

    jit: float
    interpreted: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.jit + other.jit, self.interpreted + other.interpreted)


NOTHING = Cost(0.0, 0.0)


def cost(rule: Extraction, texts: Sequence[str], events: int) -> Cost:
    """The cost of one EXTRACT or transform. `texts`: what it reads in the events that have it."""
    searches = [(text, at) for text in texts for at in _starts(rule, text)]
    return of_searches([(rule.pattern.text, searches)], events)


def of_searches(wanted: Sequence[tuple[str, list[tuple[str, int]]]], events: int) -> Cost:
    """The cost of many patterns, each with its searches."""
    found = [
        sum(_seconds(pattern, searches, jit=jit) for pattern, searches in wanted)
        for jit in (True, False)
    ]
    return Cost(*(max(seconds, 0.0) / events * 1e6 for seconds in found))


def _starts(rule: Extraction, text: str) -> list[int]:
    """Where each search begins. A search for all matches continues after each of them."""
    if not rule.repeated:
        return [0]
    return [0, *(match.end() for match in rule.pattern.every(text))]


def _seconds(pattern: str, searches: list[tuple[str, int]], *, jit: bool) -> float:
    compiled = pcre2.compile(_UNLIMITED + pattern, jit=jit)
    groups = "()" * compiled.groups
    empty = pcre2.compile(rf"\G(?:(?!){groups})?+", jit=jit)
    pairs = [(_batch(compiled, searches), _batch(empty, searches)) for _ in range(ROUNDS)]
    return min(pair[0] for pair in pairs) - min(pair[1] for pair in pairs)


def _batch(compiled: pcre2.Pattern, searches: list[tuple[str, int]]) -> float:
    code, search = compiled._pcre2_code, _cy.match
    begin = time.process_time()
    for text, start in searches:
        search(code, text, len(text), start, _EMPTY_MATCH_CONTEXT)
    return time.process_time() - begin
