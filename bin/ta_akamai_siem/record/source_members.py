"""What rules of `drop` ask for, of an event that is parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ta_akamai_siem.volume.members import MEMBERS, NUMBERS, PLACES

from .event import has_other_rules, json_text, number_text
from .rules import RULE_LISTS, rules_as_json

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAY_BE_NUMBERS = {MEMBERS[name][1] for name in NUMBERS}


class SourceMembers:
    """The members of `volume.members.PLACES`, as UTF-8; None for one that the event lacks.

    Each is looked for when it is asked for: few are.
    """

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = event

    def __getitem__(self, index: int) -> bytes | None:
        parent, name = PLACES[index]
        members = self._event.get(parent)
        if type(members) is not dict:
            return None
        text = members.get(name)
        if type(text) is not str:
            text = number_text(text) if name in _MAY_BE_NUMBERS else None
        return None if text is None else text.encode("utf-8", "surrogatepass")


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
