"""Coverage, names in views and the marks of activations, beside what the samples say."""

from __future__ import annotations

from typing import Any

from tests.oracles.search_time.spl import Searcher
from tests.product.search import view_scene
from tests.product.search.alert_scene import DAY, HOUR, NOW, SAVED
from tests.product.search.names_scene import Head, indexed, later, lines
from tests.product.search.test_views import BOARDS, panel_rows

CHANGED = "Akamai SIEM - coverage changed"


def shown(head: Head, panel: str) -> list[dict[str, Any]]:
    """A panel of Coverage over these names only."""
    board = BOARDS["coverage"]
    source = board.panels[f"viz_{panel}"]["dataSources"]["primary"]
    searcher = Searcher(head.rows(), head.knowledge, tables=head.tables)
    return board.rows(source, searcher) or []


def before() -> Head:
    """Before everything was sent to SIEM."""
    head = Head().index("account", "complete", "export_refused")
    head.run()
    return head


def test_each_kind_of_blind_spot_is_shown() -> None:
    (row,) = (row for row in shown(before(), "sent") if row["_config"] == "76213")
    wanted = {line["name"] for line in lines("complete") if line["kind"] == "blind_spot"}
    assert len(wanted) == 4
    assert set(row["Akamai leaves out"].split("; ")) == wanted
    assert (row["Configuration"], row["SIEM"], row["JA4 sent"]) == ("shop-prod", "on", "off")
    newest = max(
        (line for line in lines("complete") if line["kind"] == "activation"),
        key=lambda line: line["activated_at"],
    )
    assert (row["By"], row["Version in use"]) == (newest["activated_by"], "6")
    assert shown(before(), "spots") == [{"spots": 4}]


def test_policies_that_send_nothing_come_first() -> None:
    rows = shown(before(), "policies")
    assert [row["Sent"] for row in rows] == sorted(row["Sent"] for row in rows)
    sent = {row["Id"]: (row["Sent"], row.get("Why")) for row in rows}
    assert sent["pol2_76213"] == ("no", "left out of the SIEM integration")
    assert sent["pol3_76213"] == ("no", "no match target")
    assert sent["pol1_76213"][0] == "yes"
    assert shown(before(), "left_out") == [{"policies": 2}]


def test_hosts_without_protection() -> None:
    rows = {row["Host"]: row["Why"] for row in shown(before(), "hosts")}
    assert rows["legacy.example.com"] == "not covered"
    uncovered = [
        line["id"]
        for sample in ("account", "complete")
        for line in lines(sample)
        if line["kind"] == "uncovered_host"
    ]
    assert set(rows) == set(uncovered)


def test_what_was_left_out_and_when() -> None:
    head = Head().index("account", "complete", "changed")
    head.run()
    rows = shown(head, "changes")
    assert [row["Akamai leaves out"] == "nothing" for row in rows] == [True, False]
    head.events = [one for one in head.events if '"kind":"blind_spot"' not in one.raw]
    assert [row["Akamai leaves out"] for row in shown(head, "changes")] == ["nothing"]


def test_what_akamai_refused_is_named_and_without_names_what_to_do() -> None:
    (row,) = shown(before(), "names")
    hint = next(line["missing_hint"] for line in lines("export_refused") if "missing_hint" in line)
    assert row["Missing"] == hint
    (row,) = shown(Head(), "names")
    assert "docs/names.md" in row["Missing"] or "Add an input Akamai names" in row["Missing"]


def test_a_change_of_coverage_is_reported_once() -> None:
    search = SAVED[CHANGED]["search"]
    head = before()
    assert head.search(search) == []
    head.index("changed")
    (row,) = head.search(search)
    assert (row["config_id"], row["left_out"]) == ("76213", "nothing")
    assert "policy mobile-api" in row["left_out_before"]
    # Confirmed a day later: what was found before is no change any more.
    same = [{**line, "snapshot": "n762130000000007"} for line in lines("changed")]
    head.events += indexed(later(line, DAY) for line in same)
    assert head.search(search, NOW + DAY) == []
    assert head.search(search, NOW + 3 * DAY) == []
    # Of half a snapshot nothing is reported.
    head = before()
    head.events += indexed(lines("cut"))
    assert head.search(search) == []


def test_siem_integration_that_is_switched_off_is_reported() -> None:
    head = before().index("siem_off")
    (row,) = head.search(SAVED[CHANGED]["search"])
    assert row["config_id"] == "14227"
    assert row["left_out"] == "all events (SIEM integration is off)"


def test_activations_mark_charts_over_time() -> None:
    """Of production, within what the chart shows; each once, although each snapshot has it."""
    for view, source in (("overview", "ds_marks_of_timeline"), ("tuning", "ds_marks_of_timeline")):
        rows = BOARDS[view].rows(source, view_scene.searcher()) or []
        (wanted,) = (
            line
            for line in lines("changed")
            if line["kind"] == "activation" and line["activated_at"] > NOW - HOUR
        )
        assert [(row["_time"], row["mark"]) for row in rows] == [
            (wanted["activated_at"], "Main site version 7 by sam")
        ]
    assert {
        panel["dataSources"]["annotation"]
        for name in ("overview", "tuning")
        for panel in BOARDS[name].panels.values()
        if panel["type"] in ("splunk.area", "splunk.column")
        and "annotation" in panel["dataSources"]
    } == {"ds_marks_of_timeline"}


def test_lists_show_names_and_carry_ids() -> None:
    board = BOARDS["overview"]
    rows = board.rows("ds_of_input_policy", view_scene.searcher()) or []
    labels = {row["policy_id"]: row["label"] for row in rows}
    assert labels["pol1_76213"] == "storefront-eu (pol1_76213)"
    assert labels["pol1_14227"] == "storefront (pol1_14227)"
    policies = {row["_policy"]: row["Policy"] for row in panel_rows("overview", "policies")}
    assert policies["pol1_76213"] == "storefront-eu"
    assert policies["pol2_14227"] == "storefront-uk"
