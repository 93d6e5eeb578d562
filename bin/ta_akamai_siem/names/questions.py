"""Asks the small operations of one configuration. A refused one is noted; the others go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

from ta_akamai_siem.errors import ConfigurationUnknown, PermissionMissing, UnexpectedAnswer

from . import answers
from . import operations as op

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ta_akamai_siem.akamai.application_security import ApplicationSecurity

    from .answers import Configuration
    from .kept import Kept
    from .values import Object

_READ: Mapping[str, Callable[[Mapping[str, Any]], list[Object]]] = {
    op.POLICIES: answers.policies,
    op.SIEM: answers.siem,
    op.ACTIVATIONS: answers.activations,
    op.CUSTOM_RULES: answers.custom_rules,
    op.RATE_POLICIES: answers.rate_policies,
    op.REPUTATION_PROFILES: answers.reputation_profiles,
    op.CUSTOM_DENY: answers.custom_deny,
}


@dataclass
class Answered:
    """`found`: objects by operation. `refused`: operations that the account may not ask."""

    found: dict[str, list[Object]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


class Questions:
    """`kept`: answers of earlier runs."""

    def __init__(self, client: ApplicationSecurity, kept: Kept) -> None:
        self._client = client
        self._kept = kept

    def small(self, configuration: Configuration, *, changed: bool, afresh: bool) -> Answered:
        """All answers but the export. An operation that Akamai does not have for this account's
        products (HTTP 404) is refused, too.

        `changed`: another version was made or activated since they were asked. `afresh`: ask
        everything again. Raises ConfigurationUnknown if there is no such configuration or version,
        and the errors of `ApplicationSecurity`.
        """
        answered = Answered()
        for operation in op.OPERATIONS:
            name = operation.name
            if name == op.EXPORT:
                continue
            # Custom rules have no version, so their names can change at any time.
            may_be_old = operation.is_versioned or (name == op.ACTIVATIONS and not changed)
            known = None
            if may_be_old and not afresh and configuration.network != "NONE":
                known = self._kept.load(configuration.id, configuration.version, name)
            if known is None:
                try:
                    known = self._asked(configuration, name)
                except PermissionMissing:
                    answered.refused.append(name)
                    continue
                except ConfigurationUnknown:
                    if name == op.POLICIES:
                        raise  # The first one: the configuration is gone.
                    answered.refused.append(name)
                    continue
                if configuration.network != "NONE":
                    self._kept.save(configuration.id, configuration.version, name, known)
            answered.found[name] = known
        return answered

    def uncovered(self) -> list[Object] | None:
        """Hosts of the account that no policy protects. None if the account may not ask."""
        try:
            return self._read(op.COVERAGE, op.COVERAGE, answers.uncovered_hosts)
        except (PermissionMissing, ConfigurationUnknown):
            return None

    def _asked(self, configuration: Configuration, name: str) -> list[Object]:
        path = op.path_of(name, configuration.id, configuration.version)
        found = self._read(name, path, _READ[name])
        if name == op.POLICIES:
            unmatched = {
                each["id"] for each in self._read(name, f"{path}?notMatched=true", answers.policies)
            }
            for each in found:
                each["has_match_target"] = each["id"] not in unmatched
        return found

    def _read(
        self, name: str, path: str, read: Callable[[Mapping[str, Any]], list[Object]]
    ) -> list[Object]:
        answer = self._client.ask(path)
        try:
            return read(answer)
        except ValueError as error:
            what = f"Akamai's answer to {name} has no list '{error}'"
            raise UnexpectedAnswer(what) from error
