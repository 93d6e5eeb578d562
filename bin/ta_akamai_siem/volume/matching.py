"""Decides which rule of `drop` drops an event, if any.

All rules are one predicate. For each value of a field, one number has a bit for each rule: whether
its terms on this field match. The numbers of the fields of an event are combined until no bit is
left, so the time does not depend on the number of rules. The numbers of values that come again are
known.
"""

from __future__ import annotations

import re
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple, Optional

from .fields import ANY, EQUAL, NUMBER
from .members import NAMES, VALUES
from .patterns import predicate
from .record_rules import MITIGATES, NO_RULES, NOTHING, is_mitigated, of_items, record_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .grammar import Line, Term
    from .members import Values
    from .record_rules import Item, RecordRules

    Raw = Sequence[Optional[bytes]]
    Lists = tuple[Optional[bytes], ...]
    Decode = Callable[[Lists], list[Item]]

CACHED = 4_096
"""Values of a field whose numbers are known. When there are more, all are forgotten."""
CACHED_RULES = 512
"""Lists of rules."""
CACHED_LENGTH, CACHED_RULES_LENGTH = 256, 8_192
"""Bytes of the longest value, and of the longest list of rules, that is remembered."""
CACHED_LISTS, CACHED_LISTS_LENGTH = 2_048, 2_048
"""Lists of rules as they were sent, and the most bytes of one that is remembered."""
_NUMBER = re.compile(NUMBER.encode())
_OF_RULES = ("rule", "tag", "deciding_rule", "deciding_tag")
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    EQUAL: lambda one, other: one == other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}

_Test = tuple[int, "Callable[[Values], bool]", bool]
"""The bit of a rule, a test of a field's values, and whether it has to be true."""


def _test(term: Term) -> Callable[[Values], bool]:
    """Whether the values of the term's field match. It is false without values."""
    if term.field == "user_risk":
        return _number_test(term)
    if term.value == ANY:
        return bool
    if term.field == "client":
        network = ip_network(term.value)
        return lambda values: any(_is_in(value, network) for value in values)
    match = predicate(term.value)
    return lambda values: any(map(match, values))


def _number_test(term: Term) -> Callable[[Values], bool]:
    if term.value == ANY:
        return bool
    compared, wanted = _COMPARED[term.operator], float(term.value)
    return lambda values: any(
        _NUMBER.match(value) is not None and compared(float(value), wanted) for value in values
    )


def _is_in(value: bytes, network: object) -> bool:
    try:
        return ip_address(value.decode()) in network  # type: ignore[operator]
    except ValueError:
        return False


class _Masks(dict[Optional[bytes], int]):
    """For each raw value of a member, the rules that it leaves. None: the member is absent."""

    def __init__(
        self, every: int, tests: Iterable[_Test], values: Callable[[bytes], Values]
    ) -> None:
        super().__init__()
        self._every = every
        self._tests = list(tests)
        self._values = values
        self.asking = sum({bit for bit, _, _ in self._tests})

    def __missing__(self, raw: bytes | None) -> int:
        mask = self.mask_of(raw)
        if raw is None or len(raw) <= CACHED_LENGTH:
            if len(self) >= CACHED:
                self.clear()
            self[raw] = mask
        return mask

    def mask_of(self, raw: bytes | None) -> int:
        return self.mask(() if raw is None else self._values(raw))

    def mask(self, values: Values) -> int:
        mask = self._every
        for bit, test, wanted in self._tests:
            if mask & bit and test(values) is not wanted:
                mask &= ~bit
        return mask


class _ActionMasks(_Masks):
    """By the action. Of a request that was mitigated, only rules that name the action are left."""

    def __init__(self, every: int, tests: Iterable[_Test], named: int) -> None:
        super().__init__(every, tests, lambda raw: (raw.lower(),))
        self._named = named
        # A request that was mitigated is a question of each rule.
        self.asking = every

    def mask_of(self, raw: bytes | None) -> int:
        mask = super().mask_of(raw)
        return mask & self._named if is_mitigated(raw) else mask


class _AppliedMasks(_ActionMasks):
    """The same by the action that Akamai applied. Without one, the action is not known yet."""

    def mask_of(self, raw: bytes | None) -> int:
        return super().mask_of(raw) if raw else self._every


class _RulesMasks(dict[Optional[bytes], tuple[int, Optional[bytes]]]):
    """By the record's list of rules: the rules of `drop` that it leaves, and its action."""

    def __init__(self, masks: dict[str, _Masks]) -> None:
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
            mask &= masks.mask(values[name])
        return mask


class _ListsMasks(dict["Lists", tuple[Optional[int], Optional[bytes]]]):
    """The same by the source's lists of ids, tags and actions, which come again where other lists
    of the event do not. The rules that are left are None where the other lists may decide: they can
    have more rules, and the last of all rules may be the one that decided.
    """

    def __init__(self, masks: _RulesMasks) -> None:
        super().__init__()
        self._masks = masks

    def learn(self, lists: Lists, items: list[Item]) -> tuple[int | None, bytes | None]:
        """`items`: the rules that the lists have."""
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


def _member(raw: Raw, index: int | None) -> bytes | None:
    return None if index is None else raw[index]


class Plan(NamedTuple):
    """How the events of a shape are looked at.

    `left`: the rules that absent members leave. `checks`: indexes of values, the rules that ask for
    them, and their masks.
    `applied_action`, `slow_post_action`, `request_id`: indexes, None for an absent member.
    """

    left: int
    checks: tuple[tuple[int, int, _Masks], ...]
    applied_action: Optional[int]
    slow_post_action: Optional[int]
    request_id: Optional[int]


class Dropping:
    """`lines`: at least one."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = tuple(lines)
        self._every = (1 << len(lines)) - 1
        named = sum(1 << place for place, line in enumerate(lines) if line.may_drop_mitigated)
        tests = self._tests("action")
        self._action = _ActionMasks(self._every, tests, named)
        self._applied = _AppliedMasks(self._every, tests, named)
        used = {term.field for line in lines for term in line.terms}
        self._masks = {
            name: _Masks(self._every, self._tests(name), VALUES[name])
            for name in NAMES
            if name in used
        }
        of_rules = {
            name: _Masks(self._every, self._tests(name), lambda raw: (raw,))
            for name in _OF_RULES
            if name in used
        }
        self._asking_rules = sum({bit for name in of_rules for bit, _, _ in self._tests(name)})
        self._rules = _RulesMasks(of_rules)
        self._lists = _ListsMasks(self._rules)
        self._plans: dict[tuple[Optional[int], ...], Plan] = {}
        self.whole = self.plan(tuple(range(len(NAMES))))
        """For values that are there in the order of `members.NAMES`."""

    def _tests(self, name: str) -> list[_Test]:
        return [
            (1 << place, _test(term), term.is_positive)
            for place, line in enumerate(self.lines)
            for term in line.terms
            if term.field == name
        ]

    def plan(self, places: tuple[int | None, ...]) -> Plan:
        """`places`: the index of each of `members.NAMES` among an event's values; None for one that
        the event does not have.
        """
        plan = self._plans.get(places)
        if plan is None:
            plan = self._plans[places] = self._planned(dict(zip(NAMES, places)))
        return plan

    def _planned(self, place: dict[str, int | None]) -> Plan:
        left = self._every
        checks: list[tuple[int, int, _Masks]] = []
        for name in NAMES:
            masks = self._applied if name == "applied_action" else self._masks.get(name)
            index = place[name]
            if masks is not None and index is not None:
                checks.append((index, masks.asking, masks))
            elif masks is not None:
                left &= masks[None]
        return Plan(
            left,
            tuple(checks),
            place["applied_action"],
            place["slow_post_action"],
            place["request_id"],
        )

    def number(self, plan: Plan, raw: Raw, rules: Callable[[], bytes | None]) -> int:
        """The number of the first rule that drops the event; 0 to keep it.

        `raw`: the values of its members, of which an absent one is None. `rules`: its list of rules
        as in the record, called only if it is needed.
        """
        left = self.left(plan, raw)
        if left and self._asks_rules(left, plan, raw):
            mask, action = self._rules[rules()]
            left = self._by_action(left & mask, plan, raw, action)
        return self._sampled(left, plan, raw) if left else 0

    def number_by_lists(
        self, left: int, plan: Plan, raw: Raw, lists: Lists, decode: Decode
    ) -> int | None:
        """The same for an event whose members leave the rules `left`, by its lists of ids, tags and
        actions. None if these are not enough to decide. `decode`: finds the rules in them.
        """
        if self._asks_rules(left, plan, raw):
            known = self._lists.get(lists)
            mask, action = known or self._lists.learn(lists, decode(lists))
            if mask is None:
                return None
            left &= mask
            if left:
                left = self._by_action(left, plan, raw, action)
        return self._sampled(left, plan, raw) if left else 0

    def left(self, plan: Plan, raw: Raw) -> int:
        """The rules that the members of an event leave."""
        left = plan.left
        for index, asking, masks in plan.checks:
            if left & asking:
                left &= masks[raw[index]]
                if not left:
                    return 0
        return left

    def _asks_rules(self, left: int, plan: Plan, raw: Raw) -> bool:
        """Whether the list of rules says more about the rules that are left."""
        return bool(left & self._asking_rules) or not _member(raw, plan.applied_action)

    def _by_action(self, left: int, plan: Plan, raw: Raw, action: bytes | None) -> int:
        """The rules that are left by the action. `action`: of the list of rules."""
        if _member(raw, plan.applied_action):
            return left
        return left & self._action[action or _member(raw, plan.slow_post_action) or None]

    def _sampled(self, left: int, plan: Plan, raw: Raw) -> int:
        """The number of the first rule that is left and does not keep the event as a sample."""
        request_id = _member(raw, plan.request_id)
        while left:
            lowest = left & -left
            line = self.lines[lowest.bit_length() - 1]
            if not line.sample or not _is_kept(request_id, line.sample):
                return line.number
            left ^= lowest
        return 0


def _is_kept(request_id: bytes | None, sample: int) -> bool:
    """Whether an event is of the sample. One without a request id always is."""
    if not request_id:
        return True
    return int.from_bytes(sha256(request_id).digest()[:4], "big") % sample == 0
