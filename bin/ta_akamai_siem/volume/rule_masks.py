"""Which rules of `drop` an event's list of rules leaves.

Three answers, of which a later one costs more and is asked for less:

`ListMasks`   by one of the source's lists, such as the tags: whether one of its items matches
`ListsMasks`  by the three lists that terms ask for: which rule decided, and the action
`RulesMasks`  by the list of rules in the record
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Optional

from .fields import ANY
from .patterns import contained, lowered, predicate
from .record_rules import MITIGATES, NO_RULES, NOTHING, of_items, record_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .grammar import Line, Term
    from .masks import Masks
    from .record_rules import Item, RecordRules

    Lists = tuple[Optional[bytes], ...]

OF_RULES = ("rule", "deciding_rule", "tag", "deciding_tag")
"""Fields that are made of a list of rules, and of nothing else."""
ACTIONS = "actions"
OF_LISTS: dict[str, tuple[Optional[str], str]] = {
    ACTIONS: (None, "action"),
    "ids": ("rule", "deciding_rule"),
    "tags": ("tag", "deciding_tag"),
}
"""By a list of the source, the fields that are made of its items: of any rule's, and of one rule's,
such as that which decided. The actions are first, because they leave few rules. They are asked only
if the action can come from nowhere else.
"""
CACHED_RULES, CACHED_RULES_LENGTH = 512, 8_192
"""Lists of rules in records, and the most bytes of one that is remembered."""
CACHED_LISTS, CACHED_LISTS_LENGTH = 2_048, 2_048
"""The source's lists of an event together, and the most bytes of them that are remembered."""
CACHED_LIST, CACHED_LIST_LENGTH = 2_048, 1_024
"""Single lists of the source, and the most bytes of one that is remembered."""
LEARNT_TOGETHER = 16
"""More save little, and one that is odd makes all of them slow."""
_END = b"\0"
"""Between items."""


class Decoders(NamedTuple):
    """`items`: of some of the source's lists, as text. `finder`: finds the lists that may have an
    item with one of some texts, which are lowered, with a zero byte for the begin or the end of an
    item; None if it can only be told from the items. `rules`: id, tag and action of each rule, of
    the source's three lists, as in JSON.
    """

    items: Callable[[Sequence[bytes]], list[list[str]]]
    finder: Callable[[Sequence[bytes]], Optional[Callable[[Sequence[bytes]], Sequence[bytes]]]]
    rules: Callable[[Lists], list[Item]]


class _ItemTest(NamedTuple):
    """A term. `bit`: of its rule. `contained`: is in the items, joined, if one of them matches.
    `match`: whether an item does. `is_positive`: of the term. `of_deciding`: whether the term is
    about one of the items, and only all lists tell which one.
    """

    bit: int
    contained: bytes
    match: Callable[[bytes], bool]
    is_positive: bool
    of_deciding: bool

    @classmethod
    def of(cls, place: int, term: Term, *, of_deciding: bool) -> _ItemTest:
        """`place`: of its rule, from 0."""
        text = b"" if term.value == ANY else contained(term.value, _END)
        return cls(1 << place, text, predicate(term.value), term.is_positive, of_deciding)


class ListMasks(dict[Optional[bytes], tuple[int, int]]):
    """By a list of the source: the rules of `drop` that it leaves, and those of them about which
    only all lists together can tell. None: the list is absent.

    `asking`: the rules that the list may exclude.
    """

    def __init__(
        self,
        name: str,
        lines: Sequence[Line],
        decoders: Decoders,
    ) -> None:
        super().__init__()
        any_rule, deciding = OF_LISTS[name]
        self._tests = [
            _ItemTest.of(place, term, of_deciding=term.field == deciding)
            for place, line in enumerate(lines)
            for term in line.terms
            # Of a list of actions only one counts, so a term with NOT excludes nothing here.
            if term.field in (any_rule, deciding) and (term.is_positive or name != ACTIONS)
        ]
        self._decoders = decoders
        self._find = decoders.finder([test.contained for test in self._tests])
        self._without_match = self._of([])
        self.asking = sum({test.bit for test in self._tests})

    def __missing__(self, raw: bytes | None) -> tuple[int, int]:
        found = self._without_match
        if raw and self._may_match([raw]):
            found = self._of(self._decoders.items([raw])[0])
        if raw is None or len(raw) <= CACHED_LIST_LENGTH:
            if len(self) >= CACHED_LIST:
                self.clear()
            self[raw] = found
        return found

    def learn(self, lists: Iterable[bytes]) -> None:
        """Remember what new lists say. Those that may have a match are decoded together."""
        new = [raw for raw in dict.fromkeys(lists) if len(raw) <= CACHED_LIST_LENGTH]
        if len(self) + len(new) > CACHED_LIST:
            self.clear()
        self.update(dict.fromkeys(new, self._without_match))
        for at in range(0, len(new), LEARNT_TOGETHER):
            if may_match := self._may_match(new[at : at + LEARNT_TOGETHER]):
                self.update(zip(may_match, map(self._of, self._decoders.items(may_match))))

    def _may_match(self, lists: Sequence[bytes]) -> Sequence[bytes]:
        """Those of which an item may match one of the terms."""
        return self._find(lists) if self._find else lists

    def _of(self, items: list[str]) -> tuple[int, int]:
        """`items`: of the list, as text."""
        joined = lowered("\0".join(["", *items, ""]))
        left, undecided = -1, 0
        for bit, text, match, is_positive, of_deciding in self._tests:
            # Almost always none of the items matches, and one look at all of them tells.
            has_one = text in joined and any(match(lowered(item)) for item in items if item)
            if has_one and of_deciding:
                undecided |= bit
            elif has_one is not is_positive:
                left &= ~bit
        return left, undecided & left


class RulesMasks(dict[Optional[bytes], tuple[int, Optional[bytes]]]):
    """By the record's list of rules: the rules of `drop` that it leaves, and its action."""

    def __init__(self, masks: Mapping[str, Masks]) -> None:
        super().__init__()
        self._masks = masks

    def __missing__(self, text: bytes | None) -> tuple[int, bytes | None]:
        rules = NO_RULES if text is None else record_rules(text)
        mask = self.of(rules)
        if text is None or len(text) <= CACHED_RULES_LENGTH:
            if len(self) >= CACHED_RULES:
                self.clear()
            self[text] = mask, rules.action
        return mask, rules.action

    def of(self, rules: RecordRules) -> int:
        values = {
            "rule": tuple(each.lower() for each in rules.ids),
            "tag": tuple(each.lower() for each in rules.tags),
            "deciding_rule": (rules.deciding_id.lower(),) if rules.deciding_id else (),
            "deciding_tag": (rules.deciding_tag.lower(),) if rules.deciding_tag else (),
        }
        mask = -1
        for name, masks in self._masks.items():
            mask &= masks.of_values(values[name])
        return mask


class ListsMasks(dict["Lists", tuple[Optional[int], Optional[bytes]]]):
    """The same by the source's lists of ids, tags and actions, which come again where other lists
    of the event do not. The rules that are left are None where the other lists may decide: they can
    have more rules, and the last of all rules may be the one that decided.

    `decode`: as `rules` in `Decoders`.
    """

    def __init__(self, masks: RulesMasks, decode: Callable[[Lists], list[Item]]) -> None:
        super().__init__()
        self._masks = masks
        self._decode = decode

    def __missing__(self, lists: Lists) -> tuple[int | None, bytes | None]:
        items = self._decode(lists)
        rules = of_items(items)
        mask: int | None = self._masks.of(rules)
        if rules.action is None or not MITIGATES.match(rules.action):
            longer = of_items([*items, NOTHING])
            if longer != rules and mask != self._masks.of(longer):
                mask = None
        if sum(len(text or b"") for text in lists) <= CACHED_LISTS_LENGTH:
            if len(self) >= CACHED_LISTS:
                self.clear()
            self[lists] = mask, rules.action
        return mask, rules.action
