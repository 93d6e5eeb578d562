"""Names from Akamai to a search: collected on one host, searched on another.

The collector runs as splunkd starts it and writes to splunkd's pipe. The search head has the same
events, as indexers have them, and a KV store of its own.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests import ROOT
from tests.by_hand.indexed import Indexed
from tests.by_hand.preview import cell
from tests.made import make
from tests.oracles import golden_files
from tests.product.end_to_end.compiled_app import BUILT_APP
from tests.product.end_to_end.pushed_settings import push_account, push_input
from tests.product.end_to_end.site import ACCOUNT, STANZA, Site, splunk_with_the_app
from tests.product.search.documented_searches import searches
from tests.product.search.kv_tables import KvTables
from tests.product.search.names_scene import RULES, SAMPLES, SMALL, Head

sys.path.insert(0, str(ROOT / "packaging"))

from setup_venv import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = "akamai_siem_names://names"
SHOP, OTHER = 76213, 14227
EVENTS = (
    *((SHOP, "pol1_76213", "deny"), (SHOP, "pol1_76213", "deny"), (SHOP, "pol2_76213", "deny")),
    *((SHOP, "pol3_76213", "alert"), (OTHER, "pol1_14227", "deny")),
)
"""Configuration, policy and action of each event."""
ODD = 'Köln, "Kunden"\nLogin'
DOCUMENTED = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
BLOCKED = next(one for one in searches(DOCUMENTED) if "values(policy_name)" in one)
NAMED = "`akamai_siem_events` | stats count BY config_id config_name policy_id policy_name"


class Hosts:
    """`collector`: with the inputs. `head`: runs searches; its tables are in `own`, its splunkd."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "collector"
        self.own = splunk_with_the_app(folder / "head", "--manual")
        self.own.begin()
        self.collector = Site(self._folder)
        self.head = Head(BUILT_APP)
        self.head.tables.rows = KvTables(self.own, self.head.knowledge)

    def collect(self, stanza: str) -> None:
        run = self.collector.run(stanza)
        assert (run["exit_code"], run["stderr"]) == (0, []), run
        self.head.events = Indexed(self._folder).events

    def write_names(self) -> None:
        """The search that splunkd of the search head runs every 15 minutes."""
        self.head.run(at=time.time())

    def found(self, search: str) -> list[dict[str, Any]]:
        return self.head.search(search, at=time.time())

    def named(self) -> set[tuple[str, ...]]:
        """Configuration, its name, policy and its name."""
        columns = ("config_id", "config_name", "policy_id", "policy_name")
        return {tuple(row[column] for column in columns) for row in self.found(NAMED)}


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosts]:
    make("build")
    python = environment("dev", os.environ.get("PRODUCT_PYTHON"))
    monkeypatch.setenv("STANDIN_PYTHON", str(python))
    both = Hosts(tmp_path)
    with both.collector, both.own:
        yield both


def world() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / "akamai.json").read_text(encoding="utf-8"))
    return found


def set_up(site: Site) -> None:
    site.akamai.configurations(known=[OTHER, SHOP])
    site.akamai.application_security(**world(), exports={"polls": 0})
    now = site.akamai.now()
    for config_id in (OTHER, SHOP):
        lines = [event(*one, now - 600) for one in EVENTS if one[0] == config_id]
        times = {"stored_from": now - 500, "stored_to": now - 400}
        site.akamai.load_lines(lines, config_id=config_id, **times)
    push_account(site.splunk, ACCOUNT, site.account_values())
    push_input(site.splunk, STANZA, site.input_values(config_ids=f"{OTHER};{SHOP}"))
    push_input(site.splunk, NAMES, {"account": ACCOUNT, "interval": "21600", "index": "main"})


def event(config_id: int, policy: str, action: str, at: float) -> bytes:
    known: dict[str, Any] = golden_files.load("waf_sql_denied")["event"]
    ids = {"configId": str(config_id), "policyId": policy}
    known["attackData"].update(ids, appliedAction=action)
    known["httpMessage"]["start"] = str(int(at))
    return json.dumps(known).encode()


def change(site: Site) -> None:
    """Version 7 becomes active: a policy has another name, and another one is gone."""
    shop = world()["configurations"][str(SHOP)]
    site.akamai.application_security(configurations={SHOP: {**shop, "production": 7}})


def documented(mark: str) -> list[list[str]]:
    """The cells of a table in docs/names.md, its head first."""
    part = DOCUMENTED.partition(f"<!-- {mark} -->")[2].partition("<!-- end -->")[0]
    lines = [line.strip("| ").split(" | ") for line in part.strip().splitlines()]
    return [line for line in lines if not re.match("-+", line[0])]


def table(rows: list[dict[str, Any]]) -> list[list[str]]:
    columns = [*rows[0]]
    return [columns, *([cell(column, row.get(column)) for column in columns] for row in rows)]


def test_names_of_one_host_are_found_on_another(hosts: Hosts) -> None:
    site, head = hosts.collector, hosts.head
    set_up(site)
    hosts.collect(STANZA)
    assert table(hosts.found(BLOCKED)) == documented("before")

    # The first refresh. Two configurations have one name, and ids tell them apart.
    hosts.collect(NAMES)
    assert hosts.named() == set(), "names are in a search once its host has written them"
    hosts.write_names()
    assert table(hosts.found(BLOCKED)) == documented("after")
    unchanged = {
        (str(OTHER), "shop-prod", "pol1_14227", "storefront"),
        (str(SHOP), "shop-prod", "pol2_76213", "mobile-api"),
        (str(SHOP), "shop-prod", "pol3_76213", ODD),
    }
    assert hosts.named() == {*unchanged, (str(SHOP), "shop-prod", "pol1_76213", "storefront")}
    for search in searches(DOCUMENTED):
        assert hosts.found(search), search
    (snapshots,) = (one for one in searches(DOCUMENTED) if "kind=snapshot_end" in one)
    assert {row["config_id"] for row in hosts.found(snapshots)} == {"0", str(OTHER), str(SHOP)}
    by_name = '`akamai_siem_events` config_name="shop-prod" | stats count BY config_id'
    assert [(row["config_id"], row["count"]) for row in hosts.found(by_name)] == [
        *((str(OTHER), 1), (str(SHOP), 4))
    ]

    # Renamed and deleted. Old events have old ids, so the name of what is deleted stays.
    change(site)
    hosts.collect(NAMES)
    hosts.write_names()
    (retired,) = (row for row in head.tables.rows[SMALL["policy"]] if "retired_at" in row)
    assert retired["id"] == "pol3_76213"
    assert float(retired["retired_at"]) == pytest.approx(time.time(), abs=60)
    now = {*unchanged, (str(SHOP), "shop-prod", "pol1_76213", "storefront-eu")}
    assert hosts.named() == now

    # Each KV store has what is its host's own, and a search needs nothing of the collector's.
    for name in (*SMALL.values(), RULES):
        assert len(hosts.own.kv_documents(f"ta_{name}")) > 1
        assert site.splunk.kv_documents(f"ta_{name}") == {}
    assert len(site.splunk.kv_documents("ta_akamai_siem_checkpoints")) > 0
    assert hosts.own.kv_documents("ta_akamai_siem_checkpoints") == {}
    site.splunk.set_kvstore("failed")
    hosts.write_names()
    assert hosts.named() == now
