"""What one version of a configuration consists of: the export, and the smaller answers from it.

https://techdocs.akamai.com/application-security/reference/get-export-config-version
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
_CONTROLS = ("applyApiConstraints", "applyApplicationLayerControls", "applyRateControls")


def plain(config_id: int, version: int, name: str) -> Document:
    """Return a small version: two policies of which one has a match target, everything to SIEM."""
    first, second = (f"pol{number}_{config_id}" for number in (1, 2))
    return {
        "configId": config_id,
        "configName": name,
        "version": version,
        "selectedHosts": ["www.example.com"],
        "rulesets": [],
        "securityPolicies": [
            {"id": first, "name": "Policy 1"},
            {"id": second, "name": "Policy 2"},
        ],
        "matchTargets": {
            "websiteTargets": [{"id": 1, "securityPolicy": {"policyId": first}}],
            "apiTargets": [],
        },
        "siem": {"enableSiem": True, "enableForAllPolicies": True},
    }


def policies(document: Document, *, not_matched: bool) -> Document:
    """Return the answer of `security-policies`; `not_matched`: those without a match target."""
    targets = document.get("matchTargets", {})
    matched = {
        target["securityPolicy"]["policyId"]
        for kind in ("websiteTargets", "apiTargets")
        for target in targets.get(kind, ())
    }
    return {
        "configId": document["configId"],
        "version": document["version"],
        "policies": [
            {
                "policyId": policy["id"],
                "policyName": policy["name"],
                "hasRatePolicyWithApiKey": False,
                "policySecurityControls": dict.fromkeys(_CONTROLS, True),
            }
            for policy in document["securityPolicies"]
            if not (not_matched and policy["id"] in matched)
        ],
    }


def siem(document: Document) -> Document:
    """Return the answer of `siem`, which has more than the export's member."""
    return {
        "exceptions": [],
        "firewallPolicyIds": [],
        "includeJA4FingerprintToSiem": True,
        **document["siem"],
        **document.get("siemOnly", {}),
        "siemDefinitionId": 1,
    }


def rate_policies(document: Document) -> Document:
    """Return the answer of `rate-policies`."""
    return {"ratePolicies": document.get("ratePolicies", [])}


def reputation_profiles(document: Document) -> Document:
    """Return the answer of `reputation-profiles`."""
    return {"reputationProfiles": document.get("reputationProfiles", [])}


def custom_deny(document: Document) -> Document:
    """Return the answer of `custom-deny`."""
    return {"customDenyList": document.get("customDenyList", [])}


def export(document: Document) -> Document:
    """Return the export: everything but what only the test keeps beside it."""
    return {key: value for key, value in document.items() if key != "siemOnly"}
