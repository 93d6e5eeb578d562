"""Commands that read and write tables, and stats with several values or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oracles.search_time import spl
from tests.oracles.search_time.knowledge import Knowledge
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.oracles.search_time.spl_tables import Tables

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [{"src": "192.0.2.7", "n": "2"}, {"src": "2001:db8::1", "n": "3"}, {"src": "x", "n": "4"}]
TRANSFORMS = """
[seen]
external_type = kvstore
collection = seen
fields_list = src,n
[named]
external_type = kvstore
collection = named
fields_list = _key,src,n,name
max_matches = 1
[lost]
external_type = kvstore
collection = nowhere
fields_list = src
[networks]
filename = networks.csv
match_type = CIDR(net)
max_matches = 1
[many]
filename = networks.csv
match_type = CIDR(net)
"""


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    files = {
        "transforms": TRANSFORMS,
        "collections": "[seen]\n[named]\n",
        **dict.fromkeys(("props", "eventtypes", "tags", "macros"), ""),
    }
    (tmp_path / "default").mkdir()
    for name, text in files.items():
        (tmp_path / "default" / f"{name}.conf").write_text(text)
    (tmp_path / "lookups").mkdir()
    (tmp_path / "lookups" / "networks.csv").write_text(
        "net,kind\n192.0.2.0/24,scanner\n2001:db8::/32,partner\n"
    )
    return Tables(Knowledge(tmp_path))


def run(tables: Tables, search: str) -> list[dict[str, object]]:
    return spl._piped(spl.split(search), [dict(row) for row in ROWS], tables)


def test_a_table_is_replaced_and_the_rows_go_on(tables: Tables) -> None:
    assert len(run(tables, "eval no=1 | outputlookup seen | where no=1")) == 3
    assert tables.rows["seen"] == ROWS
    run(tables, 'where src="x" | outputlookup seen')
    assert tables.rows["seen"] == [ROWS[2]]
    assert len(run(tables, "inputlookup append=true seen")) == 4


KEYED = "outputlookup append=true key_field=_key override_if_empty=false named"


def test_a_record_is_replaced_by_its_key(tables: Tables) -> None:
    """All of it: what the row lacks is gone. Rows without a record are added, none is removed."""
    run(tables, f"rename src AS _key | eval name=n | {KEYED}")
    assert [row["_key"] for row in tables.rows["named"]] == [row["src"] for row in ROWS]
    run(tables, f'where src="x" | rename src AS _key | {KEYED}')
    assert tables.rows["named"][2] == {"_key": "x", "n": "4"}
    run(tables, f"where false() | {KEYED}")
    run(tables, "where false() | outputlookup override_if_empty=false named")
    assert len(tables.rows["named"]) == 3
    run(tables, 'where src="x" | rename src AS _key | outputlookup override_if_empty=false named')
    assert len(tables.rows["named"]) == 1


def test_a_table_of_the_kv_store_on_the_search_head(tables: Tables) -> None:
    run(tables, f'eval _key=src.n, name="n".n | {KEYED}')
    found = run(tables, "lookup local=true named src, n OUTPUT name AS called, _key AS place")
    assert [row["called"] for row in found] == ["n2", "n3", "n4"]
    assert found[0]["place"] == "192.0.2.72"
    found = run(tables, 'eval n="2" | lookup local=true named src, n OUTPUT name')
    assert [row.get("name") for row in found] == ["n2", None, None]
    run(tables, f'eval src="x", _key=n, name=n | {KEYED}')
    with pytest.raises(Unspecified):
        run(tables, "lookup local=true named src OUTPUT name")


def test_eventstats_by(tables: Tables) -> None:
    found = run(tables, 'eval g=if(src="x",null(),"a") | eventstats count max(n) AS m BY g')
    assert [(row.get("count"), row.get("m")) for row in found] == [(2, 3), (2, 3), (None, None)]


def test_networks(tables: Tables) -> None:
    found = run(tables, "lookup networks net AS src OUTPUT kind AS known")
    assert [row.get("known") for row in found] == ["scanner", "partner", None]


def test_appendpipe_and_eventstats(tables: Tables) -> None:
    search = (
        'where src="none" | appendpipe [stats count | eval src="*"] | eventstats max(count) AS m'
    )
    assert run(tables, search) == [{"count": 0, "src": "*", "m": 0}]
    assert len(run(tables, "appendpipe [head 1 | eval a=1]")) == 4


def test_copies_are_counted_in_their_order_and_returned_by_a_subsearch(tables: Tables) -> None:
    found = run(tables, 'eval k=if(src="x","b","a") | streamstats count AS copy BY k')
    assert [row["copy"] for row in found] == [1, 2, 1]
    assert run(tables, "return 2 src") == [{"src": row["src"]} for row in ROWS[:2]]


def test_several_values_and_none(tables: Tables) -> None:
    found = run(tables, 'eval v=split("b,a",",") | stats count first(n) AS n max(no) AS no BY v')
    assert found == [{"v": "a", "count": 3, "n": "2"}, {"v": "b", "count": 3, "n": "2"}]


@pytest.mark.parametrize(
    ("search", "refusal"),
    [
        ("outputlookup lost", Refused),
        ("outputlookup nothing", Refused),
        ("inputlookup seen", NotInSubset),
        ("fields n | outputlookup seen", Unspecified),
        ('eval n=split("1,2",",") | outputlookup seen', Unspecified),
        ("lookup many net AS src OUTPUT kind AS known", NotInSubset),
        ("lookup networks net AS src OUTPUT colour AS known", Refused),
        ('eval a=split("1,2",",") | eventstats count BY a', Unspecified),
        ("lookup named src OUTPUT n", Refused),
        ("lookup local=true seen src OUTPUT n", Unspecified),
        ("lookup local=true named src OUTPUT colour", Refused),
        ("outputlookup append=true key_field=_key override_if_empty=false named", Refused),
        ("outputlookup append=true named", NotInSubset),
        ("append [search x]", NotInSubset),
        ("streamstats sum(n) AS s", NotInSubset),
        ("return src", NotInSubset),
        ("stats sum(nothing) AS s", Unspecified),
        ('eval a=split("1,2",","), b=split("1,2",",") | stats count BY a b', Unspecified),
    ],
)
def test_refusals(tables: Tables, search: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        run(tables, search)
