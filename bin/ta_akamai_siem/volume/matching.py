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
from .rule_masks import OF_LISTS, OF_RULES, ListMasks, ListsMasks, RulesMasks
from .steps import LAST, Steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .grammar import Line
    from .rule_masks import Decoders, Lists
    from .steps import Step

    Places = tuple[Optional[int], ...]
    NewList = tuple[ListMasks, bytes]


class Raw(Protocol):
    """The values of an event's members, of which an absent one is None."""

    def __getitem__(self, index: int, /) -> Optional[bytes]:
        """The value at a place."""


CACHED = 1_024
"""Actions of lists of rules whose numbers are known."""
_NOWHERE = -1
"""Instead of the index of a member that an event does not have."""


class Plan(NamedTuple):
    """How the events of a shape are looked at.

    `start`: the first step. `members`: of each member that terms ask for, the index among an
    event's values; no step asks for one that the event does not have. `lists`: the same of lists.
    `all_lists`: takes the ids, tags and actions.
    `applied_action`, `slow_post_action`, `request_id`: indexes. None for what the events do not
    have.
    """

    start: Step
    members: tuple[int, ...]
    lists: tuple[Optional[int], ...]
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
        self._steps = Steps([*self._masks.values()], [*self._lists.values()])
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
        return Plan(
            self._steps.start(self._every, members),
            tuple(_NOWHERE if index is None else index for index in members),
            tuple(place[name] for name in self._lists),
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
        step = _last_step(plan, raw)
        return self._by_lists(step, plan, raw) if step.left else 0

    def numbers_by_lists(
        self, plans: Sequence[Plan | None], raws: Sequence[Raw]
    ) -> list[int | None]:
        """The same for several events, whose lists are decoded together.

        `plans`: None for an event that is to be kept.
        """
        numbers: list[int | None] = [0] * len(plans)
        new: list[NewList] = []
        undecided = []
        for at, (plan, raw) in enumerate(zip(plans, raws)):
            if plan is None:
                continue
            # As `_last_step`, without a call for each event.
            step, members = plan.start, plan.members
            while (member := step.member) != LAST:
                step = step[raw[members[member]]]
            left = step.left
            for number, masks in step.lists:
                place = plan.lists[number]
                text = None if place is None else raw[place]
                known = masks.get(text)
                if known is not None:
                    left &= known[0]
                elif text:
                    new.append((masks, text))
            if left:
                undecided.append((at, step, plan, raw))
        self._learn(new)
        for at, step, plan, raw in undecided:
            numbers[at] = self._by_lists(step, plan, raw)
        return numbers

    def _by_lists(self, step: Step, plan: Plan, raw: Raw) -> int | None:
        """The number for an event of which some rules are left. `step`: its last."""
        left, undecided = step.left, 0
        for number, masks in step.lists:
            place = plan.lists[number]
            leaves, of_all_lists = masks[None if place is None else raw[place]]
            left &= leaves
            undecided |= of_all_lists
        if not left:
            return 0
        if left & undecided or not _member(raw, plan.applied_action):
            mask, action = self._by_all_lists[plan.all_lists(raw)]
            if mask is None:
                return None
            left = self._by_action(left & mask, plan, raw, action)
        return self._sampled(left, plan, raw)

    def _learn(self, new: Sequence[NewList]) -> None:
        """Decode lists together."""
        for masks in self._lists.values():
            masks.learn(text for asked, text in new if asked is masks)

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


def _taker(indexes: Sequence[int | None]) -> Callable[[Raw], Lists]:
    return lambda raw: tuple(None if index is None else raw[index] for index in indexes)


def _member(raw: Raw, index: int | None) -> bytes | None:
    return None if index is None else raw[index]


def _is_kept(request_id: bytes | None, sample: int) -> bool:
    """Whether an event is of the sample. One without a request id always is."""
    if not request_id:
        return True
    return int.from_bytes(sha256(request_id).digest()[:4], "big") % sample == 0
