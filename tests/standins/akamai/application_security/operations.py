"""The answers of the operations, as Python values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import content
from .refusals import denied, not_listable

if TYPE_CHECKING:
    from tests.standins.akamai.pages import Configurations

    from .routes import Route
    from .world import World

_OF_A_VERSION = {
    "siem": content.siem,
    "rate-policies": content.rate_policies,
    "reputation-profiles": content.reputation_profiles,
    "custom-deny": content.custom_deny,
    "export": content.export,
    "export-result": content.export,
}


def answer(world: World, route: Route, configurations: Configurations) -> dict[str, Any]:
    """Return the answer of an operation other than the steps of a task; raises Problem."""
    if route.name == "configs":
        return _listed(world, configurations)
    if route.name == "hostname-coverage":
        if world.coverage is None:
            raise denied(route.name)
        return {"hostnameCoverage": world.coverage}
    given = world.found(route.config_id, configurations)
    if route.name == "custom-rules":
        return {"customRules": given.custom_rules}
    if route.name == "activations":
        return {"activationHistory": given.activations}
    document = world.document(route.config_id, route.version, configurations)
    if route.name == "security-policies":
        return content.policies(document, not_matched=route.not_matched)
    return _OF_A_VERSION[route.name](document)


def _listed(world: World, configurations: Configurations) -> dict[str, Any]:
    """Return every configuration; `productionVersion` is absent where nothing is live."""
    if not configurations.listable:
        raise not_listable()
    found = []
    for config_id in sorted(configurations.known | set(world.given)):
        given = world.found(config_id, configurations)
        active = {"productionVersion": given.production, "stagingVersion": given.staging}
        found.append(
            {
                "id": config_id,
                "name": given.name,
                "latestVersion": given.latest,
                **{key: version for key, version in active.items() if version is not None},
                **({"description": given.description} if given.description else {}),
                "targetProduct": "KSD",
            }
        )
    return {"configurations": found}
