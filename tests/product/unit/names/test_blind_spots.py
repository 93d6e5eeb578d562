"""What Akamai leaves out, in words."""

from __future__ import annotations

from typing import Any

from ta_akamai_siem.names import answers
from ta_akamai_siem.names.blind_spots import blind_spots, is_sent

POLICIES: list[dict[str, Any]] = [
    {"id": "a_1", "name": "shop", "has_match_target": True},
    {"id": "b_2", "name": "mobile-api", "has_match_target": False},
    {"id": "c_3"},
]


def names(**changed: Any) -> list[str]:
    settings = {"enableSiem": True, "enableForAllPolicies": True, **changed}
    (siem,) = answers.siem(settings)
    return [each["name"] for each in blind_spots(siem, POLICIES)]


def test_each_kind() -> None:
    exceptions = [
        {"protection": "rate", "actionTypes": ["alert"]},
        {"protection": "botmanagement", "actionTypes": ["*"]},
        {"protection": "newProtection", "actionTypes": ["newAction"]},
    ]
    assert names(
        enableForAllPolicies=False,
        firewallPolicyIds=["a_1"],
        exceptions=exceptions,
        includeJA4FingerprintToSiem=False,
    ) == [
        "policy mobile-api",
        "policy c_3",
        "everything of bot management",
        "newAction of newProtection",
        "alerts of rate controls",
        "JA4 fingerprints",
        "policy mobile-api (no match target)",
    ]


def test_nothing_else_where_siem_is_off() -> None:
    assert names(enableSiem=False, includeJA4FingerprintToSiem=False) == [
        "all events (SIEM integration is off)"
    ]


def test_what_is_unknown_is_no_blind_spot() -> None:
    assert list(blind_spots({"id": "siem"}, [{"id": "a_1"}])) == []
    assert is_sent("a_1", {"id": "siem"}) is None
