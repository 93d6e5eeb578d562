"""docs/cim.md: its tables are the lookups', its switches and its stanza do what they say."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import pytest

from tests import ROOT
from tests.oracles import golden_files
from tests.oracles.cim_models import MODELS, SWITCHED_ON
from tests.oracles.reference import cim
from tests.oracles.search_time.knowledge import Event, Knowledge, tags_of
from tests.oracles.search_time.refusals import Unspecified
from tests.standins.splunk import conf_file

PAGE = (ROOT / "docs" / "cim.md").read_text(encoding="utf-8")
OF_HISTORY = (
    "action",
    "bytes",
    "bytes_in",
    "bytes_out",
    "cookie",
    "dest",
    "dest_port",
    "dvc",
    "http_content_type",
    "http_method",
    "http_referrer",
    "http_user_agent",
    "http_user_agent_length",
    "ids_type",
    "signature",
    "signature_id",
    "site",
    "src",
    "status",
    "transport",
    "uri_path",
    "uri_query",
    "url",
    "url_domain",
    "url_length",
    "user",
    "vendor_action",
    "vendor_product",
)


def section(title: str) -> str:
    return PAGE.split(f"# {title}\n", 1)[1].split("\n#", 1)[0]


def stanzas(text: str) -> conf_file.Stanzas:
    """Of the indented blocks of a section."""
    lines = re.findall(r"^    (.*)$", text, re.MULTILINE)
    return conf_file.parse("\n".join(lines))


def table(text: str) -> list[list[str]]:
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in row.split("|")[1:-1]] for row in rows[2:]]


def lookup(name: str) -> list[list[str]]:
    path = ROOT / "lookups" / f"akamai_siem_{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_action_and_severity() -> None:
    rows = table(section("Action and severity"))
    assert [row[:2] for row in rows] == lookup("action")
    severity = lookup("severity")
    for action, _, usual, exceeded in rows:
        for score, documented in (("no", usual), ("yes", exceeded)):
            first = next(row for row in severity if row[0] == action and row[1] in (score, "*"))
            assert first[2] == documented, (action, score)


def test_what_cannot_be_given() -> None:
    assert table(section("What Akamai's data cannot give")) == [
        [model.name.replace("_", " "), field, why]
        for model in MODELS
        for field, why in model.lacking.items()
    ]


def test_switches() -> None:
    found = stanzas(section("Switches"))
    types = {name: found[name] for name in found if name.startswith("akamai_siem_")}
    assert {"eventtypes": types, "props": {"akamai:siem": found["akamai:siem"]}} == SWITCHED_ON


def test_event_types() -> None:
    tags = conf_file.read(ROOT / "default" / "tags.conf")
    for _, event_type, words, _ in table(section("Which event is in which model")):
        assert set(tags[f"eventtype={event_type}"]) == set(re.findall(r"\w+", words))


def test_the_index() -> None:
    assert "`(index=main)`" in section("The index")
    macros = conf_file.read(ROOT / "default" / "macros.conf")
    assert macros["akamai_siem_index"]["definition"] == "(index=main)"


def shuffled(value: Any) -> Any:
    """Keys in an order that is not ours."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in sorted(value, reverse=True)}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def with_history() -> Knowledge:
    found = stanzas(section("History of Akamai's own connector"))
    props = {"akamaisiem": found.pop("akamaisiem")}
    return Knowledge(ROOT, {"props": props, "eventtypes": found})


def test_history_has_the_same_fields(with_history: Knowledge) -> None:
    """Where all of a record is extracted, and nothing in it is empty."""
    compared = set()
    for name in golden_files.names():
        golden = golden_files.load(name)
        ours = golden_files.event(golden)
        raw = json.dumps(shuffled(json.loads(ours.raw)), ensure_ascii=False)
        # A header that comes twice, empty the first time; rules that were a list all along.
        if len(raw) > 4_500 or name in ("odd_headers", "waf_rules_as_list"):
            continue
        try:
            fields = with_history.fields(Event(raw, ours.time, "akamaisiem"))
        except Unspecified:
            continue
        wanted = {**cim.fields(ours.raw), **{k: golden["fields"].get(k) for k in ("severity",)}}
        for field in (*OF_HISTORY, "severity"):
            assert fields.get(field) == wanted.get(field), (name, field)
        assert tags_of(fields) == set(golden["fields"]["tag"]), name
        compared.add(name)
    assert len(compared) >= 25, compared


def test_history_without_the_stanza() -> None:
    """Names of the JSON, and the event type that covers both; no model is filled by halves."""
    golden = golden_files.load("waf_sql_denied")
    ours = golden_files.event(golden)
    fields = Knowledge(ROOT).fields(Event(ours.raw, ours.time, "akamaisiem"))
    assert fields["eventtype"] == ["akamai_siem_any_collector"]
    assert "tag" not in fields


def test_names_that_searches_for_the_connector_use() -> None:
    """A search that was written for Akamai's own connector finds the same names here."""
    names = [f"attackData.rules{{}}.{key}" for key in cim.RULE_KEYS]
    names += [f"attackData.{key}" for key in ("configId", "policyId", "clientIP", "appliedAction")]
    names += [f"geo.{key}" for key in ("continent", "country", "city", "regionCode", "asn")]
    names += [
        f"httpMessage.{key}"
        for key in ("requestId", "start", "protocol", "method", "host", "port", "path", "query")
    ]
    names += [
        f"httpMessage.{key}" for key in ("requestHeaders", "status", "bytes", "responseHeaders")
    ]
    met = set()
    for golden in map(golden_files.load, golden_files.names()):
        met |= set(golden["fields"])
        record = json.loads(golden_files.event(golden).raw)
        for key, value in record.get("httpMessage", {}).items():
            if isinstance(value, str):
                assert golden["fields"].get(f"httpMessage.{key}", value) == value
    assert set(names) <= met
    golden = golden_files.load("ai_firewall")
    (rule,) = json.loads(golden_files.event(golden).raw)["attackData"]["rules"]
    for key, value in rule.items():
        assert golden["fields"][f"attackData.rules{{}}.{key}"] == value
