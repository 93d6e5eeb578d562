"""Decides which rule of `drop` drops an event, if any.

All rules are one predicate: for each value of a member, a number says which rules it leaves
(`masks`), and so does a number for the list of rules (`rule_masks`). The numbers of an event are
combined until no rule is left (`steps`), so the time hardly depends on the number of rules.

There are two ways to the same answer. `number` takes the list of rules as the record has it.
`numbers_by_lists` is faster: it takes the source's lists, and decodes only those that a rule that
is left asks for, those of several events together.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, Optional, Protocol

from .masks import ActionMasks, Masks, terms_on
from .members import LISTS, NAMES, PLACES, VALUES
from .rule_masks import ACTIONS, OF_LISTS, OF_RULES, ListMasks, ListsMasks, RulesMasks
from .steps import LAST, Steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .grammar import Line
    from .rule_masks import Decoders, Lists
    from .steps import Step

    Places = tuple[Optional[int], ...]
    Waiting = tuple[int, int, int, "Plan", "Raw"]
    """The number of an event, the rules that are left, and those of them about which only all lists
    together can tell.
    """
    Asked = tuple[int, ListMasks, int]
    """One of the source's lists: the rules that ask for it, which are none if no event of a shape
    has it; its masks; its index among an event's values.
    """


class Raw(Protocol):
    """The values of an event's members, of which an absent one is None."""

    def __getitem__(self, index: int, /) -> Optional[bytes]:
        """The value at a place."""


CACHED = 1_024
"""Actions of lists of rules whose numbers are known."""
_UNKNOWN = (-1, 0)
"""What a list leaves that is not known yet: all rules."""
_NOWHERE = -1
"""Instead of the index of a member that an event does not have."""


class Plan(NamedTuple):
    """How the events of a shape are looked at.

    `start`: the first step. `members`: of each member that terms ask for, the index among an
    event's values; no step asks for one that the event does not have. `lists`: in the same order
    for each plan. `all_lists`: takes the ids, tags and actions.
    `applied_action`, `slow_post_action`, `request_id`: indexes. None for what the events do not
    have.
    """

    start: Step
    members: tuple[int, ...]
    lists: tuple[Asked, ...]
    all_lists: Callable[[Raw], Lists]
    applied_action: Optional[int]
    slow_post_action: Optional[int]
    request_id: Optional[int]


class Dropping:
    """`lines`: at least one. `decoders`: of lists of rules."""

    def __init__(self, lines: Sequence[Line], decoders: Decoders) -> None:
        self.lines = tuple(lines)
        self._every = (1 << len(lines)) - 1
        named = sum(1 << place for place, line in enumerate(lines) if line.may_drop_mitigated)
        terms = terms_on("action", lines)
        self._by_rules_action = lru_cache(CACHED)(ActionMasks(self._every, terms, named).of)
        used = {term.field for line in lines for term in line.terms}
        # The action is first, because few rules may drop a request that was mitigated.
        self._masks: dict[str, Masks] = {
            # Without the action that Akamai applied, the action is not known yet.
            "applied_action": ActionMasks(self._every, terms, named, without=self._every),
            **{
                name: Masks(self._every, terms_on(name, lines), VALUES[name])
                for name in NAMES
                if name in used
            },
        }
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
        self._by_all_lists = ListsMasks(self._by_text, decoders.rules)
        self._steps = Steps([*self._masks.values()])
        self._plans: dict[Places, Plan] = {}
        self.whole = self.plan(tuple(range(len(PLACES))))
        """For values that are there in the order of `members.PLACES`."""

    def plan(self, places: Places) -> Plan:
        """`places`: the index of each of `members.PLACES` among an event's values; None for one
        that the event does not have.
        """
        plan = self._plans.get(places)
        if plan is None:
            plan = self._plans[places] = self._planned(dict(zip((*NAMES, *LISTS), places)))
        return plan

    def _planned(self, place: dict[str, int | None]) -> Plan:
        members = [place[name] for name in self._masks]
        by_rules = place["applied_action"] is place["slow_post_action"] is None
        left, lists = self._every, []
        for name, masks in self._lists.items():
            index = place[name]
            if name == ACTIONS and not by_rules:
                index = None
            elif index is None:
                left &= masks[None][0]
            asking = 0 if index is None else masks.asking
            lists.append((asking, masks, index or 0))
        return Plan(
            self._steps.start(left, members),
            tuple(_NOWHERE if index is None else index for index in members),
            tuple(lists),
            _taker([place[name] for name in LISTS]),
            place["applied_action"],
            place["slow_post_action"],
            place["request_id"],
        )

    def number(self, plan: Plan, raw: Raw, rules: Callable[[], bytes | None]) -> int:
        """The number of the first rule that drops the event; 0 to keep it.

        `rules`: its list of rules as in the record, called only if it is needed.
        """
        left = _last_step(plan, raw).left
        if left and (left & self._asking_rules or not _member(raw, plan.applied_action)):
            mask, action = self._by_text[rules()]
            left = self._by_action(left & mask, plan, raw, action)
        return self._sampled(left, plan, raw)

    def number_by_lists(self, plan: Plan, raw: Raw) -> int | None:
        """The same for an event whose rules are the lists that the source has of them. None if ids,
        tags and actions are not enough to decide.
        """
        return self._by_lists(_last_step(plan, raw).left, plan, raw)

    def numbers_by_lists(
        self, plans: Sequence[Plan | None], raws: Sequence[Raw]
    ) -> list[int | None]:
        """The same for several events, whose lists are looked through together.

        `plans`: None for an event that is to be kept.
        """
        numbers: list[int | None] = [0] * len(plans)
        waiting: list[Waiting] = []
        for at, (plan, raw) in enumerate(zip(plans, raws)):
            if plan is None:
                continue
            # As `_last_step` and `_by_lists`, by what is known, without a call for each event.
            step, members = plan.start, plan.members
            while (member := step.member) != LAST:
                step = step[raw[members[member]]]
            left = step.left
            if left:
                for asking, masks, place in plan.lists:
                    if left & asking:
                        left &= masks.get(raw[place], _UNKNOWN)[0]
                if left:
                    waiting.append((at, left, 0, plan, raw))
        for number, masks in enumerate(self._lists.values()):
            waiting = _left_by_list(number, masks, waiting)
        for at, left, undecided, plan, raw in waiting:
            numbers[at] = self._by_all(left, undecided, plan, raw)
        return numbers

    def _by_lists(self, left: int, plan: Plan, raw: Raw) -> int | None:
        """The number, by the rules that the members leave."""
        undecided = 0
        for asking, masks, place in plan.lists:
            if left & asking:
                leaves, of_all_lists = masks[raw[place]]
                left &= leaves
                undecided |= of_all_lists
        return self._by_all(left, undecided, plan, raw)

    def _by_all(self, left: int, undecided: int, plan: Plan, raw: Raw) -> int | None:
        """The number, by the rules that members and single lists leave. `undecided`: those of them
        about which only all lists together can tell.
        """
        if not left:
            return 0
        if left & undecided or not _member(raw, plan.applied_action):
            mask, action = self._by_all_lists[plan.all_lists(raw)]
            if mask is None:
                return None
            left = self._by_action(left & mask, plan, raw, action)
        return self._sampled(left, plan, raw)

    def _by_action(self, left: int, plan: Plan, raw: Raw, action: bytes | None) -> int:
        """The rules that are left by the action. `action`: of the list of rules."""
        if not left or _member(raw, plan.applied_action):
            return left
        return left & self._by_rules_action(action or _member(raw, plan.slow_post_action) or None)

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


def _last_step(plan: Plan, raw: Raw) -> Step:
    """What the members of an event leave."""
    step, members = plan.start, plan.members
    while (member := step.member) != LAST:
        step = step[raw[members[member]]]
    return step


def _left_by_list(number: int, masks: ListMasks, events: Sequence[Waiting]) -> list[Waiting]:
    """The events of which a list leaves rules. Those of its texts that are new are looked through
    together. `number`: of the list.
    """
    new = []
    for _, left, _, plan, raw in events:
        asking, _, place = plan.lists[number]
        if left & asking and (text := raw[place]) and text not in masks:
            new.append(text)
    masks.learn(new)
    found = []
    for at, left, undecided, plan, raw in events:
        asking, _, place = plan.lists[number]
        leaves, of_all_lists = masks[raw[place]] if left & asking else (left, 0)
        if left & leaves:
            found.append((at, left & leaves, undecided | of_all_lists, plan, raw))
    return found


def _taker(indexes: Sequence[int | None]) -> Callable[[Raw], Lists]:
    return lambda raw: tuple(None if index is None else raw[index] for index in indexes)


def _member(raw: Raw, index: int | None) -> bytes | None:
    return None if index is None else raw[index]


def _is_kept(request_id: bytes | None, sample: int) -> bool:
    """Whether an event is of the sample. One without a request id always is."""
    if not request_id:
        return True
    return int.from_bytes(sha256(request_id).digest()[:4], "big") % sample == 0
