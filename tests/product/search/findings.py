"""Everything that can be wrong with an app's search side, as one list; ours must be empty.

Takes any folder with `default` and `lookups`, so that deliberate faults can be tested on a copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracles import golden_files
from tests.oracles.reference import cim
from tests.oracles.search_time.index_time import IndexTime
from tests.oracles.search_time.knowledge import Knowledge
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.product.search import conf_rules
from tests.product.search.corpus import events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REFUSALS = (Refused, Unspecified, NotInSubset)


def findings(app: Path, corpus: int = 300) -> Iterator[str]:
    """`corpus`: the number of generated events to check."""
    try:
        knowledge = Knowledge(app)
    except _REFUSALS as error:
        yield f"not loaded: {error}"
        return
    yield from conf_rules.findings(app)
    for name in golden_files.names():
        yield from (f"golden {name}: {one}" for one in golden_differences(knowledge, name))
    yield from time_differences(knowledge)
    yield from corpus_differences(knowledge, corpus)


def time_differences(knowledge: Knowledge, count: int = 100) -> Iterator[str]:
    """Events that index time truncates, or gives another time than the input does."""
    stanza = IndexTime(knowledge.props["akamai:siem"])
    for number, event in enumerate(events(count, odd=0.0)):
        time = stanza.time(event.raw)
        if time is None or f"{time:.3f}" != event.time or time.as_tuple().exponent != -3:
            yield f"event {number}: its time is {time}, not {event.time}"
        if stanza.records(event.raw) != [event.raw]:
            yield f"event {number} is not one whole record"
    for name in golden_files.names():
        event = golden_files.event(golden_files.load(name))
        time = stanza.time(event.raw)
        if event.time not in (golden_files.COLLECTED.collected, f"{time:.3f}"):
            yield f"golden {name}: its time is {time}, not {event.time}"


def golden_differences(knowledge: Knowledge, name: str) -> Iterator[str]:
    """Differences from the golden files."""
    golden = golden_files.load(name)
    try:
        found = golden_files.found(knowledge, golden)
    except _REFUSALS as error:
        yield f"{type(error).__name__}: {error}"
        return
    if found["unspecified"] != golden["unspecified"]:
        yield f"unspecified: {found['unspecified']}, not {golden['unspecified']}"
    for field in sorted({*found["fields"], *golden["fields"]}):
        have, want = found["fields"].get(field), golden["fields"].get(field)
        if have != want:
            yield f"{field} is {have!r}, not {want!r}"


def corpus_differences(knowledge: Knowledge, count: int, odd: float = 0.3) -> Iterator[str]:
    """Differences from what plain Python computes for generated events."""
    for number, event in enumerate(events(count, odd)):
        try:
            fields = knowledge.fields(event)
        except _REFUSALS as error:
            yield f"event {number}: {type(error).__name__}: {error}"
            continue
        for field, want in cim.fields(event.raw).items():
            if fields.get(field) != want:
                yield f"event {number}: {field} is {fields.get(field)!r}, not {want!r}"
