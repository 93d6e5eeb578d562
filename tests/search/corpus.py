"""Records of generated events, as they are indexed, with what their fields have to be."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.search.golden_files import ROOT
from tests.search_time.knowledge import Event
from tests.standin_akamai.corpus import Corpus, CorpusChoices

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.event import record

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = 1_700_000_000


def events(count: int, odd: float = 0.05) -> Iterator[Event]:
    """`odd`: the share of odd ones."""
    corpus = Corpus(CorpusChoices(odd=odd))
    for number in range(count):
        made = record(corpus.event(number, FIRST + number / 10), f"{FIRST}.000")
        yield Event(made.text, made.time, "akamai:siem")
