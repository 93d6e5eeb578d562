"""docs/fields.md compared with the golden files: names, types, sources."""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests import ROOT
from tests.oracles import golden_files
from tests.oracles.cim_models import MODELS
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.product.search import field_examples, hot_fields

PAGE = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
SPLUNK = {"_time", "host", "source", "sourcetype", "index", "eventtype", "tag"}
INDICATORS = {"risk", "trust", "general"}
MODEL_NAMES = {"Intrusion_Detection": "ID", "Web": "Web", "Alerts": "Alerts"}
LOG = "2026-01-31 08:00:00.125+0000 INFO run.finished input=first events=7 result=done"


@dataclass(frozen=True)
class Row:
    """`source`: a path in the record, a field, "" or `the line`."""

    type: str
    source: str
    models: frozenset[str]


def documented() -> dict[str, Row]:
    rows = {}
    for line in PAGE.splitlines():
        if not line.startswith("| `"):
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) < 5:
            continue
        models = frozenset(re.findall(r"\w+", cells[4]))
        for name in re.findall(r"`([^`]+)`", cells[0]):
            assert name not in rows, name
            rows[name] = Row(cells[1], cells[2].strip("`"), models)
    return rows


ROWS = documented()
OF_EVENTS = {name: row for name, row in ROWS.items() if row.source != "the line"}
GOLDEN = {name: golden_files.load(name) for name in golden_files.names()}
RECORDS = {name: json.loads(golden_files.event(golden).raw) for name, golden in GOLDEN.items()}


def json_names(record: dict[str, Any]) -> set[str]:
    """Names that automatic extraction may create."""
    names = set()

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for key, member in value.items():
                walk(member, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            for item in value:
                walk(item, path + "{}")
        else:
            names.add(path)

    walk(record, "")
    return names


def at(record: dict[str, Any], path: str) -> Any:
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize("name", GOLDEN)
def test_every_field_has_its_row(name: str) -> None:
    found = {*GOLDEN[name]["fields"], *GOLDEN[name]["unspecified"]}
    assert found - SPLUNK - json_names(RECORDS[name]) <= set(OF_EVENTS)


def test_every_row_is_met() -> None:
    met = {field for golden in GOLDEN.values() for field in golden["fields"]}
    assert set(OF_EVENTS) - met == set()


@pytest.mark.parametrize("field", OF_EVENTS)
def test_type(field: str) -> None:
    for name, golden in GOLDEN.items():
        value = golden["fields"].get(field)
        if value is None:
            continue
        if isinstance(value, list):
            assert OF_EVENTS[field].type == "list", name
        elif OF_EVENTS[field].type == "number":
            float(value)
        elif OF_EVENTS[field].type == "address":
            ipaddress.ip_address(value)
        else:
            assert OF_EVENTS[field].type in ("text", "word", "list"), name


@pytest.mark.parametrize("field", OF_EVENTS)
def test_source(field: str) -> None:
    """An event that has the field has its source, or the field has a default value."""
    source = OF_EVENTS[field].source
    if source == "" or source in OF_EVENTS:
        return
    with_source = [name for name in GOLDEN if field in GOLDEN[name]["fields"]]
    assert any(at(RECORDS[name], source) is not None for name in with_source)
    standing_by = {"unknown", "none", "0", "80", "443", "tcp", "Akamai security event"}
    standing_by |= {"USER_RISK", "BOT_SCORE", "REPUTATION", "SLOW_POST"}
    for name in with_source:
        value = GOLDEN[name]["fields"][field]
        if name == "unparsed_line":
            continue
        if at(RECORDS[name], source) is None and value not in standing_by:
            parent = source.rpartition(".")[0]
            assert at(RECORDS[name], parent) is not None, (name, value)


@pytest.mark.parametrize("field", OF_EVENTS)
def test_models(field: str) -> None:
    models = {
        MODEL_NAMES[model.name]
        for model in MODELS
        if field in (*model.required, *model.recommended)
    }
    assert OF_EVENTS[field].models == models


def test_no_field_of_a_model_lacks_its_row() -> None:
    """Except `type` of Alerts, which is the record's own until the switch of docs/cim.md is set."""
    wanted = {field for model in MODELS for field in (*model.required, *model.recommended)}
    assert wanted - set(OF_EVENTS) == {"type"}


def test_what_the_index_answers() -> None:
    rules = Knowledge(ROOT).rules(Event("", "", "akamai:siem"))
    events = [Knowledge(ROOT).fields(golden_files.event(golden)) for golden in GOLDEN.values()]
    lines = [line for line in PAGE.splitlines() if line.startswith("| `") and "| term |" in line]
    documented = {line.split("|")[1].strip(" `"): line.split("|")[2].strip() for line in lines}
    assert documented == {name: term for name, _, term in hot_fields.table(rules, events)}


def test_the_log() -> None:
    source = "/opt/splunk/var/log/splunk/ta_akamai_siem_first.log"
    fields = Knowledge(ROOT).fields(
        Event(LOG, "1.000", "akamai:siem:log", source, "h", "_internal")
    )
    of_line = {name for name, row in ROWS.items() if row.source == "the line"}
    assert {name: fields[name] for name in of_line} == {
        "log_level": "INFO",
        "event": "run.finished",
    }
    assert (fields["input"], fields["events"], fields["result"]) == ("first", "7", "done")


def test_each_field_has_an_example() -> None:
    """From a golden file. `python -m tests.product.search.field_examples` writes them."""
    assert field_examples.with_examples(PAGE) == PAGE
    wrong = PAGE.replace("| `pol1_26545` |", "| `pol2_26545` |")
    assert wrong != PAGE
    assert field_examples.with_examples(wrong) == PAGE
