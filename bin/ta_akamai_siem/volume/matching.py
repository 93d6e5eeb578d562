"""Decides which rule of `drop` drops an event, if any.

All rules are one predicate: for each value of a member, a number says which rules it leaves
(`masks`), and so does a number for the list of rules (`rule_masks`). The numbers of an event are
combined until no rule is left, so the time does not depend on the number of rules.

There are two ways to the same answer. `number` takes the list of rules as the record has it.
`number_by_lists` is faster: it takes the source's lists, and decodes only those that a rule that is
left asks for, those of several events together.
"""

from __future__ import annotations

from hashlib import sha256
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Optional, Union

from .masks import ActionMasks, AppliedMasks, Masks, MasksTogether, terms_on
from .members import LISTS, NAMES, PLACES, TOGETHER, VALUES
from .rule_masks import OF_LISTS, OF_RULES, ListMasks, ListsMasks, RulesMasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .grammar import Line
    from .rule_masks import Decoders, Lists

    Raw = Sequence[Optional[bytes]]
    Places = tuple[Optional[int], ...]
    NewList = tuple[ListMasks, bytes]


class _Check(NamedTuple):
    """`taken`: takes the values of one or more members. `asking`: the rules that ask for them."""

    taken: Callable[[Raw], object]
    asking: int
    masks: Union[Masks, MasksTogether]


class Plan(NamedTuple):
    """How the events of a shape are looked at.

    `left`: the rules that absent members leave. `checks`: of members. `list_checks`: of lists, with
    their indexes and the rules that ask for them. `lists`: takes the ids, tags and actions.
    `applied_action`, `slow_post_action`, `request_id`: indexes, None for an absent member.
    """

    left: int
    checks: tuple[_Check, ...]
    list_checks: tuple[tuple[Optional[int], int, ListMasks], ...]
    lists: Callable[[Raw], Lists]
    applied_action: Optional[int]
    slow_post_action: Optional[int]
    request_id: Optional[int]


class Dropping:
    """`lines`: at least one. `decoders`: of lists of rules."""

    LATER = -1
    """Instead of the number of a rule."""

    def __init__(self, lines: Sequence[Line], decoders: Decoders) -> None:
        self.lines = tuple(lines)
        self._every = (1 << len(lines)) - 1
        named = sum(1 << place for place, line in enumerate(lines) if line.may_drop_mitigated)
        tests = terms_on("action", lines)
        self._action = ActionMasks(self._every, tests, named)
        used = {term.field for line in lines for term in line.terms}
        # The action is first, because few rules may drop a request that was mitigated.
        self._masks: dict[str, Masks] = {
            "applied_action": AppliedMasks(self._every, tests, named),
            **{
                name: Masks(self._every, terms_on(name, lines), VALUES[name])
                for name in NAMES
                if name in used
            },
        }
        self._together: dict[tuple[str, ...], MasksTogether] = {}
        self._lists = {
            name: ListMasks(name, lines, decoders)
            for name, fields in OF_LISTS.items()
            if not used.isdisjoint(fields)
        }
        of_rules = {
            name: Masks(self._every, terms_on(name, lines), lambda raw: (raw,))
            for name in OF_RULES
            if name in used
        }
        self._asking_rules = 0
        for masks in of_rules.values():
            self._asking_rules |= masks.asking
        self._by_text = RulesMasks(of_rules)
        self._by_lists = ListsMasks(self._by_text, decoders.rules)
        self._plans: dict[Places, Plan] = {}
        self.whole = self.plan(tuple(range(len(PLACES))))
        """For values that are there in the order of `members.PLACES`."""
        names = {*self._masks, *LISTS, "slow_post_action", "request_id"}
        self.asked = [index for index, name in enumerate((*NAMES, *LISTS)) if name in names]
        """Indexes in `members.PLACES` of the members that decide."""

    def plan(self, places: Places) -> Plan:
        """`places`: the index of each of `members.PLACES` among an event's values; None for one
        that the event does not have.
        """
        plan = self._plans.get(places)
        if plan is None:
            plan = self._plans[places] = self._planned(dict(zip((*NAMES, *LISTS), places)))
        return plan

    def _planned(self, place: dict[str, int | None]) -> Plan:
        left = self._every
        index: dict[str, int] = {}
        for name, masks in self._masks.items():
            if (at := place[name]) is None:
                left &= masks[None]
            else:
                index[name] = at
        return Plan(
            left,
            tuple(self._check(names, index) for names in _together(index)),
            tuple((place[name], masks.asking, masks) for name, masks in self._lists.items()),
            _taker([place[name] for name in LISTS]),
            place["applied_action"],
            place["slow_post_action"],
            place["request_id"],
        )

    def _check(self, names: tuple[str, ...], index: dict[str, int]) -> _Check:
        taken = itemgetter(*(index[name] for name in names))
        if len(names) == 1:
            masks = self._masks[names[0]]
            return _Check(taken, masks.asking, masks)
        if names not in self._together:
            self._together[names] = MasksTogether([self._masks[name] for name in names])
        return _Check(taken, self._together[names].asking, self._together[names])

    def number(self, plan: Plan, raw: Raw, rules: Callable[[], bytes | None]) -> int:
        """The number of the first rule that drops the event; 0 to keep it.

        `raw`: the values of its members, of which an absent one is None. `rules`: its list of rules
        as in the record, called only if it is needed.
        """
        left = self.left(plan, raw)
        if left and (left & self._asking_rules or not _member(raw, plan.applied_action)):
            mask, action = self._by_text[rules()]
            left = self._by_action(left & mask, plan, raw, action)
        return self._sampled(left, plan, raw)

    def number_by_lists(self, plan: Plan, raw: Raw, new: list[NewList] | None = None) -> int | None:
        """The same for an event whose rules are the lists that the source has of them. None if ids,
        tags and actions are not enough to decide.

        `new`: if a list that a rule asks for is not known, it is added here, and the result is
        `LATER`: call again when `learn` has learnt it. None to decode such a list now.
        """
        left = self.left(plan, raw)
        if not left:
            return 0
        undecided, waits = 0, False
        for index, asking, masks in plan.list_checks:
            if left & asking:
                text = None if index is None else raw[index]
                if new is not None and text and text not in masks:
                    new.append((masks, text))
                    waits = True
                else:
                    mask, open_ = masks[text]
                    left &= mask
                    undecided |= open_
        if waits:
            return self.LATER
        if not left:
            return 0
        if left & undecided or not _member(raw, plan.applied_action):
            known, action = self._by_lists[plan.lists(raw)]
            if known is None:
                return None
            left = self._by_action(left & known, plan, raw, action)
        return self._sampled(left, plan, raw)

    def learn(self, new: Sequence[NewList]) -> None:
        """Decode lists from `number_by_lists` together."""
        for masks in self._lists.values():
            masks.learn(text for asked, text in new if asked is masks)

    def left(self, plan: Plan, raw: Raw) -> int:
        """The rules that the members of an event leave."""
        left = plan.left
        for taken, asking, masks in plan.checks:
            if left & asking:
                left &= masks[taken(raw)]  # type: ignore[index]
        return left

    def _by_action(self, left: int, plan: Plan, raw: Raw, action: bytes | None) -> int:
        """The rules that are left by the action. `action`: of the list of rules."""
        if not left or _member(raw, plan.applied_action):
            return left
        return left & self._action[action or _member(raw, plan.slow_post_action) or None]

    def _sampled(self, left: int, plan: Plan, raw: Raw) -> int:
        """The number of the first rule that is left and does not keep the event as a sample; 0
        without one.
        """
        request_id = _member(raw, plan.request_id)
        while left:
            lowest = left & -left
            line = self.lines[lowest.bit_length() - 1]
            if not line.sample or not _is_kept(request_id, line.sample):
                return line.number
            left ^= lowest
        return 0


def _together(names: Iterable[str]) -> list[tuple[str, ...]]:
    """The names of members in their order, with those in one tuple that are looked up at once."""
    group_of = {name: group for group in TOGETHER for name in group}
    found: dict[tuple[str, ...], list[str]] = {}
    for name in names:
        found.setdefault(group_of.get(name, (name,)), []).append(name)
    return [tuple(each) for each in found.values()]


def _taker(indexes: Sequence[int | None]) -> Callable[[Raw], Lists]:
    return lambda raw: tuple(None if index is None else raw[index] for index in indexes)


def _member(raw: Raw, index: int | None) -> bytes | None:
    return None if index is None else raw[index]


def _is_kept(request_id: bytes | None, sample: int) -> bool:
    """Whether an event is of the sample. One without a request id always is."""
    if not request_id:
        return True
    return int.from_bytes(sha256(request_id).digest()[:4], "big") % sample == 0
