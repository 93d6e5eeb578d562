"""The operations of Akamai's Application Security API that names come from.

All of them need read access to Application Security. An account may be refused any of them alone.
https://techdocs.akamai.com/application-security/reference/api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIGS = "configs"
POLICIES = "security-policies"
SIEM = "siem"
ACTIVATIONS = "activations"
CUSTOM_RULES = "custom-rules"
RATE_POLICIES = "rate-policies"
REPUTATION_PROFILES = "reputation-profiles"
CUSTOM_DENY = "custom-deny"
COVERAGE = "hostname-coverage"
EXPORT = "export"


class Operation(NamedTuple):
    """`kinds`: of objects that only this operation lists. `gives`: what is unknown without it.

    `is_versioned`: its answer belongs to one version, which never changes once it is active.
    """

    name: str
    kinds: tuple[str, ...]
    gives: str
    is_versioned: bool = True


OPERATIONS = (
    Operation(POLICIES, ("policy",), "the names of policies"),
    Operation(SIEM, ("siem", "blind_spot"), "the SIEM settings, so what Akamai leaves out"),
    Operation(ACTIVATIONS, ("activation",), "activations", is_versioned=False),
    Operation(CUSTOM_RULES, ("custom_rule",), "the names of custom rules", is_versioned=False),
    Operation(RATE_POLICIES, ("rate_policy",), "the names of rate policies"),
    Operation(REPUTATION_PROFILES, ("reputation_profile",), "the names of reputation profiles"),
    Operation(CUSTOM_DENY, ("custom_deny",), "the names of custom deny actions"),
    Operation(
        EXPORT,
        ("attack_group", "rule", "api", "host"),
        "titles, groups, scores and actions of rules, and the policies of hosts and APIs",
    ),
)
"""Those that are asked for each configuration, the cheap ones first."""
KINDS = (
    *("configuration", "policy", "siem", "blind_spot", "uncovered_host", "activation"),
    *("custom_rule", "rate_policy", "reputation_profile", "custom_deny"),
    *("attack_group", "rule", "api", "host"),
)
"""All kinds of objects, in the order in which a snapshot lists them."""
PERMISSION = (
    "In Akamai Control Center, give the API client's user a role that can view security "
    "configurations (API Application Security, READ-ONLY)."
)


def path_of(operation: str, config_id: int, version: int) -> str:
    """The path of an operation of one configuration, below the API's base."""
    if operation == EXPORT:
        return f"export/configs/{config_id}/versions/{version}"
    if operation in (ACTIVATIONS, CUSTOM_RULES):
        return f"configs/{config_id}/{operation}"
    return f"configs/{config_id}/versions/{version}/{operation}"


def unlisted(config_ids: Sequence[int]) -> str:
    """What a list lacks. `config_ids`: those that the input asks for; none if it asks for all."""
    ids = ", ".join(map(str, config_ids))
    which = f"security configuration {ids}" if ids else "any security configuration"
    return f"Akamai does not list {which} for this account"


def missing_hint(missing: list[str], config_id: int) -> str:
    """One sentence for refused operations: what is unknown, and a second: what gives it."""
    gives = [each.gives for each in OPERATIONS if each.name in missing]
    if COVERAGE in missing:
        gives.append("the hosts that no configuration covers")
    of = f"of security configuration {config_id}" if config_id else "of the account"
    what = f"Akamai refused {', '.join(missing)} {of}, so these are unknown"
    return f"{what}: {'; '.join(gives)}. {PERMISSION}"
