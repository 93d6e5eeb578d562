"""Makes an export as large as wanted: rules, policies' actions, and members nobody needs.

Akamai's exports are of several megabytes. Most of it are conditions of rules and match targets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_RULES_A_POLICY = 1_000
_FILL = "Conditions of a rule, as text that nobody needs for names. "


def padded(document: dict[str, Any], size: int) -> Iterator[bytes]:
    """Yield the document with further rules, policies and members, of about `size` bytes."""
    if not size:
        yield json.dumps(document, ensure_ascii=False).encode()
        return
    share = size // 3
    members = {**document, "rulesets": None, "securityPolicies": None}
    yield b"{"
    yield b'"evaluating":['
    yield from _list(_fill(number) for number in range(share // len(_item(_fill(0)))))
    yield b"],"
    yield b'"rulesets":['
    if document["rulesets"]:
        yield b",".join(_item(each) for each in document["rulesets"]) + b","
    yield b'{"id":9001,"type":"KRS","attackGroups":[{"group":"PAD","groupName":"Padding"'
    yield b',"threshold":"9"}],"rules":['
    rules = max(1, share // len(_item(_rule(0))))
    yield from _list(_rule(number) for number in range(rules))
    yield b"]}],"
    yield b'"securityPolicies":['
    yield b",".join(_item(each) for each in document["securityPolicies"])
    few = min(rules, _RULES_A_POLICY)
    for number in range(max(1, share // len(_item(_policy(0, few))))):
        yield b"," + _item(_policy(number, few))
    yield b"]"
    for key, value in members.items():
        if value is not None:
            yield b"," + _item(key) + b":" + _item(value)
    yield b"}"


def _list(items: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    comma = b""
    for each in items:
        yield comma + _item(each)
        comma = b","


def _item(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _fill(number: int) -> dict[str, Any]:
    return {"id": number, "conditions": [{"type": "pathMatch", "value": [_FILL] * 3}]}


def _rule(number: int) -> dict[str, Any]:
    return {
        "id": 3_900_000 + number,
        "title": f"Rule {number} of a large rule set",
        "tag": "WEB_ATTACK/PAD",
        "score": number % 10,
        "ruleVersion": 1 + number % 3,
        "attackGroups": ["PAD"],
        "description": _FILL * 8,
    }


def _policy(number: int, rules: int) -> dict[str, Any]:
    return {
        "id": f"pad{number}_1",
        "name": f"Policy {number} of a large configuration",
        "ruleActions": [
            {"id": 3_900_000 + each, "action": ("alert", "deny", "none")[(each + number) % 3]}
            for each in range(rules)
        ],
        "attackGroupActions": [{"group": "PAD", "action": "deny"}],
    }
