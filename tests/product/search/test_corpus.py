"""Generated events, a third of them unusual: every field is what plain Python computes."""

from __future__ import annotations

import os

from tests import ROOT
from tests.oracles.search_time.index_time import IndexTime
from tests.oracles.search_time.knowledge import Knowledge
from tests.product.search.corpus import events
from tests.product.search.findings import corpus_differences

COUNT = int(os.environ.get("CORPUS", "2000"))


def test_fields() -> None:
    assert list(corpus_differences(Knowledge(ROOT), COUNT)) == []


def test_index_time() -> None:
    """Each becomes one whole record, with the time that the input gives it."""
    stanza = IndexTime(Knowledge(ROOT).props["akamai:siem"])
    made = list(events(COUNT, odd=0.3))
    assert stanza.records("\n".join(event.raw for event in made)) == [event.raw for event in made]
    before = None
    for event in made:
        time = stanza.time(event.raw)
        if '"httpMessage":{"start":"' in event.raw and event.time != "1700000000.000":
            assert f"{time:.3f}" == event.time
        elif before is not None:
            assert time == before
        before = time
