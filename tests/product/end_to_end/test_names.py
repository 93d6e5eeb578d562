"""Names: what is indexed of a refresh, of a change, of refusals; kills and a large export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests import ROOT
from tests.standins.splunk.client import RestError

from .pushed_settings import push_account, push_input
from .site import ACCOUNT
from .site import STANZA as OF_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .site import Site

pytestmark = pytest.mark.shared_site
KIND = "akamai_siem_names"
STANZA = f"{KIND}://names"
GOLDEN = ROOT / "tests" / "oracles" / "golden" / "names"
WORLD = json.loads((GOLDEN / "akamai.json").read_text(encoding="utf-8"))
SHOP = 76213
Events = list[dict[str, Any]]


def set_up(site: Site, **changed: str) -> None:
    stanza = {"account": ACCOUNT, "interval": "21600", "index": "main", **changed}
    site.akamai.configurations(known=[])
    site.akamai.application_security(**WORLD, exports={"polls": 0})
    push_account(site.splunk, ACCOUNT, site.account_values())
    push_input(site.splunk, STANZA, stanza)


def refresh(site: Site) -> Events:
    """The events that one run writes."""
    site.splunk.forget_records()
    run = site.run(STANZA)
    assert (run["exit_code"], run["stream"], run["stderr"]) == (0, "closed", []), run
    return events(site)


def events(site: Site) -> Events:
    records = list(site.splunk.records())
    assert {record["sourcetype"] for record in records} <= {"akamai:siem:names"}
    found = [json.loads(record["raw"]) for record in records]
    times = [float(record["time"]) for record in records]
    assert times == pytest.approx([each["seen_at"] for each in found])
    return found


def of(found: Events, config_id: int) -> Events:
    return [each for each in found if each["config_id"] == config_id]


def golden(name: str) -> Events:
    lines = (GOLDEN / f"{name}.ndjson").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def plain(found: Iterable[dict[str, Any]]) -> Events:
    """Without what differs from run to run."""
    return [
        {key: value for key, value in each.items() if key not in ("seen_at", "snapshot", "digest")}
        for each in found
    ]


def asked(site: Site) -> list[str]:
    return [entry["path"].removeprefix("/appsec/v1/") for entry in site.akamai.log()]


@pytest.mark.core
def test_a_first_refresh_an_unchanged_one_and_a_change(site: Site) -> None:
    set_up(site)
    first = refresh(site)
    assert plain(of(first, SHOP)) == plain(golden("complete"))
    assert plain(of(first, 0)) == plain(golden("account"))
    assert len({each["snapshot"] for each in of(first, SHOP)}) == 1
    assert len({each["seen_at"] for each in of(first, SHOP)}) == 1
    assert sum("export" in path and "result" in path for path in asked(site)) == 2

    row = site.splunk.entries(f"{site.splunk.app_name}_{KIND}")["names"]
    assert row["state"] == "names up to date"
    assert row["explanation"].endswith(
        "Akamai leaves out: policy mobile-api; alerts of rate controls; JA4 fingerprints; policy "
        'Köln, "Kunden" Login (no match target).'
    )
    push_input(site.splunk, OF_EVENTS, site.input_values())
    row = site.splunk.entries(f"{site.splunk.app_name}_akamai_siem")["first"]
    assert row["configurations"] == f"shop-prod ({SHOP})"
    assert "Akamai leaves out: policy mobile-api;" in row["explanation"]

    site.akamai.reset_log()
    second = refresh(site)
    assert [(each["kind"], each["config_id"]) for each in second] == [
        *(("unchanged", 0), ("unchanged", 14227), ("unchanged", SHOP))
    ]
    assert {each["snapshot"] for each in second} == {each["snapshot"] for each in first}
    assert sorted(asked(site)) == [
        *("configs", "configs/14227/custom-rules", f"configs/{SHOP}/custom-rules"),
        "hostname-coverage",
    ]

    # An answer that is not Akamai's keeps no other configuration from its names.
    site.akamai.fault("status", status=200, body="<html></html>", mode="custom-rules")
    site.splunk.forget_records()
    failed = site.run(STANZA)
    assert (failed["exit_code"], failed["stderr"][0].split()[:2]) == (
        1,
        ["ERROR", "answer.unexpected"],
    )
    assert [each["config_id"] for each in events(site)] == [0, SHOP]

    site.akamai.reset_log()
    shop = json.loads(json.dumps(WORLD["configurations"][str(SHOP)]))
    shop["production"] = 7
    at, note = "2024-11-28T09:00:00Z", "Everything to SIEM"
    shop["activations"].append(
        {**shop["activations"][1], "network": "PRODUCTION", "activationDate": at, "notes": note}
    )
    site.akamai.application_security(configurations={SHOP: shop}, deleted=[14227])
    third = refresh(site)
    assert plain(of(third, SHOP)) == plain(golden("changed"))
    assert [each["id"] for each in of(third, 0) if each["kind"] == "configuration"] == [str(SHOP)]
    assert of(third, 14227) == []
    assert sum("result" in path for path in asked(site)) == 1


def test_an_export_that_is_refused_leaves_the_other_names(site: Site) -> None:
    """No token is left at first, and ten come back each second: one answer is HTTP 429."""
    set_up(site, config_ids="14227")
    tokens = {"limit": 600, "window_s": 60, "tokens": 0}
    site.akamai.application_security(refused=["export"], rate_limit=tokens)
    found = of(refresh(site), 14227)
    assert plain(found) == plain(golden("export_refused"))
    spent, log = site.akamai.application_security(), site.log_text("names_names")
    assert spent["limited"] == 1
    assert f"tokens={spent['spent'] + 1}" in log
    assert "names.missing" in log
    # The permission is given later. The account's products have no custom rules.
    site.akamai.application_security(refused=[], exports={"expires": 1})
    site.akamai.fault("status", status=404, mode="custom-rules")
    later = of(refresh(site), 14227)
    assert "missing" not in later[-1]
    assert {"host", "custom_rule"} <= set(later[-1]["kinds"])
    assert "host" in later[-1]["kinds"]


def test_without_any_permission_one_sentence_tells_which(site: Site) -> None:
    set_up(site)
    site.akamai.configurations(listable=False)
    run = site.run(STANZA)
    assert run["exit_code"] == 1
    (line,) = run["stderr"]
    assert line.startswith("ERROR permission.missing")
    assert "Application Security" in line
    with pytest.raises(RestError, match="Application Security"):
        site.splunk.create_input(KIND, "second", account=ACCOUNT, interval="21600", index="main")


def test_ids_that_akamai_does_not_list(site: Site) -> None:
    """A wrong id is refused when it is saved. Later, the names that are known become old ones."""
    set_up(site, config_ids="14227")
    with pytest.raises(RestError, match=r"does not list security configuration 999 .*config_ids"):
        site.splunk.create_input(
            KIND, "second", account=ACCOUNT, interval="21600", index="main", config_ids="14227;999"
        )
    refresh(site)
    site.akamai.application_security(deleted=[14227])
    site.splunk.forget_records()
    run = site.run(STANZA)
    assert run["exit_code"] == 1
    assert run["stderr"][0].startswith("ERROR configuration.unknown")
    (closing,) = (each for each in events(site) if each["kind"] == "snapshot_end")
    assert (closing["config_id"], closing["counts"]["configuration"]) == (0, 0)


def test_a_kill_while_a_snapshot_is_written(site: Site) -> None:
    """Half a snapshot has no closing record; the next run writes a whole one."""
    set_up(site, config_ids=str(SHOP))
    site.akamai.application_security(padding=2_000_000)
    site.splunk.set_trap(STANZA, after_records=300)
    killed = site.run(STANZA)
    assert killed["exit_code"] != 0
    half = of(events(site), SHOP)
    assert half
    assert all(each["kind"] != "snapshot_end" for each in half)
    whole = of(refresh(site), SHOP)
    assert whole[-1]["kind"] == "snapshot_end"
    assert {each["seq"] for each in whole[:-1]} == set(range(1, whole[-1]["events"] + 1))
    assert {each["snapshot"] for each in whole}.isdisjoint({each["snapshot"] for each in half})
    # The export was kept before the kill.
    assert sum("result" in path for path in asked(site)) == 1
