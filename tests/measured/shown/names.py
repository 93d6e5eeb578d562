"""Names: the cost of a refresh of 20 configurations, and a 20 MB export."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.product.end_to_end.pushed_settings import push_account, push_input
from tests.product.end_to_end.site import ACCOUNT, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

STANZA = "akamai_siem_names://names"
CONFIGURATIONS, POLICIES, RULES, HOSTS = 20, 6, 350, 30
EXPORT_BYTES = 20_000_000
MEMORY_MAX_MB = 64
REFRESHES_A_DAY = 4


class Run(NamedTuple):
    """One refresh. `size`: bytes of the indexed texts. `memory`: MB at most."""

    requests: int
    tokens: int
    events: int
    size: int
    seconds: float
    memory: float
    exit_code: int


def main() -> bool:
    with tempfile.TemporaryDirectory(prefix="names-") as folder, Site(Path(folder)) as site:
        push_account(site.splunk, ACCOUNT, site.account_values())
        push_input(site.splunk, STANZA, {"account": ACCOUNT, "interval": "21600", "index": "main"})
        return _twenty(site) and _large(site)


def _twenty(site: Site) -> bool:
    site.akamai.configurations(known=[])
    given = {number: configuration(number) for number in range(1, CONFIGURATIONS + 1)}
    site.akamai.application_security(configurations=given, coverage=[])
    first, unchanged = run(site), run(site)
    print(
        f"  {CONFIGURATIONS} configurations of {POLICIES} policies, {RULES} rules and {HOSTS} hosts"
    )
    for name, each in (("first refresh", first), ("unchanged", unchanged)):
        print(f"  {name}: {told(each)}")
    # A whole snapshot once a day, and three times that nothing has changed.
    day = first.size + (REFRESHES_A_DAY - 1) * unchanged.size
    print(f"  indexed a day, every six hours without a change: {day:,} bytes")
    return (first.exit_code, unchanged.exit_code) == (0, 0) and unchanged.requests < first.requests


def _large(site: Site) -> bool:
    site.akamai.application_security(
        reset=True, configurations={1: configuration(1)}, padding=EXPORT_BYTES
    )
    site.akamai.configurations(known=[])
    changed = configuration(1)
    changed["production"] = changed["latest"] = 2
    changed["versions"] = {2: {**changed["versions"][1], "version": 2}}
    site.akamai.application_security(configurations={1: changed})
    large = run(site)
    print(f"  an export of {EXPORT_BYTES / 1e6:.0f} MB: {told(large)}")
    return large.exit_code == 0 and large.memory < MEMORY_MAX_MB


def run(site: Site) -> Run:
    site.akamai.reset_log()
    site.splunk.forget_records()
    before = site.akamai.application_security()["spent"]
    done = site.run(STANZA, timeout=600)
    sizes = [len(record["raw"].encode()) for record in site.splunk.records()]
    return Run(
        requests=len(site.akamai.log()),
        tokens=site.akamai.application_security()["spent"] - before,
        events=len(sizes),
        size=sum(sizes),
        seconds=done["end"] - done["start"],
        memory=done["peak_rss_kb"] / 1024,
        exit_code=done["exit_code"],
    )


def told(each: Run) -> str:
    return (
        f"{each.requests} requests, {each.tokens} tokens, {each.events:,} events, {each.size:,} "
        f"bytes, {each.seconds:.1f} s, {each.memory:.0f} MB, exit code {each.exit_code}"
    )


def configuration(number: int) -> dict[str, Any]:
    """A configuration of usual size, for the stand-in."""
    policies = [f"pol{each}_{number}" for each in range(1, POLICIES + 1)]
    document = {
        "configId": number,
        "configName": f"Configuration {number}",
        "version": 1,
        "selectedHosts": [f"www{each}.example.com" for each in range(HOSTS)],
        "rulesets": [
            {
                "id": 1,
                "type": "KRS",
                "attackGroups": [
                    {"group": f"GROUP{each}", "groupName": f"Attack group {each}", "threshold": 9}
                    for each in range(10)
                ],
                "rules": list(_rules()),
            }
        ],
        "securityPolicies": [_policy(each) for each in policies],
        "customRules": [{"id": 60_000_000 + n, "name": f"Custom rule {n}"} for n in range(20)],
        "ratePolicies": [
            {"id": n, "name": f"Rate policy {n}", "type": "WAF", "averageThreshold": 10}
            for n in range(10)
        ],
        "matchTargets": {
            "websiteTargets": [{"securityPolicy": {"policyId": each}} for each in policies],
            "apiTargets": [],
        },
        "siem": {"enableSiem": True, "enableForAllPolicies": True},
    }
    return {
        "name": document["configName"],
        "latest": 1,
        "production": 1,
        "staging": 1,
        "versions": {1: document},
        "custom_rules": [
            {**each, "status": "activated"}
            for each in document["customRules"]  # type: ignore[attr-defined]  # the list above
        ],
        "activations": [
            {
                "version": 1,
                "network": "PRODUCTION",
                "status": "ACTIVATED",
                "activatedBy": "alex",
                "activationDate": f"2026-01-{day:02}T08:00:00Z",
                "notes": "Weekly change of the rules",
            }
            for day in range(1, 29)
        ],
    }


def _rules() -> Iterator[dict[str, Any]]:
    for number in range(RULES):
        yield {
            "id": 3_000_000 + number,
            "title": f"SQL Injection Attack Detected (variant {number})",
            "tag": "AKAMAI/WEB_ATTACK/SQLI",
            "score": 5,
            "ruleVersion": 3,
            "attackGroups": [f"GROUP{number % 10}"],
        }


def _policy(policy: str) -> dict[str, Any]:
    return {
        "id": policy,
        "name": f"Policy {policy}",
        "ruleActions": [{"id": 3_000_000 + number, "action": "deny"} for number in range(RULES)],
        "attackGroupActions": [{"group": f"GROUP{each}", "action": "deny"} for each in range(10)],
        "customRuleActions": [
            {"id": 60_000_000 + number, "action": "deny"} for number in range(20)
        ],
        "ratePolicyActions": [
            {"id": number, "ipv4Action": "alert", "ipv6Action": "alert"} for number in range(10)
        ],
    }


if __name__ == "__main__":
    raise SystemExit(not main())
