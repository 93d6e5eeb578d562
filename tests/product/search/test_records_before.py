"""Records that version 0.1.0 indexed keep their fields: header blocks in one string, keys in any
order.

Needs the repository's history, which contains 0.1.0.
"""

from __future__ import annotations

import json

import pytest

from tests import ROOT
from tests.by_hand import demo_events
from tests.measured.search_cost import versions
from tests.measured.shown import both_forms
from tests.oracles import golden_files
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.refusals import Unsure

BEFORE = versions.before()
pytestmark = pytest.mark.skipif(BEFORE is None, reason="a source tree without its history")
NAMES = [name for name in golden_files.names() if "raw" not in golden_files.load(name)]
LISTS = ("httpMessage.requestHeaders{}", "httpMessage.responseHeaders{}")


@pytest.fixture(scope="module")
def records() -> dict[str, str]:
    assert BEFORE is not None
    lines = []
    for name in NAMES:
        golden = golden_files.load(name)
        line = golden.get("line") or json.dumps(golden["event"], ensure_ascii=False)
        lines.append(line.encode("utf-8", "backslashreplace"))
    return dict(zip(NAMES, BEFORE.records(lines)))


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge(ROOT)


@pytest.mark.parametrize("name", NAMES)
def test_it_has_the_same_fields(knowledge: Knowledge, records: dict[str, str], name: str) -> None:
    golden = golden_files.load(name)
    found = knowledge.fields(Event(records[name], "1.000", "akamai:siem"))
    assert records[name] != golden_files.event(golden).raw or "Headers" not in records[name]
    for field, wanted in golden["fields"].items():
        if field == "_time" or "." in field:
            continue
        assert not isinstance(found.get(field), Unsure), field
        assert found.get(field) == wanted, field


def test_one_search_finds_both_alike() -> None:
    """Each event once as 0.1.0 wrote it and once as it is now, as after an upgrade."""
    assert BEFORE is not None
    lines = [*demo_events.events(demo_events.FIRST, 1_800_000_000, 1_800_000_060)][::20]
    made = [
        {"raw": raw, "time": "1.000", "source": "akamai_siem://first"}
        for version in (BEFORE, versions.now())
        for raw in version.records(lines)
    ]
    records = both_forms.pairs_of(made)
    searched = both_forms.searched(records)
    assert searched.is_fine, searched.told
    assert searched.pairs > 5
    # A record whose fields are not found makes it false.
    text = json.loads(records[0]["raw"])
    text["attackData"]["clientIP"] = "192.0.2.99"
    assert not both_forms.searched([{**records[0], "raw": json.dumps(text)}, *records[1:]]).is_fine
