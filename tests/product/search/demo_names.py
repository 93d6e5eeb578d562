"""Names at Akamai of what the demo's events name: those of the samples, and the demo's own.

The rules of Bot Manager and of API protection have no title: Akamai's export does not list them.
The account may not export the second configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.by_hand.demo_events import CONFIG_IDS
from tests.product.search.names_scene import Line, lines
from tests.standins.akamai import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

ANOMALY, RATE, REPUTATION = "-ANOMALY", "RATE-", "REP-"
UNLISTED = ("390", "IPBLOCK", "API-", "SLOW-", "MALWARE")
"""Beginnings of the ids of rules that the export does not have."""
_ACTIONS = ["pol1_76213 deny", "pol2_76213 deny", "pol3_76213 deny"]
_POLICIES = {"pol2_14227": "storefront-uk", "pol3_14227": "storefront-trial"}


def demo_names() -> Iterable[Line]:
    """The objects of all snapshots, the newest of the first configuration last."""
    for line in lines("account"):
        known = line["kind"] == "configuration"
        yield {**line, "name": CONFIG_IDS[int(line["id"])]} if known else line
    yield from lines("complete")
    yield from _with(lines("export_refused"), _policies())
    yield from _with(lines("changed"), [_policy("pol3_76213", "login"), *_listed()])


def _with(snapshot: list[Line], more: list[Line]) -> Iterable[Line]:
    """A snapshot with further objects: its end counts them."""
    *objects, end = snapshot
    known = {(one["kind"], one["id"]) for one in objects}
    new = [one for one in more if (one["kind"], one["id"]) not in known]
    same = {name: end[name] for name in ("seen_at", "snapshot", "config_id")}
    counts = dict(end["counts"])
    for one in new:
        counts[one["kind"]] = counts.get(one["kind"], 0) + 1
    yield from objects
    for seq, one in enumerate(new, len(objects) + 1):
        yield {**same, "seq": seq, **one}
    yield {**end, "events": len(objects) + len(new), "counts": counts}


def _policies() -> list[Line]:
    return [_policy(known, name) for known, name in _POLICIES.items()]


def _policy(known: str, name: str) -> Line:
    return {"kind": "policy", "id": known, "name": name, "has_match_target": True, "in_siem": True}


def _listed() -> list[Line]:
    made = [_object(rule) for rule in vocabulary.RULES if not rule.rule_id.startswith(UNLISTED)]
    apis = {"API_4401": "orders-api", "API_4402": "login-api"}
    made += [{"kind": "api", "id": known, "name": name} for known, name in apis.items()]
    return made


def _object(rule: vocabulary.Rule) -> Line:
    """As Akamai names what an event has as a rule."""
    made: dict[str, Any] = {"name": rule.message, "actions": _ACTIONS}
    if rule.rule_id.endswith(ANOMALY):
        return {"kind": "attack_group", "id": rule.rule_id.removesuffix(ANOMALY), **made}
    if rule.rule_id.startswith(RATE):
        return {"kind": "rate_policy", "id": rule.rule_id.removeprefix(RATE), "type": "WAF", **made}
    if rule.rule_id.startswith(REPUTATION):
        return {"kind": "reputation_profile", "id": rule.rule_id.removeprefix(REPUTATION), **made}
    return {"kind": "rule", "id": rule.rule_id, "rule_tag": rule.tag, "score": 4, **made}
