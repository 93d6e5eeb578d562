"""Reads an export of a security configuration: rules, groups, actions per policy, hosts, APIs.

What is kept grows with the number of rules and policies, not with the size of the export: an item
such as `pol1_76213 deny` exists once in memory, however many rules have it.
https://techdocs.akamai.com/application-security/reference/get-export-config-version
"""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from ta_akamai_siem.errors import UnexpectedAnswer

from . import answers
from .json_pieces import Pieces
from .values import by_length, cleaned, dicts, number, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .values import Object

_SECURITY_POLICY = (
    *("id", "name", "ruleActions", "attackGroupActions", "customRuleActions"),
    "ratePolicyActions",
)
_RULE = ("id", "title", "tag", "score", "ruleVersion", "attackGroups")
_RULE_SETS = ("rulesets", "ruleSets")
"""Akamai's documents have both spellings."""
_WANTED: dict[tuple[str, ...], frozenset[str]] = {
    (): frozenset(
        {
            *("configId", "version", "selectedHosts", "siem"),
            *("ratePolicies", "reputationProfiles", "customDenyList"),
        }
    ),
    **{(each,): frozenset({"attackGroups"}) for each in _RULE_SETS},
    **{(each, "rules"): frozenset(_RULE) for each in _RULE_SETS},
    ("securityPolicies",): frozenset(_SECURITY_POLICY),
    ("customRules",): frozenset({"id", "name", "tag"}),
    ("matchTargets",): frozenset(),
    ("matchTargets", "websiteTargets"): frozenset({"hostnames", "securityPolicy"}),
    ("matchTargets", "apiTargets"): frozenset({"apis", "securityPolicy"}),
}
Actions = dict[str, list[str]]


def _lists() -> Actions:
    return defaultdict(list)


@dataclass
class Exported:
    """Objects by id. Actions: items `policy action` by the id of what they are for.

    `smaller`: what the export repeats of smaller answers, by operation; for accounts that may not
    ask these.
    """

    config_id: int = 0
    version: int = 0
    rules: dict[str, Object] = field(default_factory=dict)
    groups: dict[str, Object] = field(default_factory=dict)
    rule_actions: Actions = field(default_factory=_lists)
    group_actions: Actions = field(default_factory=_lists)
    custom_rule_actions: Actions = field(default_factory=_lists)
    rate_actions: Actions = field(default_factory=_lists)
    rate_actions_ipv6: Actions = field(default_factory=_lists)
    custom_rules: dict[str, Object] = field(default_factory=dict)
    policies: list[Object] = field(default_factory=list)
    apis: dict[str, Object] = field(default_factory=dict)
    host_policies: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    api_policies: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    everywhere: set[str] = field(default_factory=set)
    matched: set[str] = field(default_factory=set)
    root: dict[str, Any] = field(default_factory=dict)

    def objects(self) -> Iterator[tuple[str, Object]]:
        """Kind and object of what only the export lists, in the order of a snapshot."""
        for group, known in sorted(self.groups.items()):
            yield "attack_group", cleaned({**known, "actions": self.group_actions[group]})
        for key, rule in sorted(self.rules.items(), key=_by_id):
            groups = rule.get("groups", [])
            named = [str(self.groups.get(each, {}).get("name") or each) for each in groups]
            actions = self.rule_actions.get(key, [])
            yield "rule", cleaned({**rule, "group_names": named, "actions": actions})
        for key, api in sorted(self.apis.items(), key=_by_id):
            yield "api", cleaned({**api, "policy_ids": sorted(self.api_policies[key])})
        for host, targeted in sorted(self.host_policies.items()):
            yield "host", cleaned({"id": host, "policy_ids": sorted(targeted)})

    def additions(self) -> dict[str, dict[str, Object]]:
        """Members that it adds to objects of smaller answers: by kind, by id."""
        custom = {
            key: cleaned(
                {"rule_tags": known.get("rule_tags"), "actions": self.custom_rule_actions[key]}
            )
            for key, known in self.custom_rules.items()
        }
        rates = {
            key: cleaned(
                {
                    "actions": self.rate_actions.get(key, []),
                    "actions_ipv6": self.rate_actions_ipv6.get(key, []),
                }
            )
            for key in {*self.rate_actions, *self.rate_actions_ipv6}
        }
        return {"custom_rule": custom, "rate_policy": rates}

    def smaller(self) -> dict[str, list[Object]]:
        """Objects of smaller answers, by operation."""
        found = {
            "security-policies": self.policies,
            "custom-rules": [
                cleaned({"id": key, "name": known.get("name")})
                for key, known in sorted(self.custom_rules.items(), key=_by_id)
            ],
        }
        for operation, member, read in (
            ("rate-policies", "ratePolicies", answers.rate_policies),
            ("reputation-profiles", "reputationProfiles", answers.reputation_profiles),
            ("custom-deny", "customDenyList", answers.custom_deny),
        ):
            if isinstance(self.root.get(member), list):
                found[operation] = read(self.root)
        if isinstance(self.root.get("siem"), dict):
            found["siem"] = answers.siem(self.root["siem"])
        return found


def read_export(file: IO[bytes]) -> Exported:
    """`file`: the export. Raises UnexpectedAnswer if it is not a whole one."""
    found = Exported()
    items: dict[str, str] = {}
    document = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
    try:
        for path, members in Pieces(document, _WANTED):
            _take(found, path, members, items)
    except (EOFError, OSError) as error:
        what = f"Akamai's export of a security configuration ended early ({error})"
        raise UnexpectedAnswer(what) from error
    finally:
        document.detach()
    for host in texts(found.root.get("selectedHosts")):
        if found.everywhere:
            found.host_policies[host] |= found.everywhere
    return found


def _take(
    found: Exported, path: tuple[str, ...], members: dict[str, Any], items: dict[str, str]
) -> None:
    """Add one object of the export. `items`: texts that exist once."""
    if not path:
        found.root = members
        found.config_id = number(members.get("configId")) or 0
        found.version = number(members.get("version")) or 0
    elif path[0] in _RULE_SETS:
        _take_rules(found, path, members, items)
    elif path[0] == "securityPolicies":
        _take_policy(found, members, items)
    elif path[0] == "customRules" and (of := text(members.get("id"))):
        tags = texts(members.get("tag"))
        found.custom_rules[of] = cleaned({"name": members.get("name"), "rule_tags": tags})
    elif len(path) > 1:
        _take_target(found, path[1], members)


def _take_rules(
    found: Exported, path: tuple[str, ...], members: dict[str, Any], items: dict[str, str]
) -> None:
    if len(path) == 1:
        for group in dicts(members.get("attackGroups")):
            name = str(group.get("group") or "")
            known = {"id": name, "name": group.get("groupName")}
            threshold = number(group.get("threshold"))
            if name:
                found.groups.setdefault(name, cleaned({**known, "threshold": threshold}))
        return
    rule = text(members.get("id"))
    version = number(members.get("ruleVersion")) or 0
    if not rule or version < found.rules.get(rule, {}).get("rule_version", 0):
        return
    groups = members.get("attackGroups")
    groups = [str(each) for each in groups] if isinstance(groups, list) else []
    found.rules[rule] = cleaned(
        {
            "id": rule,
            "name": text(members.get("title")),
            "rule_tag": text(members.get("tag")),
            "score": number(members.get("score")),
            "rule_version": version or None,
            "groups": [items.setdefault(each, each) for each in groups],
        }
    )


def _take_policy(found: Exported, members: dict[str, Any], items: dict[str, str]) -> None:
    policy = str(members.get("id") or "")
    if not policy:
        return
    found.policies.append(cleaned({"id": policy, "name": text(members.get("name"))}))
    for member, key, action, into in (
        ("ruleActions", "id", "action", found.rule_actions),
        ("attackGroupActions", "group", "action", found.group_actions),
        ("customRuleActions", "id", "action", found.custom_rule_actions),
        ("ratePolicyActions", "id", "ipv4Action", found.rate_actions),
        ("ratePolicyActions", "id", "ipv6Action", found.rate_actions_ipv6),
    ):
        for each in dicts(members.get(member)):
            if each.get(key) and each.get(action):
                item = f"{policy} {each[action]}"
                into[items.setdefault(str(each[key]), str(each[key]))].append(
                    items.setdefault(item, item)
                )


def _take_target(found: Exported, kind: str, members: dict[str, Any]) -> None:
    of_policy = members.get("securityPolicy")
    policy = str(of_policy.get("policyId") or "") if isinstance(of_policy, dict) else ""
    if policy:
        found.matched.add(policy)
    if kind == "apiTargets":
        for api in dicts(members.get("apis")):
            if of := text(api.get("id")):
                known = {"id": of, "name": text(api.get("name"))}
                found.apis.setdefault(of, cleaned(known))
                found.api_policies[of] |= {policy} - {""}
    elif policy and isinstance(members.get("hostnames"), list) and members["hostnames"]:
        for host in texts(members["hostnames"]):
            found.host_policies[host].add(policy)
    elif policy:
        found.everywhere.add(policy)


def _by_id(item: tuple[str, Object]) -> tuple[int, str]:
    return by_length(item[0])
