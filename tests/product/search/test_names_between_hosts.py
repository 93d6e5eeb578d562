"""Names from Akamai to a search: collected on one host, searched on another.

The collector runs as splunkd starts it and writes to splunkd's pipe. The search head has the same
events, as indexers have them, and a KV store of its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests import ROOT
from tests.by_hand.indexed import Indexed
from tests.made import make
from tests.oracles import golden_files
from tests.product.end_to_end.compiled_app import BUILT_APP
from tests.product.end_to_end.pushed_settings import push_account, push_input
from tests.product.end_to_end.site import ACCOUNT, STANZA, Site, splunk_with_the_app
from tests.product.search.kv_tables import KvTables
from tests.product.search.names_scene import RULES, SAMPLES, SMALL, Head

sys.path.insert(0, str(ROOT / "packaging"))

from setup_venv import environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = "akamai_siem_names://names"
TABLES = (*SMALL.values(), RULES)
SHOP, OTHER = 76213, 14227
DENIED = {SHOP: ("pol1_76213", "pol1_76213", "pol3_76213"), OTHER: ("pol1_14227",)}
"""Policies of the events of each configuration."""
ODD = 'Köln, "Kunden"\nLogin'
COUNTED = "`akamai_siem_events` | stats count BY config_id policy_id"
NAMED = "`akamai_siem_events` | stats count BY config_id config_name policy_id policy_name"
Rows = set[tuple[str, ...]]


class Hosts:
    """`collector`: with the inputs. `head`: runs searches. `own`: splunkd of the search head."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.collector = site
        self._folder = folder
        self.head = Head(BUILT_APP)

    def keep_tables_in(self, store: KvTables) -> None:
        self.head.tables.rows = store  # type: ignore[assignment]  # used as a mapping only

    def collect(self, stanza: str) -> None:
        run = self.collector.run(stanza)
        assert (run["exit_code"], run["stderr"]) == (0, []), run
        self.head.events = Indexed(self._folder).events

    def write_names(self) -> None:
        """The search that splunkd of the search head runs every 15 minutes."""
        self.head.run(at=time.time())

    def found(self, search: str, *fields: str) -> Rows:
        """These fields of the result's rows."""
        rows = self.head.search(search, at=time.time())
        return {tuple(str(row.get(field)) for field in fields) for row in rows}


@pytest.fixture
def hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosts]:
    make("build")
    python = environment("dev", os.environ.get("PRODUCT_PYTHON"))
    monkeypatch.setenv("STANDIN_PYTHON", str(python))
    own = splunk_with_the_app(tmp_path / "head", "--manual")
    own.begin()
    with Site(tmp_path / "collector") as site, own:
        both = Hosts(tmp_path / "collector", site)
        both.keep_tables_in(KvTables(own, both.head.knowledge))
        yield both


def set_up(site: Site) -> None:
    world = json.loads((SAMPLES / "akamai.json").read_text(encoding="utf-8"))
    site.akamai.configurations(known=[OTHER, SHOP])
    site.akamai.application_security(**world, exports={"polls": 0})
    now = site.akamai.now()
    for config_id, policies in DENIED.items():
        lines = [event(config_id, policy, now - 600) for policy in policies]
        site.akamai.load_lines(
            lines, config_id=config_id, stored_from=now - 500, stored_to=now - 400
        )
    push_account(site.splunk, ACCOUNT, site.account_values())
    ids = f"{OTHER};{SHOP}"
    push_input(site.splunk, STANZA, site.input_values(config_ids=ids))
    push_input(site.splunk, NAMES, {"account": ACCOUNT, "interval": "21600", "index": "main"})


def event(config_id: int, policy: str, at: float) -> bytes:
    known: dict[str, Any] = golden_files.load("waf_sql_denied")["event"]
    known["attackData"].update(configId=str(config_id), policyId=policy)
    known["httpMessage"]["start"] = str(int(at))
    return json.dumps(known).encode()


def change(site: Site) -> None:
    """Version 7 becomes active: a policy has another name, and another one is gone."""
    world = json.loads((SAMPLES / "akamai.json").read_text(encoding="utf-8"))
    shop = world["configurations"][str(SHOP)]
    site.akamai.application_security(configurations={SHOP: {**shop, "production": 7}})


def test_names_of_one_host_are_found_on_another(hosts: Hosts) -> None:
    site, head = hosts.collector, hosts.head
    set_up(site)
    hosts.collect(STANZA)
    ids = ("config_id", "policy_id", "count")
    counted = {
        (str(config_id), policy, str(policies.count(policy)))
        for config_id, policies in DENIED.items()
        for policy in policies
    }
    assert hosts.found(COUNTED, *ids) == counted
    assert hosts.found(NAMED, *ids) == set()

    # The first refresh. Two configurations have one name, and ids tell them apart.
    hosts.collect(NAMES)
    assert hosts.found(NAMED, *ids) == set(), "names are in a search once its host has written them"
    hosts.write_names()
    names = ("config_id", "config_name", "policy_id", "policy_name", "count")
    assert hosts.found(NAMED, *names) == {
        (str(OTHER), "shop-prod", "pol1_14227", "storefront", "1"),
        (str(SHOP), "shop-prod", "pol1_76213", "storefront", "2"),
        (str(SHOP), "shop-prod", "pol3_76213", ODD, "1"),
    }
    by_name = '`akamai_siem_events` config_name="shop-prod" | stats count BY config_id'
    assert hosts.found(by_name, "config_id", "count") == {(str(OTHER), "1"), (str(SHOP), "3")}

    # Renamed and deleted. Old events have old ids, so the name of what is deleted stays.
    change(site)
    hosts.collect(NAMES)
    hosts.write_names()
    assert head.names(SMALL["policy"]) == {
        "pol1_14227": "storefront",
        "pol1_76213": "storefront-eu",
        "pol2_76213": "mobile-api",
    }
    (retired,) = (row for row in head.tables.rows[SMALL["policy"]] if "retired_at" in row)
    assert retired["id"] == "pol3_76213"
    assert float(retired["retired_at"]) == pytest.approx(time.time(), abs=60)
    after = {
        (str(OTHER), "shop-prod", "pol1_14227", "storefront", "1"),
        (str(SHOP), "shop-prod", "pol1_76213", "storefront-eu", "2"),
        (str(SHOP), "shop-prod", "pol3_76213", ODD, "1"),
    }
    assert hosts.found(NAMED, *names) == after

    # Each host's KV store has what is its own, and a search needs nothing of the collector's.
    for table in TABLES:
        collection = f"ta_{table}"
        assert site.splunk.kv_documents(collection) == {}, collection
    assert len(site.splunk.kv_documents("ta_akamai_siem_checkpoints")) > 0
    site.splunk.set_kvstore("failed")
    hosts.write_names()
    assert hosts.found(NAMED, *names) == after
