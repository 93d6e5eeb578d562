"""docs/cim.md: its tables are those of the lookups, its switches and its stanza work as
described.
"""

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


DIFFERENT = {
    "bot_beside_attack": "the last rule decides",
    "bot_behind_attack_without_action": "the last rule decides",
    "bot_behind_two_attacks": "the last rule decides",
    "waf_monitor_last": "the last rule decides",
    "score_of_another_rule": "a score is taken from the rule that decided only",
}
"""Fields that the settings for the connector's history cannot fill as well."""


def section(title: str) -> str:
    return PAGE.split(f"# {title}\n", 1)[1].split("\n#", 1)[0]


def stanzas(text: str) -> conf_file.Stanzas:
    """The indented blocks of a section."""
    lines = re.findall(r"^    (.*)$", text, re.MULTILINE)
    return conf_file.parse("\n".join(lines))


def blocks(text: str) -> list[conf_file.Stanzas]:
    """Each indented block; blank lines within a block do not divide it."""
    found = re.findall(r"(?:^    .*\n(?:\n(?=    ))?)+", text, re.MULTILINE)
    return [conf_file.parse("\n".join(line[4:] for line in one.splitlines())) for one in found]


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
    """The three positions of Web, the shipped one first; the others are on in all of them."""
    text = section("Switches")
    shipped, everything, none, *others = blocks(text)
    types = conf_file.read(ROOT / "default" / "eventtypes.conf")
    assert shipped == {"akamai_siem_rule_web": types["akamai_siem_rule_web"]}
    assert none == {"akamai_siem_rule_web": {"disabled": "1"}}
    on = {name: stanza for each in others for name, stanza in each.items()}
    props = {"akamai:siem": on.pop("akamai:siem")}
    assert {"eventtypes": {**everything, **on}, "props": props} == SWITCHED_ON


def test_event_types() -> None:
    tags = conf_file.read(ROOT / "default" / "tags.conf")
    for _, event_type, words, _ in table(section("Which event is in which model")):
        assert set(tags[f"eventtype={event_type}"]) == set(re.findall(r"\w+", words))


def test_the_index() -> None:
    assert "`(index=main)`" in section("The index")
    macros = conf_file.read(ROOT / "default" / "macros.conf")
    assert macros["akamai_siem_index"]["definition"] == "(index=main)"


def shuffled(value: Any) -> Any:
    """Keys in an order other than ours."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in sorted(value, reverse=True)}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


def of_the_connector(record: dict[str, Any]) -> dict[str, Any]:
    """Its keys in another order, its headers in one text."""
    http = record.get("httpMessage", {})
    for name in ("requestHeaders", "responseHeaders"):
        if isinstance(http.get(name), list):
            http[name] = "".join(f"{line}\r\n" for line in http[name])
    made: dict[str, Any] = shuffled(record)
    return made


@pytest.fixture(scope="module")
def with_history() -> Knowledge:
    folder = ROOT / "docs" / "examples" / "akamaisiem"
    return Knowledge(
        ROOT, {name: conf_file.read(folder / f"{name}.conf") for name in ("props", "eventtypes")}
    )


def test_history_has_the_same_fields(with_history: Knowledge) -> None:
    """If all of a record is extracted, and nothing in it is empty."""
    compared = set()
    for name in golden_files.names():
        golden = golden_files.load(name)
        ours = golden_files.event(golden)
        raw = json.dumps(of_the_connector(json.loads(ours.raw)), ensure_ascii=False)
        # A header that occurs twice, empty the first time; rules that always were a list.
        if len(raw) > 4_500 or name in ("odd_headers", "unparsed_line", "waf_rules_as_list"):
            continue
        try:
            fields = with_history.fields(Event(raw, ours.time, "akamaisiem"))
        except Unspecified:
            continue
        agent = golden["fields"].get("http_user_agent_decoded")
        wanted = {
            **cim.fields(ours.raw),
            **{name: golden["fields"].get(name) for name in ("category", "attack_family")},
            "http_user_agent": agent,
            "http_user_agent_length": str(len(agent)) if agent else None,
            "signature_id": golden["fields"].get("signature_id_decoded"),
            "user": golden["fields"].get("user_decoded"),
        }
        if re.search(r"\\\\", ours.raw) or name in DIFFERENT:
            continue
        for field in (*OF_HISTORY, "severity", "category", "attack_family"):
            assert fields.get(field) == wanted.get(field), (name, field)
        assert tags_of(fields) == set(golden["fields"]["tag"]), name
        compared.add(name)
    assert len(compared) >= 25, compared


def test_history_without_the_stanza() -> None:
    """Names of the JSON, and the event type that covers both; no model is filled only partly."""
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
    names += [f"httpMessage.{key}" for key in ("status", "bytes")]
    names += [f"httpMessage.{key}{{}}" for key in ("requestHeaders", "responseHeaders")]
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


FAMILIES = table(section("Family, action, model"))


def test_families_are_those_of_the_table() -> None:
    named = {row[2] for row in lookup("category")} | {"unknown"}
    assert {row[0] for row in FAMILIES} == named - {"none"}


@pytest.mark.parametrize("row", FAMILIES, ids=lambda row: row[0])
@pytest.mark.parametrize("action", ["deny", "deny_custom_1", "tarpit", "alert", "monitor", "novel"])
def test_family_action_model(row: list[str], action: str) -> None:
    family, blocked, watched = row
    key = next((key for key, _, of in lookup("category") if of == family and key[0] == "*"), "X")
    tag = key.strip("*/").replace("*", "1")
    keys = dict(zip(cim.RULE_KEYS, ("1", "1", "m", tag, "d", "s", action)))
    raw = json.dumps(
        {"type": "akamai_siem", "attackData": {"rules": [keys]}}, separators=(",", ":")
    )
    fields = Knowledge(ROOT).fields(Event(raw, "1.000", "akamai:siem"))
    assert fields["attack_family"] == family
    tags = tags_of(fields)
    found = {
        short
        for short, model in (("ID", "Intrusion_Detection"), ("Web", "Web"))
        if next(one for one in MODELS if one.name == model).tags <= tags
    }
    assert found == set((blocked if cim.is_mitigated(action) else watched).split(", "))


def test_unparsed_lines_are_in_no_model() -> None:
    raw = '{"type":"akamai_siem_unparsed","raw":"{\\"httpMessage\\":{}"}'
    fields = Knowledge(ROOT, SWITCHED_ON).fields(Event(raw, "1.000", "akamai:siem"))
    assert (fields["record_kind"], fields.get("tag")) == ("unparsed", None)
