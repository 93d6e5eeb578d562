"""The views, their data model and their navigation: what is in the files, and what panels show."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

import pytest

from tests import ROOT
from tests.oracles.search_time import spl
from tests.oracles.search_time.dashboards import commands
from tests.product.search import view_scene
from tests.product.search.test_documented_fields import ROWS as DOCUMENTED

sys.path.insert(0, str(ROOT / "packaging" / "views"))

import data_model
import make_views
import studio
from columns import LEAST, UNSET, wanted

if TYPE_CHECKING:
    from pathlib import Path

    from tests.oracles.search_time.dashboards import Dashboard

FILES = make_views.files()
BOARDS = view_scene.dashboards()
PANELS = [(name, panel) for name, board in BOARDS.items() for panel in board.panels]
CHARTS = ("splunk.area", "splunk.bar", "splunk.column", "splunk.line", "splunk.map")
BORDERS, LETTER = 35, 6.4
"""Pixels: what is around a table, a letter of text."""
HINTS = {
    ("coverage", "viz_names"): "Add an input Akamai names",
    **{
        (name, "viz_left_out"): "Not known"
        for name in ("overview", "investigation", "tuning", "bots", "apis")
    },
}
"""Panels that say what is missing, or what nobody can know, if there is nothing to show."""
INDEXED = "`akamai_siem_events`"


def panel_rows(view: str, panel: str, only: str = "") -> list[dict[str, Any]]:
    """What a panel shows when its view opens."""
    board = BOARDS[view]
    source = board.panels[f"viz_{panel}"]["dataSources"]["primary"]
    found = board.rows(source, view_scene.searcher(only), view_scene.GIVEN.get(view))
    assert found is not None
    return found


# --- what is in the files -------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_files_are_as_made(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path], "make props"


def test_the_views_come_first_in_the_navigation() -> None:
    root = ET.fromstring(make_views.navigation())
    names = [view.get("name") for view in root]
    assert names == [*view_scene.NAMES, "inputs", "configuration", "search"]
    assert [view.get("default") for view in root] == ["true"] + [None] * (len(names) - 1)


@pytest.mark.parametrize("name", view_scene.NAMES)
def test_a_view_asks_for_little(name: str) -> None:
    """At most six searches; each of the model or the log, none of raw events but of one entity."""
    board = BOARDS[name]
    bases = [one for one in board.sources.values() if one["type"] == "ds.search"]
    assert 0 < len(bases) <= studio.SEARCHES_MAX
    used = {board.base(panel["dataSources"]["primary"]) for panel in board.panels.values()}
    assert used == {key for key, one in board.sources.items() if one["type"] == "ds.search"}
    for one in bases:
        query = one["options"]["query"]
        earliest = one["options"].get("queryParameters", {}).get("earliest", "")
        if INDEXED in query:
            assert "[| makeresults" in query, query
        # Days of events are read from summaries only.
        assert not earliest.startswith("-7d") or "`akamai_siem_tstats_accelerated`" in query


def test_nothing_is_read_from_another_hosts_kv_store() -> None:
    """A search head sees neither a forwarder's collections nor its REST interface."""
    for board in BOARDS.values():
        for name in board.sources:
            tokens = {**board.tokens(), **view_scene.GIVEN.get(board.name, {})}
            search = board.search(name, tokens) or ""
            expanded = view_scene.knowledge().expanded(search)
            assert not re.search(r"\b(inputlookup|rest|mcollect)\b|ta_akamai_siem_", expanded), name


def test_times() -> None:
    ranges = {name: BOARDS[name].tokens()["global_time.earliest"] for name in view_scene.NAMES}
    assert {name for name, earliest in ranges.items() if earliest != "-60m@m"} == {
        "coverage",
        "investigation",
        "tuning",
        "operations",
    }


@pytest.mark.parametrize(("view", "panel"), PANELS)
def test_a_panel_explains_itself(view: str, panel: str) -> None:
    known = BOARDS[view].panels[panel]
    assert known["title"]
    assert known["description"]
    query = BOARDS[view].sources[BOARDS[view].base(known["dataSources"]["primary"])]
    if "_accelerated`" in query["options"]["query"]:
        assert "Needs acceleration" in known["description"]
    assert known["dataSources"]["primary"] in BOARDS[view].sources
    assert "eventHandlers" in known or panel in ("viz_who", "viz_licence")


def test_what_is_typed_cannot_add_to_a_search() -> None:
    """Nor what a link says: each token is quoted by the dashboard."""
    for board in BOARDS.values():
        for one in board.sources.values():
            tokens = re.findall(r"\$[^$ ]*\$", one["options"]["query"])
            assert all(token.endswith("|s$") for token in tokens), tokens
        for panel in board.panels.values():
            for handler in panel.get("eventHandlers", ()):
                tokens = re.findall(r"\$[^$]*\$", handler["options"]["url"])
                assert all(re.fullmatch(r"\$[\w.]+(\|s)?\|u\$", token) for token in tokens), tokens
    board = BOARDS["overview"]
    search = board.search("ds_timeline", {**board.tokens(), "client": '" | delete "'})
    assert search is not None
    assert commands(search) == ["`akamai_siem_tstats`", "rename", "append", "append"]


def links(board: Dashboard) -> list[tuple[str, str, dict[str, str]]]:
    """Panel, page and parameters of each."""
    found = []
    for name, panel in board.panels.items():
        for handler in panel.get("eventHandlers", ()):
            assert handler["type"] == "drilldown.customUrl"
            parts = urlsplit(handler["options"]["url"])
            app, page = re.findall(r"/app/(\w+)/(\w+)", parts.path)[0]
            assert app == "TA_akamai_siem"
            found.append((name, page, dict(parse_qsl(parts.query))))
    return found


@pytest.mark.parametrize("name", view_scene.NAMES)
def test_each_link_leads_somewhere_that_takes_it(name: str) -> None:
    board = BOARDS[name]
    few = spl.Searcher([dict(row) for row in view_scene.rows()[:50]], view_scene.knowledge())
    for panel, page, given in links(board):
        source = board.panels[panel]["dataSources"]["primary"]
        rows = board.rows(source, view_scene.searcher(), view_scene.GIVEN.get(name)) or [{}]
        kind = board.panels[panel]["type"]
        for value in given.values():
            if kind in CHARTS:
                # A click on a chart knows the series, and the value on the axis.
                first = next(iter(rows[0]), "")
                assert set(re.findall(r"\$row\.(\w+)\.value", value)) <= {first}, panel
            else:
                assert "$name" not in value, panel
            for column in re.findall(r"\$row\.(\w+)\.value", value):
                assert any(column in row for row in rows), f"{panel} has no column {column}"
        if page == "search":
            query = given["q"].replace("$kind|s|u$", '"src"')
            query = re.sub(r"\$[\w.]+\|s\|u\$", '"x"', query)
            assert set(given) == {"q", "earliest", "latest"}
            few.found(query.removeprefix("search "))
            continue
        target = BOARDS[page]
        assert {token.removeprefix("form.") for token in given} <= {
            *(one["options"]["token"] for one in target.inputs.values()),
            "global_time.earliest",
            "global_time.latest",
        }
        if "form.kind" in given and not given["form.kind"].startswith("$"):
            items = target.inputs["input_kind"]["options"]["items"]
            assert given["form.kind"] in [item["value"] for item in items]


def test_workflow_actions_lead_to_investigation() -> None:
    """From an event, wherever it is shown."""
    actions = view_scene.knowledge().conf("workflow_actions")
    linked = [one for one in actions.values() if one["type"] == "link"]
    items = BOARDS["investigation"].inputs["input_kind"]["options"]["items"]
    known = {item["value"] for item in items}
    for one in linked:
        address = urlsplit(one["link.uri"])
        given = dict(parse_qsl(address.query))
        assert address.path == "/app/TA_akamai_siem/investigation"
        assert given == {"form.kind": one["fields"], "form.value": f"${one['fields']}$"}
        assert given["form.kind"] in known
    assert [one["fields"] for one in linked] == ["src", "ja4", "signature_id", "user", "dest"]


def test_inputs_that_are_filled_by_a_search() -> None:
    for name, board in BOARDS.items():
        for known in board.inputs.values():
            if "dataSources" not in known:
                continue
            source = known["dataSources"]["primary"]
            rows = board.rows(source, view_scene.searcher()) or []
            column = re.findall(r'seriesByName\("(\w+)"\)', known["context"]["value"])[0]
            assert len(rows) > 1, name
            assert all(set(row) == {column, "label"} for row in rows), name
            # Splunk shows a warning beside a list without rows.
            everything = [{"label": "All", column: "*"}]
            assert rows[:1] == everything
            assert board.rows(source, view_scene.searcher("none")) == everything


# --- the data model -------------------------------------------------------------------------


def test_the_model_has_the_documented_fields() -> None:
    """Ids, no names; nothing that is different in each event."""
    own = {"blocked", "answered", "uri_path_start", "user_risk_reasons"}
    own |= {"fired_rule", "fired_selector", "fired_action", "fired_alone"}
    for dataset, fields in data_model.FIELDS.items():
        names = {field.name for field in fields}
        assert names - own <= set(DOCUMENTED), dataset
        assert not names & {
            *("uri_query", "url", "uri_path", "request_id", "http_user_agent", "cookie"),
            *("signature", "src_country_name", "bot_segment", "user_risk_status", "signature_data"),
        }
    page = (ROOT / "docs" / "views.md").read_text(encoding="utf-8")
    for field in {one for fields in data_model.FIELDS.values() for one in fields}:
        assert f"| `{field.name}` | {field.says} |" in page, field.name


def test_the_model_is_not_accelerated_and_is_seen_everywhere() -> None:
    assert not (ROOT / "default" / "datamodels.conf").exists()
    meta = (ROOT / "metadata" / "default.meta").read_text(encoding="utf-8")
    assert "[models]\nexport = system" in meta


def test_what_an_event_lacks_is_unknown() -> None:
    (row,) = view_scene.searcher().found(
        '| from datamodel:"Akamai_SIEM.Requests" | search ja4=unknown OR ja4=* | stats count'
    )
    (all_rows,) = view_scene.searcher().found(f"{INDEXED} | stats count")
    assert row == all_rows


def test_paths_are_cut() -> None:
    for path, begins in (("/", "/"), ("/a/b/c", "/a/b/c"), ("/a/b/c/d/e", "/a/b/c/*")):
        row = {"uri_path": path, "sourcetype": "akamai:siem", "index": "main", "_raw": "{}"}
        searcher = spl.Searcher([{**row, "_time": 1.0}], view_scene.knowledge())
        (found,) = searcher.found('| from datamodel:"Akamai_SIEM.Requests"')
        assert found["uri_path_start"] == begins


def test_a_row_for_each_rule_that_no_client_can_forge() -> None:
    forged = '\\"selector\\":\\"x\\",\\"action\\":\\"deny\\"}'
    rule = (
        '{"id":"1","version":"2","message":"m","tag":"t","data":"%s","selector":"%s",'
        '"action":"alert"}'
    )
    row = {
        "rule_all": [rule % (forged, "ARGS:a"), rule % ("", f"ARGS:{forged}")],
        "sourcetype": "akamai:siem",
        "index": "main",
        "_raw": "{}",
        "_time": 1.0,
    }
    found = spl.Searcher([row], view_scene.knowledge()).found(
        '| from datamodel:"Akamai_SIEM.Rules"'
    )
    assert [(one["fired_rule"], one["fired_selector"], one["fired_action"]) for one in found] == [
        ("1", "ARGS:a", "alert"),
        ("1", "unknown", "alert"),
    ]


# --- what panels show -----------------------------------------------------------------------


@pytest.mark.parametrize(("view", "panel"), PANELS)
def test_a_panel_has_rows(view: str, panel: str) -> None:
    rows = panel_rows(view, panel.removeprefix("viz_"))
    assert rows
    assert len(rows) <= 1_000


@pytest.mark.parametrize(("view", "panel"), PANELS)
def test_without_events_panels_are_empty_or_zero(view: str, panel: str) -> None:
    """None fails; what counts is 0."""
    rows = panel_rows(view, panel.removeprefix("viz_"), "none")
    values = [value for row in rows for name, value in row.items() if name != "_time"]
    if (view, panel) in HINTS:
        assert len(values) == 1
        assert HINTS[view, panel] in values[0]
        return
    assert all(value in (0, None) for value in values), rows


def test_an_index_with_the_connectors_events_only_looks_like_an_empty_one() -> None:
    """They are counted once the macro includes them: docs/views.md."""
    assert panel_rows("overview", "requests", "akamaisiem") == [{"requests": 0}]
    assert panel_rows("overview", "top_clients", "akamaisiem") == []
    for name, panel in PANELS:
        shown = panel_rows(name, panel.removeprefix("viz_"), "akamaisiem")
        assert shown == panel_rows(name, panel.removeprefix("viz_"), "none"), panel


def test_what_another_host_collects_is_all_that_a_search_head_needs() -> None:
    """Events and the own log come from two forwarders; this host has no log and no KV store."""
    hosts = {row["host"] for row in view_scene.rows() if row["sourcetype"] == "akamai:siem:log"}
    assert hosts == {"forwarder", "forwarder2"}
    assert {row["Host"] for row in panel_rows("operations", "states")} == hosts
    assert panel_rows("overview", "requests") != [{"requests": 0}]


def test_without_acceleration() -> None:
    """What looks back for days stays empty and reads nothing; all else is as with it."""
    rows = [*view_scene.rows()]
    plain = spl.Searcher(rows, view_scene.knowledge(), accelerated=False)
    for name, panel in PANELS:
        board = BOARDS[name]
        source = board.panels[panel]["dataSources"]["primary"]
        query = board.sources[board.base(source)]["options"]["query"]
        if "_accelerated`" in query:
            assert not board.rows(source, plain, view_scene.GIVEN.get(name)), panel


def room(view: str, panel: str) -> float:
    """Pixels for what is in a panel."""
    structure = BOARDS[view].definition["layout"]["structure"]
    (width,) = (one["position"]["w"] for one in structure if one["item"] == panel)
    return float(width * 1280 / studio.WIDTH - BORDERS)


@pytest.mark.parametrize(("view", "panel"), PANELS)
def test_no_question_is_cut_off_at_1280(view: str, panel: str) -> None:
    """Splunk shows one line of a description."""
    known = BOARDS[view].panels[panel]
    assert len(known["description"]) * LETTER <= room(view, panel), known["description"]


@pytest.mark.parametrize(("view", "panel"), PANELS)
def test_no_column_is_cut_off_at_1280(view: str, panel: str) -> None:
    """What Splunk gives a column that is not named in `studio` was seen in Chromium."""
    known = BOARDS[view].panels[panel]
    if known["type"] != "splunk.table" or known["options"].get("headerVisibility") == "none":
        return
    rows = panel_rows(view, panel.removeprefix("viz_"))
    columns = [name for name in dict.fromkeys(n for row in rows for n in row) if name[0] != "_"]
    widths = known["options"]["columnFormat"]
    given = {name: widths.get(name, {}).get("width", UNSET) for name in columns}
    # In proportion, as Splunk shares out what is left. Widths are whole pixels.
    share = room(view, panel) / sum(given.values())
    assert all((given[name] + 0.5) * share >= wanted(name) for name in columns), given
    assert sum(given.values()) <= room(view, panel), given
    assert min(given.values()) >= LEAST, given
    assert any("width" not in widths.get(name, {}) for name in columns), "it fills its panel"
