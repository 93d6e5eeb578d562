"""The small answers of Akamai's Application Security API."""

from __future__ import annotations

import pytest

from ta_akamai_siem.names import answers, values


def test_the_version_that_is_active() -> None:
    listed = [
        {"id": 3, "name": "idle", "latestVersion": 2},
        {"id": 2, "name": "staging", "latestVersion": 4, "stagingVersion": 3},
        {
            "id": "1",
            "name": "live",
            "latestVersion": 9,
            "stagingVersion": 8,
            "productionVersion": 7,
        },
        {"name": "without an id"},
        None,
    ]
    found = answers.configurations({"configurations": listed})
    assert [(each.id, each.version, each.network) for each in found] == [
        *((1, 7, "PRODUCTION"), (2, 3, "STAGING"), (3, 2, "NONE"))
    ]
    assert found[2].object == {"id": "3", "name": "idle", "latest_version": 2}


def test_an_answer_without_its_list() -> None:
    with pytest.raises(ValueError, match="policies"):
        answers.policies({"policies": {}})


def test_a_custom_deny_action_with_a_bare_number() -> None:
    listed = [{"id": 7, "name": "seven"}, {"id": "deny_custom_8", "name": "eight"}]
    found = answers.custom_deny({"customDenyList": listed})
    assert [each["id"] for each in found] == ["deny_custom_7", "deny_custom_8"]


def test_ids_that_are_numbers_are_sorted_as_numbers() -> None:
    listed = [{"id": number, "name": "x"} for number in (10, 9, 9)]
    assert [each["id"] for each in answers.custom_rules({"customRules": listed})] == ["9", "10"]


def test_hosts_that_are_not_protected() -> None:
    listed = [
        {"hostname": "a.example.com", "status": "covered", "hasMatchTarget": True},
        {"hostname": "b.example.com", "status": "covered", "hasMatchTarget": False},
        {"hostname": "c.example.com", "status": "not_covered", "configuration": {"id": 5}},
        {"status": "not_covered"},
    ]
    found = answers.uncovered_hosts({"hostnameCoverage": listed})
    assert found == [
        {"id": "b.example.com", "status": "covered", "has_match_target": False},
        {"id": "c.example.com", "status": "not_covered", "configuration_id": "5"},
    ]


def test_the_newest_activations() -> None:
    listed = [
        {"network": "STAGING", "version": n, "activationDate": f"2026-01-01T00:{n:02}:00Z"}
        for n in range(60)
    ]
    found = answers.activations({"activationHistory": listed})
    assert len(found) == answers.ACTIVATIONS_KEPT
    assert found[0]["id"] == "STAGING:59:1767229140"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-02T00:00:01Z", 86401),
        ("1970-01-02T00:00:01.987Z", 86401),
        ("1970-01-02 00:00", 86400),
        ("1970-01-02T00:00:00+00:00", 86400),
        ("1970-13-02T00:00:00Z", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times(text: str | None, moment: int | None) -> None:
    assert values.moment(text) == moment
