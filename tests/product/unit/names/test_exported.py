"""An export becomes rules, groups, hosts and APIs, whatever Akamai's two spellings are."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from ta_akamai_siem.errors import UnexpectedAnswer
from ta_akamai_siem.names.exported import Exported, read_export
from tests import ROOT

WORLD = json.loads((ROOT / "tests/oracles/golden/names/akamai.json").read_text(encoding="utf-8"))
SHOP = WORLD["configurations"]["76213"]["versions"]["6"]


def read(document: Any) -> Exported:
    return read_export(io.BytesIO(json.dumps(document).encode()))


def test_both_spellings_of_rule_sets() -> None:
    other = {**SHOP, "ruleSets": SHOP["rulesets"]}
    del other["rulesets"]
    assert list(read(other).objects()) == list(read(SHOP).objects())


def test_the_rule_with_the_higher_version() -> None:
    sets = list(reversed(SHOP["rulesets"]))
    assert read({**SHOP, "rulesets": sets}).rules == read(SHOP).rules
    assert read(SHOP).rules["950002"]["rule_version"] == 4


def test_a_policy_in_automatic_mode_has_groups_only() -> None:
    found = dict(read({**SHOP, "rulesets": []}).objects())
    assert "rule" not in found


def test_a_target_without_host_names_is_for_all_hosts() -> None:
    target = {"securityPolicy": {"policyId": "b_1"}, "hostnames": ["shop.example.com"]}
    targets = {"websiteTargets": [*SHOP["matchTargets"]["websiteTargets"], target]}
    hosts = read({**SHOP, "matchTargets": targets}).host_policies
    assert hosts == {
        "www.example.com": {"pol1_76213"},
        "shop.example.com": {"pol1_76213", "b_1"},
    }


def test_what_it_repeats_of_smaller_answers() -> None:
    repeated = read(SHOP).smaller()
    assert [each["name"] for each in repeated["security-policies"]][:2] == [
        *("storefront", "mobile-api")
    ]
    assert repeated["siem"][0]["exceptions"] == ["rate alert"]
    assert repeated["custom-deny"] == [{"id": "deny_custom_31", "name": "Branded block page"}]


def test_odd_values_are_left_out() -> None:
    odd: dict[str, Any] = {
        "configId": 1,
        "version": 2,
        "rulesets": [{"rules": [None, 5, {"id": None}, {"id": 7, "title": [], "score": "x"}]}, 4],
        "securityPolicies": [{"id": "p", "ruleActions": [{"id": 7}, None]}, {"name": "no id"}],
        "matchTargets": {"websiteTargets": None, "apiTargets": [{"apis": [{"id": 3}, {}]}]},
        "selectedHosts": [1, "a.example.com", ""],
    }
    assert list(read(odd).objects()) == [("rule", {"id": "7"}), ("api", {"id": "3"})]


def test_an_export_that_ends_early() -> None:
    text = json.dumps(SHOP).encode()
    for size in (0, 1, 100, len(text) - 1):
        with pytest.raises(UnexpectedAnswer):
            read_export(io.BytesIO(text[:size]))
