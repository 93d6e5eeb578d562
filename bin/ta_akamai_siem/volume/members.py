"""The members of a source event that rules ask for, and the values that fields have by them.

A value is what the field of a search has: docs/fields.md. It is bytes of UTF-8 with A to Z in lower
case. A field without values is absent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Values = tuple[bytes, ...]

MEMBERS = {
    "applied_action": ("attackData", "appliedAction"),
    "config": ("attackData", "configId"),
    "policy": ("attackData", "policyId"),
    "host": ("httpMessage", "host"),
    "method": ("httpMessage", "method"),
    "status": ("httpMessage", "status"),
    "country": ("geo", "country"),
    "asn": ("geo", "asn"),
    "api": ("attackData", "apiId"),
    "bot_segment": ("botData", "responseSegment"),
    "user_risk": ("userRiskData", "score"),
    "client": ("attackData", "clientIP"),
    "path": ("httpMessage", "path"),
    "slow_post_action": ("attackData", "slowPostAction"),
    "request_id": ("httpMessage", "requestId"),
}
"""By the name of the field that is made of it, in the order in which fields are looked at: first
the action, which protects a request from most rules, then those that have few values.
"""
NAMES = tuple(MEMBERS)
TOGETHER = (("applied_action", "config", "policy", "method", "status"), ("country", "asn"))
"""Members whose values come together again, so that they are looked up at once."""
LISTS = {
    "ids": ("attackData", "rules"),
    "tags": ("attackData", "ruleTags"),
    "actions": ("attackData", "ruleActions"),
}
"""Lists of rules that are asked for: percent-encoded, with an item for each rule."""
PLACES = (*MEMBERS.values(), *LISTS.values())
"""Parent and name of each of them, in the order in which a plan takes them."""
NUMBERS = frozenset({"config", "status", "bot_segment", "user_risk"})
"""Members that may be numbers, too. Others that are no strings are absent."""

_NUMBER = re.compile(rb"[0-9][0-9.]*\Z")
_STATUS = re.compile(rb"[0-9]{1,15}\Z")
_CLIENT = re.compile(
    rb"\[?([0-9]{1,3}(?:\.[0-9]{1,3}){3}(?=:|\Z)|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)"
    # What JSON has to escape, here or in a record that XML can carry.
    rb'(?:[^"\\\x00-\x1f\xed\xef]|\xed(?![\xa0-\xbf])|\xef(?!\xbf[\xbe\xbf]))*\Z'
)
_PORT = rb"\.?(?::[0-9]*)?\Z"
_HOST = re.compile(
    rb'(\[[^\]"\\\x00-\x1f]+\](?=%b)|(?:[^:.]|\.(?!%b))+(?=%b))' % ((_PORT,) * 3), re.DOTALL
)


def _text(raw: bytes) -> Values:
    return (raw.lower(),) if raw else ()


def _matching(pattern: re.Pattern[bytes]) -> Callable[[bytes], Values]:
    return lambda raw: (raw,) if pattern.match(raw) else ()


def _each(raw: bytes) -> Values:
    return tuple(part for part in raw.lower().split(b" ") if part)


def _client(raw: bytes) -> Values:
    """An address without brackets, port and zone."""
    found = _CLIENT.match(raw)
    return (found[1].lower(),) if found else ()


def _host(raw: bytes) -> Values:
    """A host without port and final dot."""
    found = _HOST.match(raw)
    return _text(found[1] if found else raw)


VALUES: dict[str, Callable[[bytes], Values]] = {
    **dict.fromkeys(NAMES, _text),
    **dict.fromkeys(NUMBERS, _matching(_NUMBER)),
    "status": _matching(_STATUS),
    "asn": _each,
    "client": _client,
    "host": _host,
}
"""How the values of a field are found in the member of its name."""
