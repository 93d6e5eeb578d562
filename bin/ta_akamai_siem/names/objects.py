"""Composes the objects of a configuration's snapshot from the answers of all operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import operations as op
from .blind_spots import blind_spots, is_sent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .values import Object

_SIMPLE = (
    (op.ACTIVATIONS, "activation"),
    (op.CUSTOM_RULES, "custom_rule"),
    (op.RATE_POLICIES, "rate_policy"),
    (op.REPUTATION_PROFILES, "reputation_profile"),
    (op.CUSTOM_DENY, "custom_deny"),
)


def small_objects(
    found: Mapping[str, Sequence[Object]],
    additions: Mapping[str, Mapping[str, Object]],
    uncovered: Sequence[Object],
) -> Iterator[tuple[str, Object]]:
    """Kind and object of all that comes before the export's own, in the order of a snapshot.

    `found`: by operation; without those that are unknown. `additions`: of the export, by kind and
    id. `uncovered`: hosts of this configuration.
    """
    siem = found[op.SIEM][0] if found.get(op.SIEM) else {}
    policies = [_policy(each, siem) for each in found.get(op.POLICIES, ())]
    for each in policies:
        yield "policy", each
    if siem:
        yield "siem", siem
        for each in blind_spots(siem, policies):
            yield "blind_spot", each
    for each in uncovered:
        yield "uncovered_host", each
    for operation, kind in _SIMPLE:
        for each in found.get(operation, ()):
            yield kind, {**each, **additions.get(kind, {}).get(each["id"], {})}


def _policy(policy: Object, siem: Object) -> Object:
    sent = is_sent(policy["id"], siem)
    return policy if sent is None else {**policy, "in_siem": sent}
