"""What rules of `drop` ask for, of an event that is parsed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ta_akamai_siem.volume.members import LISTS, MEMBERS, NUMBERS, PLACES

from .event import has_other_rules, json_text, number_text
from .rules import RULE_LISTS, rules_as_json

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAY_BE_NUMBERS = {MEMBERS[name][1] for name in NUMBERS}
_INDEX = {name: index for index, name in enumerate((*MEMBERS, *LISTS))}


def raw_members(
    value: Mapping[str, Any], asked: frozenset[str] = frozenset(_INDEX)
) -> list[bytes | None]:
    """The members of `volume.members.PLACES`, as UTF-8; None for one that the event lacks.

    `asked`: names of those that are looked for.
    """
    found: list[bytes | None] = [None] * len(PLACES)
    for parent, names in _by_parent(asked):
        members = value.get(parent)
        if type(members) is dict:
            for index, name in names:
                text = members.get(name)
                if type(text) is str:
                    found[index] = text.encode("utf-8", "surrogatepass")
                elif text is not None and name in _MAY_BE_NUMBERS:
                    number = number_text(text)
                    found[index] = None if number is None else number.encode()
    return found


@lru_cache
def _by_parent(asked: frozenset[str]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Each parent with its members: index in `PLACES`, and name."""
    parents: dict[str, list[tuple[int, str]]] = {}
    for name in sorted(asked):
        index = _INDEX[name]
        parents.setdefault(PLACES[index][0], []).append((index, PLACES[index][1]))
    return list(parents.items())


def rules_of_event(value: Mapping[str, Any], *, with_data: bool) -> bytes | None:
    """The list of rules that the record has, as JSON; None if it has none. `with_data`: False if
    `ruleData` is left out.
    """
    attack = value.get("attackData")
    if type(attack) is not dict:
        return None
    if has_other_rules(value):
        return json_text(attack["rules"]).encode()
    lists = [
        text if type(text) is str and (with_data or name != "ruleData") else None
        for name, text in ((name, attack.get(name)) for name in RULE_LISTS)
    ]
    if lists.count(None) == len(lists):
        return None
    return rules_as_json(*lists).encode("utf-8", "surrogatepass")
