"""What Akamai does not send to Splunk, from the SIEM settings and the policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import cleaned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .values import Object

_PROTECTIONS = {
    "ipgeo": "network lists",
    "rate": "rate controls",
    "urlProtection": "URL protection",
    "slowpost": "slow POST protection",
    "customrules": "custom rules",
    "waf": "WAF rules",
    "apirequestconstraints": "API request constraints",
    "clientrep": "client reputation",
    "malwareprotection": "malware protection",
    "botmanagement": "bot management",
    "aprProtection": "account protection",
    "aifirewallprotection": "the AI firewall",
}
"""Values of `protection` as Akamai Control Center names them."""
_ACTIONS = {
    "*": "everything",
    "alert": "alerts",
    "deny": "denied requests",
    "all_custom": "custom denies",
    "abort": "aborted requests",
    "allow": "allowed requests",
    "delay": "delayed requests",
    "ignore": "ignored requests",
    "monitor": "monitored requests",
    "slow": "slowed requests",
    "tarpit": "tarpitted requests",
}


def is_sent(policy_id: str, siem: Object) -> bool | None:
    """Whether the events of a policy are sent. None if the settings do not tell."""
    if siem.get("enabled") is None:
        return None
    if not siem["enabled"]:
        return False
    # Akamai requires the list unless all policies are sent.
    return bool(siem.get("all_policies")) or policy_id in siem.get("policy_ids", ())


def blind_spots(siem: Object, policies: Sequence[Object]) -> Iterator[Object]:
    """One object each, see docs/names.md. `policies`: with `has_match_target` where it is known."""
    if siem.get("enabled") is False:
        yield _spot("siem_off", "", "all events (SIEM integration is off)")
        return
    for policy in policies:
        if is_sent(policy["id"], siem) is False:
            name = f"policy {named(policy)}"
            yield _spot("policy_left_out", policy["id"], name, policy_id=policy["id"])
    for each in siem.get("exceptions", ()):
        protection, _, action = each.partition(" ")
        what = f"{_ACTIONS.get(action, action)} of {_PROTECTIONS.get(protection, protection)}"
        detail = f"{protection}:{action}"
        yield _spot("exception", detail, what, protection=protection, action_type=action)
    if siem.get("ja4") is False:
        yield _spot("ja4_off", "", "JA4 fingerprints")
    for policy in policies:
        if policy.get("has_match_target") is False:
            name = f"policy {named(policy)} (no match target)"
            yield _spot("policy_unmatched", policy["id"], name, policy_id=policy["id"])


def named(policy: Object) -> str:
    """The name of a policy, else its id."""
    return str(policy.get("name") or policy["id"])


def _spot(word: str, detail: str, name: str, **more: str) -> Object:
    key = f"{word}:{detail}" if detail else word
    return cleaned({"id": key, "name": name, "spot": word, **more})
