"""tstats and from over a data model, subsearches, and searches of dashboards: as documented, and
refused where Splunk refuses them or nobody says what they give.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.dashboards import Dashboard, replaced
from tests.oracles.search_time.knowledge import Knowledge
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.oracles.search_time.spl import Searcher
from tests.oracles.search_time.time_range import TimeRange

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_800_000_000
ROWS: list[dict[str, Any]] = [
    {"_time": NOW - 10.0, "host": "a", "src": "192.0.2.1", "n": "2", "all": ["x", "y"]},
    {"_time": NOW - 70.0, "host": "a", "src": "192.0.2.2", "n": "3", "all": ["y"]},
    {"_time": NOW - 75.0, "host": "b", "n": "4"},
    {"_time": NOW - 80.0, "host": "c", "src": "192.0.2.2", "n": "5", "other": "1"},
]
FROM = "FROM datamodel=M.D"


def field(name: str) -> dict[str, str]:
    return {"fieldName": name, "type": "string"}


def model(**changed: Any) -> dict[str, Any]:
    dataset = {
        "objectName": "D",
        "parentName": "BaseEvent",
        "lineage": "D",
        "fields": [field("_time"), field("host"), field("n"), field("all")],
        "calculations": [
            {"calculationType": "Eval", "expression": "src", "outputFields": [field("src")]}
        ],
        "constraints": [{"search": "NOT other=1"}],
    }
    known = {**dataset, **changed}
    known = {name: value for name, value in known.items() if value is not None}
    return {"modelName": "M", "objects": [known], "objectNameList": ["D"]}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    models = tmp_path / "default" / "data" / "models"
    models.mkdir(parents=True)
    for name in ("transforms", "collections", "props", "eventtypes", "tags", "macros"):
        (tmp_path / "default" / f"{name}.conf").write_text("")
    (models / "M.json").write_text(json.dumps(model()))
    CLOCK.moment = NOW
    return tmp_path


def run(app: Path, search: str, within: TimeRange | None = None, **options: Any) -> Any:
    searcher = Searcher([dict(row) for row in ROWS], Knowledge(app), **options)
    return searcher.found(search, *([within] if within else []))


def test_by_drops_what_has_no_such_field(app: Path) -> None:
    by = f"{FROM} BY D.src"
    assert run(app, f"| tstats count {by}") == [
        {"D.src": "192.0.2.1", "count": 1},
        {"D.src": "192.0.2.2", "count": 1},
    ]
    filled = run(app, f'| tstats fillnull_value="none" count {by}')
    assert {row["D.src"]: row["count"] for row in filled}["none"] == 1


def test_functions(app: Path) -> None:
    wanted = "count sum(D.n) AS n dc(D.src) AS dc values(D.src) AS v earliest(D.n) AS e latest(D.n)"
    assert run(app, f"| tstats {wanted} {FROM}") == [
        {"count": 3, "n": 9, "dc": 2, "v": ["192.0.2.1", "192.0.2.2"], "e": "4", "latest(D.n)": "2"}
    ]
    assert run(app, f"| tstats count {FROM} WHERE D.src=nobody") == [{"count": 0}]
    assert run(app, f"| tstats count {FROM} WHERE D.src=nobody BY D.src") == []


def test_spans_ranges_and_several_values(app: Path) -> None:
    spans = run(app, f"| tstats count {FROM} BY _time span=1m")
    assert [row["count"] for row in spans] == [2, 1]
    assert spans[0]["_time"] % 60 == 0
    late = run(app, f"| tstats count {FROM}", TimeRange(NOW - 60, NOW))
    assert late == [{"count": 1}]
    many = run(app, f"| tstats count {FROM} BY D.all")
    assert {row["D.all"]: row["count"] for row in many} == {"x": 1, "y": 2}


def test_summaries_only(app: Path) -> None:
    search = f"| tstats summariesonly=true count {FROM}"
    assert run(app, search) == [{"count": 3}]
    assert run(app, search, accelerated=False) == [{"count": 0}]


def test_search_may_follow_a_pipe(app: Path) -> None:
    assert run(app, "| search host=a | stats count") == [{"count": 2}]


def test_from_and_rename(app: Path) -> None:
    assert {row.get("src") for row in run(app, '| from datamodel:"M.D"')} == {
        "192.0.2.1",
        "192.0.2.2",
        None,
    }
    renamed = run(app, f"| tstats count {FROM} BY D.src | rename D.* AS *")
    assert [set(row) for row in renamed] == [{"src", "count"}] * 2


@pytest.mark.parametrize(
    ("search", "error"),
    [
        (f"| tstats count {FROM} BY src", Refused),
        (f"| tstats count {FROM} WHERE D.nothing=1", Refused),
        (f"| tstats dc(D.nothing) {FROM}", Refused),
        ("| tstats count FROM datamodel=M.E", Refused),
        ("| tstats count FROM datamodel=N.D", Refused),
        (f"| tstats summary=true count {FROM}", Refused),
        (f"| tstats prestats=true count {FROM}", NotInSubset),
        (f"| tstats count {FROM} BY _time", Unspecified),
        (f"| tstats count {FROM} BY D.src span=1m", Refused),
        ("| eval a=1", Refused),
        ("* | tstats count FROM datamodel=M.D", Refused),
        ("* | stats sum(nothing) AS s", Unspecified),
        ("* | rename D.*.x AS *", NotInSubset),
        ("* [| makeresults]", Unspecified),
    ],
)
def test_refusals(app: Path, search: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        run(app, search)


@pytest.mark.parametrize(
    "changed",
    [
        {"parentName": "BaseSearch", "baseSearch": "* | stats count"},
        {"constraints": [{"search": "* | head 1"}]},
        {"lineage": "E"},
        {"baseSearch": "*"},
        {
            "calculations": [
                {"calculationType": "Eval", "expression": "1", "outputFields": [field("n")]}
            ]
        },
    ],
)
def test_models_that_splunk_does_not_load(app: Path, changed: dict[str, Any]) -> None:
    path = app / "default" / "data" / "models" / "M.json"
    path.write_text(json.dumps(model(**changed)))
    with pytest.raises(Refused):
        run(app, f"| tstats count {FROM}")


def test_subsearches(app: Path) -> None:
    inner = "[search host=a | fields src]"
    assert run(app, f"* {inner} | stats count") == [{"count": 3}]
    assert run(app, "* [search host=nobody | fields src] | stats count") == [{"count": 0}]
    bounds = f'host="a", earliest={NOW - 60}, latest={NOW}'
    times = f"[| makeresults | eval {bounds} | fields host earliest latest]"
    assert run(app, f"{times} | stats count", TimeRange(0, 1)) == [{"count": 1}]
    with pytest.raises(Unspecified):
        run(app, '[| makeresults | eval src="a\\"b" | fields src]')


def test_append(app: Path) -> None:
    """Its rows follow; its time range is that of the search around it."""
    hosts = "host=a | stats count BY host | append [search host=b | stats count BY host]"
    assert run(app, hosts) == [{"host": "a", "count": 2}, {"host": "b", "count": 1}]
    lately = TimeRange(NOW - 30, NOW)
    assert run(app, hosts, lately) == [{"host": "a", "count": 1}]
    models = f"| tstats count {FROM} BY host | append [| tstats count {FROM} WHERE host=b BY host]"
    assert run(app, models)[2:] == [{"host": "b", "count": 1}]
    with pytest.raises(Refused):
        run(app, "* | append [host=b]")
    with pytest.raises(NotInSubset):
        run(app, "* | append maxout=5 [search host=b]")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("src=$client|s$", 'src="a\\" | delete"'),
        ("$client$", 'a" | delete'),
        ("$missing$", None),
        ("^1$$", "^1$"),
    ],
)
def test_tokens(text: str, made: str | None) -> None:
    assert replaced(text, {"client": 'a" | delete'}) == made


def test_a_chained_search_goes_on_and_waits(app: Path) -> None:
    definition = {
        "dataSources": {
            "base": {
                "type": "ds.search",
                "options": {
                    "query": "* host=$host|s$ | stats count BY src",
                    "queryParameters": {"earliest": "$t.earliest$", "latest": "$t.latest$"},
                },
            },
            "more": {"type": "ds.chain", "options": {"extend": "base", "query": "| where count>1"}},
            "wrong": {"type": "ds.chain", "options": {"extend": "base", "query": "where count>1"}},
        },
        "visualizations": {},
        "inputs": {
            "time": {
                "type": "input.timerange",
                "options": {"token": "t", "defaultValue": "-1h,now"},
            },
            "host": {"type": "input.text", "options": {"token": "host"}},
        },
    }
    path = app / "view.xml"
    path.write_text(
        '<dashboard version="2"><label>V</label><definition><![CDATA['
        f"{json.dumps(definition)}]]></definition></dashboard>"
    )
    board, searcher = Dashboard(path), Searcher(ROWS, Knowledge(app))
    assert board.rows("more", searcher) is None
    assert board.rows("base", searcher, {"host": "a"}) == [
        {"src": "192.0.2.1", "count": 1},
        {"src": "192.0.2.2", "count": 1},
    ]
    assert board.rows("more", searcher, {"host": "a"}) == []
    with pytest.raises(Refused):
        board.rows("wrong", searcher, {"host": "a"})
