"""Reads the small answers of the Application Security API into objects of names events.

An object is a dict without `kind`. Members that Akamai does not give are absent. Unusable entries
are left out: the API's documents and examples disagree in places.
https://techdocs.akamai.com/application-security/reference/api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from .values import by_length, cleaned, dicts, moment, number, text, texts, truth, unique

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .values import Object

ACTIVATIONS_KEPT = 50
_CUSTOM_DENY = "deny_custom_"


class Configuration(NamedTuple):
    """A security configuration as Akamai lists it. A version is None if none is active there."""

    id: int
    name: str
    latest: int
    production: Optional[int] = None
    staging: Optional[int] = None
    description: str = ""

    @property
    def version(self) -> int:
        """The version whose names are collected."""
        return self.production or self.staging or self.latest

    @property
    def network(self) -> str:
        """Where `version` is active."""
        if self.production:
            return "PRODUCTION"
        return "STAGING" if self.staging else "NONE"

    @property
    def versions(self) -> str:
        """A text that changes with each version that is made or activated."""
        return f"{self.latest}/{self.production or '-'}/{self.staging or '-'}"

    @property
    def object(self) -> Object:
        """Of the account's snapshot."""
        return cleaned(
            {
                "id": str(self.id),
                "name": self.name,
                "latest_version": self.latest,
                "production_version": self.production,
                "staging_version": self.staging,
                "description": self.description,
            }
        )


def configurations(answer: Mapping[str, Any]) -> list[Configuration]:
    """In the order of their ids. Raises ValueError if the answer has no list."""
    found = []
    for each in _entries(answer, "configurations"):
        config_id = number(each.get("id"))
        if config_id:
            found.append(
                Configuration(
                    id=config_id,
                    name=text(each.get("name")),
                    latest=number(each.get("latestVersion")) or 0,
                    production=number(each.get("productionVersion")) or None,
                    staging=number(each.get("stagingVersion")) or None,
                    description=text(each.get("description")),
                )
            )
    return sorted(found)


def policies(answer: Mapping[str, Any]) -> list[Object]:
    """With `notMatched=true`: those without a match target."""
    return _named(answer, "policies", "policyId", "policyName")


def siem(answer: Mapping[str, Any]) -> list[Object]:
    """One object; `siem` of the export has the same members."""
    exceptions = []
    for each in dicts(answer.get("exceptions")):
        protection = text(each.get("protection"))
        actions = each.get("actionTypes")
        exceptions += [
            f"{protection} {text(action)}"
            for action in (actions if isinstance(actions, list) else [])
            if protection and text(action)
        ]
    return [
        cleaned(
            {
                "id": "siem",
                "enabled": truth(answer.get("enableSiem")),
                "all_policies": truth(answer.get("enableForAllPolicies")),
                "ja4": truth(answer.get("includeJA4FingerprintToSiem")),
                "policy_ids": texts(answer.get("firewallPolicyIds")),
                "exceptions": sorted(set(exceptions)),
            }
        )
    ]


def activations(answer: Mapping[str, Any]) -> list[Object]:
    """The newest first."""
    found = []
    for each in _entries(answer, "activationHistory"):
        at = moment(each.get("activationDate"))
        version, network = number(each.get("version")), text(each.get("network"))
        found.append(
            cleaned(
                {
                    "id": f"{network}:{version or 0}:{at or 0}",
                    "network": network,
                    "version": version,
                    "status": text(each.get("status")),
                    "activated_by": text(each.get("activatedBy")),
                    "activated_at": at,
                    "note": text(each.get("notes")),
                }
            )
        )
    found.sort(key=lambda each: (-(each.get("activated_at") or 0), each["id"]))
    return list(unique(found))[:ACTIVATIONS_KEPT]


def custom_rules(answer: Mapping[str, Any]) -> list[Object]:
    """Of all versions: custom rules have none."""
    return _named(answer, "customRules", "id", "name", status=("status", text))


def rate_policies(answer: Mapping[str, Any]) -> list[Object]:
    """Thresholds are requests per second."""
    more = {
        "type": ("type", text),
        "average_threshold": ("averageThreshold", number),
        "burst_threshold": ("burstThreshold", number),
    }
    return _named(answer, "ratePolicies", "id", "name", **more)


def reputation_profiles(answer: Mapping[str, Any]) -> list[Object]:
    """`context`: the kind of attacker."""
    more = {"context": ("context", text), "threshold": ("threshold", number)}
    return _named(answer, "reputationProfiles", "id", "name", **more)


def custom_deny(answer: Mapping[str, Any]) -> list[Object]:
    """An example of Akamai's has the bare number as id; events have `deny_custom_<number>`."""
    found = _named(answer, "customDenyList", "id", "name")
    for each in found:
        if each["id"].isdigit():
            each["id"] = _CUSTOM_DENY + each["id"]
    return found


def uncovered_hosts(answer: Mapping[str, Any]) -> list[Object]:
    """Hosts that are not covered, or have no match target. `configuration_id`: where known."""
    found = []
    for each in _entries(answer, "hostnameCoverage"):
        status, matched = text(each.get("status")), truth(each.get("hasMatchTarget"))
        host = text(each.get("hostname"))
        if not host or (status == "covered" and matched is not False):
            continue
        configuration = each.get("configuration")
        of = number(configuration.get("id")) if isinstance(configuration, dict) else None
        found.append(
            cleaned(
                {
                    "id": host,
                    "status": status,
                    "has_match_target": matched,
                    "policy_names": texts(each.get("policyNames")),
                    "configuration_id": str(of) if of else "",
                }
            )
        )
    return list(unique(sorted(found, key=lambda each: str(each["id"]))))


def _named(
    answer: Mapping[str, Any],
    member: str,
    key: str,
    name: str,
    **more: tuple[str, Callable[[object], object]],
) -> list[Object]:
    """The entries of a list in the order of their ids. `more`: further members of an object, each
    with Akamai's member and what reads its value.
    """
    found = [
        cleaned(
            {
                "id": text(each.get(key)),
                "name": text(each.get(name)),
                **{label: read(each.get(of)) for label, (of, read) in more.items()},
            }
        )
        for each in _entries(answer, member)
        if text(each.get(key))
    ]
    return list(unique(sorted(found, key=lambda each: by_length(each["id"]))))


def _entries(answer: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
    """The objects of a list that an answer must have. Raises ValueError."""
    if not isinstance(answer.get(member), list):
        raise ValueError(member)  # noqa: TRY004 - wrong data, not a wrong call
    return list(dicts(answer[member]))
