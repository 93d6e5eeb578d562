"""The configurations of the account, and what the client may ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional

from . import content
from .exports import Exports
from .rate_limit import RateLimit
from .refusals import unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standins.akamai.pages import Configurations

OPERATIONS = (
    *("configs", "security-policies", "custom-rules", "rate-policies", "reputation-profiles"),
    *("custom-deny", "siem", "activations", "hostname-coverage", "export"),
)


@dataclass
class Given:
    """A configuration that a test has described. `versions`: documents by version.

    `production`, `staging`: active versions; None if nothing is active there.
    """

    name: str
    latest: int = 7
    production: Optional[int] = 6
    staging: Optional[int] = 7
    versions: dict[int, content.Document] = field(default_factory=dict)
    custom_rules: list[dict[str, Any]] = field(default_factory=list)
    activations: list[dict[str, Any]] = field(default_factory=list)
    description: str = ""


@dataclass
class World:
    """`coverage`: None if the account's products have no such operation. `refused`: operations that
    the client may not call. `padding`: bytes that make every export larger.
    """

    given: dict[int, Given] = field(default_factory=dict)
    coverage: Optional[list[dict[str, Any]]] = None
    refused: frozenset[str] = frozenset()
    padding: int = 0
    rate_limit: RateLimit = field(default_factory=RateLimit)
    exports: Exports = field(default_factory=Exports)

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Apply a control call; raises ValueError, TypeError."""
        rest = dict(wanted)
        if rest.pop("reset", False):
            self.__init__()  # type: ignore[misc]  # back to the beginning
        for config_id, described in rest.pop("configurations", {}).items():
            versions = {int(each): doc for each, doc in described.get("versions", {}).items()}
            self.given[int(config_id)] = Given(**{**described, "versions": versions})
        for config_id in rest.pop("deleted", ()):
            self.given.pop(int(config_id), None)
        if "coverage" in rest:
            self.coverage = rest.pop("coverage")
        if "refused" in rest:
            self.refused = frozenset(rest.pop("refused"))
            if not self.refused <= set(OPERATIONS):
                message = f"operations are {OPERATIONS}"
                raise ValueError(message)
        self.padding = int(rest.pop("padding", self.padding))
        self.rate_limit.change(rest.pop("rate_limit", {}))
        self.exports.change(rest.pop("exports", {}))
        if rest:
            message = f"unknown: {sorted(rest)}"
            raise ValueError(message)

    def found(self, config_id: int, configurations: Configurations) -> Given:
        """Return a configuration; raises Problem if it does not exist."""
        if config_id in self.given:
            return self.given[config_id]
        if config_id not in configurations.known:
            raise unknown(f"Configuration {config_id} not found")
        name = configurations.names.get(config_id, f"Configuration {config_id}")
        return Given(name)

    def document(
        self, config_id: int, version: int, configurations: Configurations
    ) -> content.Document:
        """Return a version's document; raises Problem if it does not exist."""
        given = self.found(config_id, configurations)
        if version in given.versions:
            return given.versions[version]
        if given.versions or not 1 <= version <= given.latest:
            raise unknown(f"Version {version} of configuration {config_id} not found")
        return content.plain(config_id, version, given.name)

    def is_active(self, config_id: int, version: int, configurations: Configurations) -> bool:
        """Whether a version is active in production or staging."""
        given = self.found(config_id, configurations)
        return version in (given.production, given.staging)
