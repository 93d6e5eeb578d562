"""docs/moving.md: each rewritten search finds here what the old one finds in the connector's
events, the tables are complete, and the alias works.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests import ROOT
from tests.by_hand import demo_events
from tests.oracles.search_time import spl
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.refusals import NotInSubset, Unspecified
from tests.product.search.alert_scene import NOW
from tests.product.search.documented_searches import indexed
from tests.product.search.test_documented_models import of_the_connector
from tests.standins.connector.app import INPUT_SETTINGS, SOURCETYPE

PAGE = (ROOT / "docs" / "moving.md").read_text(encoding="utf-8")
HISTORY = {SOURCETYPE: {"KV_MODE": "json"}}
"""What the connector's own app sets for its events."""
KNOWN = Knowledge(ROOT, {"props": HISTORY})


def rows_of(head: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    part = PAGE.partition(f"{head}\n")[2]
    lines = part[part.index("\n| ") :].strip().splitlines()
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in lines if line.startswith("|")]
    end = next((n for n, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in cells[2:end]]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


REWRITES = [(code(old)[0], code(new)[0]) for old, new in rows_of("### Searches that need a change")]


def events(sourcetype: str) -> list[dict[str, Any]]:
    """Events of the demo that have headers, with all fields, as each of both indexes them."""
    made = []
    for line in [*demo_events.events(demo_events.FIRST, NOW - 150, NOW - 10)][::30]:
        event = indexed(line)
        raw = event.raw
        if not json.loads(raw)["httpMessage"].get("requestHeaders"):
            continue
        if sourcetype == SOURCETYPE:
            raw = json.dumps(of_the_connector(json.loads(raw)), ensure_ascii=False)
        fields = KNOWN.fields(Event(raw, event.time, sourcetype))
        made.append({**fields, "_time": float(event.time)})
    return made


OURS, THEIRS = events("akamai:siem"), events(SOURCETYPE)


def found(piece: str, rows: list[dict[str, Any]]) -> list[str]:
    """What a piece of a search brings, told by what both have: the request, and a new field."""
    CLOCK.moment = NOW
    brought = spl.searched_again(f"* | {piece}", rows, KNOWN)
    if piece.endswith(("requestHeaders", "BY headers")):
        return sorted(str(row["count"]) for row in brought)
    return sorted(f"{row['httpMessage.requestId']} {row.get('agent')}" for row in brought)


@pytest.mark.parametrize(("old", "new"), REWRITES)
def test_a_rewritten_search_finds_the_same(old: str, new: str) -> None:
    wanted = found(old, THEIRS)
    assert len(wanted) > 0
    assert found(new, OURS) == wanted
    try:
        assert found(old, OURS) != wanted
    except (NotInSubset, Unspecified):
        # What a function does with several values is not specified.
        return


def test_the_table_of_settings_is_complete() -> None:
    rows = rows_of("## Settings")
    theirs = [name for row in rows for name in code(row[0])]
    assert set(theirs) == {*INPUT_SETTINGS, "interval", "index"}
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for row in rows:
        for name in code(row[1]):
            assert f"`{name}`" in documented, name


def test_the_table_of_fields_has_what_differs() -> None:
    """Everything else has the same name in both."""
    renamed = {code(row[0])[0]: code(row[1])[0] for row in rows_of("## Fields")}
    ours = {name for event in OURS for name in event if "." in name}
    theirs = {name for event in THEIRS for name in event if "." in name}
    assert {renamed.get(name, name) for name in theirs} == ours
    assert set(renamed.values()) <= ours


def test_the_alias() -> None:
    """One value for each line, and the old name finds what the new one has."""
    stanza = re.search(r"    \[(source::.*)\]\n    (FIELDALIAS-connector) = (.*)\n", PAGE)
    assert stanza
    aliased = Knowledge(ROOT, {"props": {stanza[1]: {stanza[2]: stanza[3]}}})
    event = next(indexed(line) for line in demo_events.events(demo_events.FIRST, NOW - 60, NOW))
    fields = aliased.fields(event)
    assert fields["httpMessage.requestHeaders"] == fields["httpMessage.requestHeaders{}"]
    assert isinstance(fields["httpMessage.requestHeaders"], list)
