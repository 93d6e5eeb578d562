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
        "collections": "[seen]\n",
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


def test_networks(tables: Tables) -> None:
    found = run(tables, "lookup networks net AS src OUTPUT kind AS known")
    assert [row.get("known") for row in found] == ["scanner", "partner", None]


def test_appendpipe_and_eventstats(tables: Tables) -> None:
    search = (
        'where src="none" | appendpipe [stats count | eval src="*"] | eventstats max(count) AS m'
    )
    assert run(tables, search) == [{"count": 0, "src": "*", "m": 0}]
    assert len(run(tables, "appendpipe [head 1 | eval a=1]")) == 4


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
        ("eventstats count BY src", NotInSubset),
        ("append [search x]", NotInSubset),
        ("stats sum(nothing) AS s", Unspecified),
        ('eval a=split("1,2",","), b=split("1,2",",") | stats count BY a b', Unspecified),
    ],
)
def test_refusals(tables: Tables, search: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        run(tables, search)
