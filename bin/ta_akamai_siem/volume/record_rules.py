"""What the fields of a rule of `drop` need of a record's list of rules.

Which rule decided, and which action it was, are questions of a search: the patterns of
packaging/search_side/extracted.py answer them. This module answers the same for an event that is
not indexed yet. A property test compares both.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Optional

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXT = rb'[^"\\]*(?:\\.[^"\\]*)*'
_RULE = re.compile(
    rb'(\{"id":"(%b)","version":"%b","message":"%b","tag":"(%b)","data":"%b","selector":"%b",'
    rb'"action":"(%b)"\})' % ((_TEXT,) * 7)
)
CACHED = 2_048
"""Actions, and tags, of which it is known what they are."""
MITIGATES = re.compile(
    rb"deny|abort|tarpit|block|drop|reject|serve_alt|captcha|(?:[a-z]+_)*challenge", re.IGNORECASE
)
"""How an action begins that kept the request from its origin, as on the search side."""
SLOW_POST_ABORTED = b"a"
"""An outcome of Slow POST protection that kept the request from its origin, in lower case."""
_ALERT = b"alert"
_WATCHED = re.compile(
    rb"(?:CUSTOM/BOT(?=/|\Z)|(?!CUSTOM/)(?:[A-Z0-9_]+/)*?(?:BOT(?:_[A-Z0-9_]+?)?|BOTMANAGEMENT"
    rb"|AUTOMATION|(?:SECURITY_)?SCANNER|(?:WEB_)?SCRAPER|RATE(?:_[A-Z0-9_]+?)?"
    rb"|(?:CLIENT_)?REPUTATION|CLIENTREP|REP_[A-Z0-9_]+?)(?:_AI)?(?:_ANOMALY)?(?=/|\Z))",
    re.IGNORECASE,
)
"""Tags of bot, rate and reputation rules, as on the search side."""


class _Rule(NamedTuple):
    id: bytes
    tag: bytes
    action: bytes

    @property
    def mitigates(self) -> bool:
        return _mitigates(self.action)

    @property
    def is_watched(self) -> bool:
        return _is_watched(self.tag)


@lru_cache(CACHED)
def _mitigates(action: bytes) -> bool:
    return MITIGATES.match(action) is not None


@lru_cache(CACHED)
def _is_watched(tag: bytes) -> bool:
    return _WATCHED.match(tag) is not None


class RecordRules(NamedTuple):
    """`ids`, `tags`: of all rules, without empty ones. `deciding_id`, `deciding_tag`: of the rule
    that decided; None without. `action`: the strongest; None if no rule has any.
    """

    ids: tuple[bytes, ...] = ()
    tags: tuple[bytes, ...] = ()
    deciding_id: Optional[bytes] = None
    deciding_tag: Optional[bytes] = None
    action: Optional[bytes] = None


NO_RULES = RecordRules()
Item = tuple[bytes, bytes, bytes]
"""Id, tag and action of a rule, as inside of JSON."""
NOTHING: Item = (b"", b"", b"")


def record_rules(text: bytes) -> RecordRules:
    """`text`: `attackData.rules` of a record, as JSON."""
    return _of(*_read(text))


def of_items(items: Iterable[Item]) -> RecordRules:
    """The same of a list that is whole. `items`: id, tag and action of each rule, as in JSON."""
    return _of([_Rule(*map(_plain, each)) for each in items], is_whole=True)


def _of(rules: list[_Rule], is_whole: bool) -> RecordRules:  # noqa: FBT001 - of `_read`
    place = _deciding(rules, is_whole=is_whole)
    ids = tuple(rule.id for rule in rules if rule.id)
    tags = tuple(rule.tag for rule in rules if rule.tag)
    if place is None:
        return RecordRules(ids, tags)
    deciding = rules[place]
    action = _action(rules, place)
    return RecordRules(ids, tags, deciding.id or None, deciding.tag or None, action)


def _read(text: bytes) -> tuple[list[_Rule], bool]:
    """The rules up to the first that has another form, and whether these are all. Only a list that
    is one in the source can have another form.
    """
    found = _RULE.findall(text)
    is_whole = b"[%b]" % b",".join(each[0] for each in found) == text
    if not is_whole:
        found = _first(text)
    if b"\\" in text:
        return [_Rule(*map(_plain, each[1:])) for each in found], is_whole
    return [_Rule(*each[1:]) for each in found], is_whole


def _first(text: bytes) -> list[tuple[bytes, ...]]:
    """The rules of a list before the first item that is none."""
    rules = []
    at = 1 if text.startswith(b"[") else len(text)
    while found := _RULE.match(text, at):
        rules.append(found.groups())
        at = found.end() + 1
        if text[at - 1 : at] != b",":
            break
    return rules


def is_mitigated(action: bytes | None) -> bool:
    """Whether this action, as in `vendor_action`, kept a request from its origin."""
    if action is None:
        return False
    return MITIGATES.match(action) is not None or action.lower() == SLOW_POST_ABORTED


def _plain(text: bytes) -> bytes:
    """The text of a JSON string."""
    if b"\\" not in text:
        return text
    return str(json.loads(b'"%b"' % text)).encode("utf-8", "surrogatepass")


def _deciding(rules: list[_Rule], *, is_whole: bool) -> int | None:
    """The first rule that mitigated, otherwise the last one; but if only bot, rate and reputation
    rules that did not mitigate follow an attack rule, the first attack rule of which that is so.
    """
    for place, rule in enumerate(rules):
        if rule.mitigates:
            return place
    if not rules or not is_whole:
        return None
    tagged = False
    for place, rule in enumerate(rules):
        if rule.is_watched:
            continue
        tagged = tagged or bool(rule.tag)
        rest = rules[place + 1 :]
        if tagged and rest and all(each.is_watched for each in rest):
            return place
    return len(rules) - 1


def _action(rules: list[_Rule], place: int) -> bytes | None:
    """The action of the rule that decided, unless another one has a stronger one."""
    own = rules[place].action
    if own.lower() == _ALERT or rules[place].mitigates:
        return own
    passed = _strongest(rules[:place])
    later = _strongest(rules[place + 1 :])
    if later is not None and later.lower() == _ALERT:
        return later
    return passed or own or later


def _strongest(rules: list[_Rule]) -> bytes | None:
    """An alert, otherwise the first action."""
    actions = [rule.action for rule in rules if rule.action]
    alerts = [action for action in actions if action.lower() == _ALERT]
    return next(iter(alerts or actions), None)
