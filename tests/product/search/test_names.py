"""Names on the search head: tables from complete snapshots, and what they add to events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ta_akamai_siem.record.event import record  # on the path by alert_scene
from ta_akamai_siem.record.event_time import Moment
from tests.oracles import golden_files
from tests.oracles.search_time.knowledge import Event
from tests.product.search.alert_scene import DAY, HOUR, NOW
from tests.product.search.names_scene import RULES, SMALL, Head, indexed, later, lines

CONFIGURATIONS, POLICIES, APIS = SMALL.values()
ODD = 'Köln, "Kunden"\nLogin'
"""A name with what breaks tables: a comma, quotation marks, a line feed."""


def test_names_after_the_first_refresh() -> None:
    head = Head().index("account", "complete")
    head.run()
    assert head.names(CONFIGURATIONS) == {"14227": "shop-prod", "76213": "shop-prod"}
    assert head.names(POLICIES) == {
        "pol1_76213": "storefront",
        "pol2_76213": "mobile-api",
        "pol3_76213": ODD,
    }
    assert head.names(APIS) == {"884021": "orders-api"}
    known = head.names(RULES)
    assert known["950002"] == "System Command Access"
    assert known["deny_custom_31"] == "Branded block page"


def test_ids_of_rules_are_those_that_events_have() -> None:
    """docs/names.md says where each form is from."""
    whole = lines("complete")
    (sql,) = (line for line in whole if (line["kind"], line.get("id")) == ("attack_group", "SQL"))
    tools = {**sql, "id": "WAT", "name": "Web Attack Tool", "seq": len(whole)}
    head = Head().index("account")
    head.events += indexed([*whole[:-1], tools, {**whole[-1], "events": len(whole)}])
    head.run()
    known = head.names(RULES)
    assert known["CMD-INJECTION-ANOMALY"] == "Command Injection"
    assert known["SQL-INJECTION-ANOMALY"] == "SQL Injection"
    assert known["WAT-ANOMALY"] == "Web Attack Tool"
    assert known["REP_2501"] == "Web attackers (high)"
    assert known["RATE-34501"] == "Logins per client"


def test_nothing_is_written_again_while_nothing_changes() -> None:
    head = Head().index("account", "complete")
    head.run()
    before = {name: [dict(row) for row in rows] for name, rows in head.tables.rows.items()}
    marks = {id(row) for rows in head.tables.rows.values() for row in rows}
    head.index("unchanged")
    head.run(at=NOW + HOUR)
    assert head.tables.rows == before
    assert {id(row) for rows in head.tables.rows.values() for row in rows} == marks


def test_half_a_snapshot_is_never_used() -> None:
    head = Head().index("cut")
    head.run()
    assert head.is_empty
    head = Head()
    whole = indexed(lines("complete"))
    for missing in (0, 10, len(whole) - 1):
        head.events = [*whole[:missing], *whole[missing + 1 :]]
        head.run()
        assert head.is_empty, missing
    # Of a policy that is renamed in a snapshot of which a part is missing, the old name stays.
    head = Head().index("account", "complete")
    head.events += indexed(lines("changed"))[1:]
    head.run()
    assert head.names(POLICIES)["pol1_76213"] == "storefront"


def test_a_renamed_policy_and_a_deleted_one() -> None:
    head = Head().index("account", "complete")
    head.run(at=NOW - HOUR)
    head.index("changed")
    head.run(at=NOW + 1)
    assert head.names(POLICIES) == {"pol1_76213": "storefront-eu", "pol2_76213": "mobile-api"}
    assert head.retired(POLICIES) == {"pol3_76213"}
    # Old events have old ids.
    assert {row["name"] for row in head.tables.rows[POLICIES] if row["id"] == "pol3_76213"} == {ODD}
    (row,) = (row for row in head.tables.rows[POLICIES] if "retired_at" in row)
    assert float(row["retired_at"]) == NOW + 1
    head.run(at=NOW + HOUR)
    assert head.retired(POLICIES) == {"pol3_76213"}
    # It is there again.
    back = [later(line, 2 * DAY) for line in lines("complete")]
    head.events = indexed([*back, *(later(line, 2 * DAY) for line in lines("account"))])
    head.run(at=NOW + DAY)
    assert head.retired(POLICIES) == set()
    assert head.names(POLICIES)["pol3_76213"] == ODD


def test_what_was_not_listed_this_time_keeps_its_state() -> None:
    """The export is refused: rules are unknown, not deleted."""
    head = Head().index("account", "complete")
    head.run(at=NOW - HOUR)
    refused = [
        {**line, "config_id": 76213, "snapshot": "n762130000000009"}
        for line in lines("export_refused")
    ]
    head.events += indexed(later(line, DAY) for line in refused)
    head.run(at=NOW + HOUR)
    assert {"950002", "950006", "981320"} <= set(head.names(RULES))
    assert "60012345" in head.retired(RULES), "custom rules were listed"
    # A search head that sees both at once knows as much.
    late = Head()
    late.events = head.events
    late.run(at=NOW + HOUR)
    assert late.names(RULES) == head.names(RULES)
    assert set(head.names(POLICIES)) == {"pol1_14227"}


def test_an_input_that_is_silent_takes_no_name_away() -> None:
    head = Head().index("account", "complete")
    head.run()
    before = {table: head.names(table) for table in (*SMALL.values(), RULES)}
    head.run(at=NOW + 5 * DAY)
    assert {table: head.names(table) for table in before} == before


def test_a_deleted_configuration_takes_its_names_with_it() -> None:
    head = Head().index("account", "complete")
    head.run(at=NOW - HOUR)
    account = [line for line in lines("account") if line.get("id") != "76213"]
    closing = {**account[-1], "events": 2, "snapshot": "n0a1c000000000b1"}
    fresh = [{**line, "snapshot": closing["snapshot"]} for line in account[:-1]]
    fresh = [{**line, "seq": place} for place, line in enumerate(fresh, 1)]
    head.events += indexed(later(line, DAY) for line in (*fresh, closing))
    head.run(at=NOW + HOUR)
    assert set(head.names(CONFIGURATIONS)) == {"14227"}
    assert head.names(POLICIES) == {}
    assert "950002" in head.retired(RULES)


def test_two_inputs_neither_takes_away_what_the_other_lists() -> None:
    """Two accounts, each with configurations of its own, and one that both see."""
    head = Head().index("account", "complete")
    other = [line for line in lines("account") if line.get("id") != "76213"]
    other = [{**line, "seq": 1} if "seq" in line and line["seq"] == 1 else line for line in other]
    other = [line for line in other if line["kind"] != "uncovered_host"]
    other[-1] = {**other[-1], "events": 1, "kinds": ["configuration"]}
    head.events += indexed((later(line, HOUR) for line in other), "akamai_siem_names://another")
    head.run()
    assert set(head.names(CONFIGURATIONS)) == {"14227", "76213"}
    rows = [dict(row) for row in head.tables.rows[CONFIGURATIONS]]
    head.run(at=NOW + HOUR)
    assert head.tables.rows[CONFIGURATIONS] == rows
    # One of them is silent for days, and the other is not.
    head.events = indexed((later(line, 3 * DAY) for line in other), "akamai_siem_names://another")
    head.run(at=NOW + 3 * DAY)
    assert set(head.names(CONFIGURATIONS)) == {"14227", "76213"}


def test_after_a_year_a_retired_name_is_removed() -> None:
    head = Head().index("account", "complete", "changed")
    head.run(at=NOW - HOUR)
    head.tables.rows[POLICIES] = [
        {**row, "retired_at": str(NOW)} if row["id"] == "pol2_76213" else row
        for row in head.tables.rows[POLICIES]
    ]
    kept = len(head.tables.rows[POLICIES])
    head.run("names retired", at=NOW + 364 * DAY)
    assert len(head.tables.rows[POLICIES]) == kept
    rules = head.tables.rows[RULES]
    head.run("names retired", at=NOW + 366 * DAY)
    assert len(head.tables.rows[POLICIES]) == kept - 1
    assert head.tables.rows[RULES] is rules


def event(head: Head, config: str, policy: str, api: str) -> dict[str, Any]:
    """Fields of an event of these ids."""
    known = golden_files.load("waf_sql_denied")["event"]
    known["attackData"].update(configId=config, policyId=policy, apiId=api)
    made = record(json.dumps(known).encode(), Moment.of(NOW, NOW))
    return dict(head.knowledge.fields(Event(made.text, made.time, "akamai:siem")))


def test_events_have_names_beside_their_ids() -> None:
    head = Head().index("account", "complete")
    before = event(head, "76213", "pol3_76213", "884021")
    assert not {"config_name", "policy_name", "api_name"} & set(before)
    head.run()
    found = event(head, "76213", "pol3_76213", "884021")
    names = ("config_name", "policy_name", "api_name")
    assert [found[name] for name in names] == ["shop-prod", ODD, "orders-api"]
    assert {name: str(found[name]) for name in before} == {k: str(v) for k, v in before.items()}
    # Exact case, and no word for what is unknown.
    assert not set(names[1:]) & set(event(head, "76213", "POL3_76213", "1"))


@pytest.mark.parametrize(
    ("macro", "given", "made"),
    [
        ("config_name(c)", {"c": "76213"}, {"config_name": "shop-prod"}),
        ("policy_name(p)", {"p": "pol1_76213"}, {"policy_name": "storefront"}),
        ("api_name(a)", {"a": "884021"}, {"api_name": "orders-api"}),
        (
            "rule_title(r)",
            {"r": "950002"},
            {
                "rule_title": "System Command Access",
                "rule_group": "Command Injection",
                "rule_points": "4",
            },
        ),
        (
            "rule_configured(r,p)",
            {"r": "981320", "p": "pol1_76213"},
            {"configured_action": "deny_custom_31"},
        ),
        (
            "rule_configured(r,p)",
            {"r": "981320", "p": "pol2_76213"},
            {"configured_action": "alert"},
        ),
        ("rule_configured(r,p)", {"r": "981320", "p": "pol3_76213"}, {}),
        ("custom_deny(v)", {"v": "deny_custom_31"}, {"custom_deny": "Branded block page"}),
        ("rule_title(r)", {"r": "1"}, {}),
    ],
)
def test_macros(macro: str, given: dict[str, str], made: dict[str, str]) -> None:
    head = Head().index("account", "complete")
    values = ", ".join(f'{name}="{value}"' for name, value in given.items())
    text = f"| makeresults | eval {values} | `akamai_siem_{macro}` | fields - _time"
    assert head.search(text) == [given], "without names nothing is added, and nothing fails"
    head.run()
    assert head.search(text) == [{**given, **made}]


def test_without_names_the_scheduled_searches_do_nothing() -> None:
    """But write one row to each table: Splunk complains about a replicated one that is empty."""
    head = Head()
    head.run()
    assert head.is_empty
    rows = {name: [dict(row) for row in found] for name, found in head.tables.rows.items()}
    for name in ("names", "names retired"):
        assert head.run(name, at=NOW + 400 * DAY) == []
    assert head.tables.rows == rows
    assert not {"config_name", "policy_name", "api_name"} & set(event(head, "1", "p", "2"))
