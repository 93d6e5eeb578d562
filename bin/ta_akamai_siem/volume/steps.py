"""The steps in which the members of an event decide which rules of `drop` are left.

A step asks for the value of one member, and each value leads to the next step. It asks only for a
member that a rule that is left asks for, so it takes few steps until no rule is left. The last step
tells which rules are left, and which lists they ask for. Where values lead that come again is
known: then a step is a look into a dictionary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .masks import Masks
    from .rule_masks import ListMasks

LAST = -1
"""Instead of the number of a member."""
REMEMBERED = 4_000
"""Values whose next step is known. When there are more, all are forgotten."""
REMEMBERED_LENGTH = 256
"""Bytes of the longest value that is remembered."""


class Step(dict[Optional[bytes], "Step"]):
    """By the value of a member, the next step.

    `member`: its number; LAST if no more members are asked for. `left`: the rules that are left.
    `lists`: of the last step, the numbers and masks of the lists that these rules ask for.
    """

    __slots__ = ("_by_left", "_left_by", "_members", "_steps", "left", "lists", "member")

    def __init__(self, steps: Steps, left: int, members: tuple[int, ...]) -> None:
        super().__init__()
        self._steps = steps
        self._members = members
        self._by_left: dict[int, Step] = {}
        self.left = left
        if members:
            self.member = members[0]
            self._left_by = steps.masks[self.member].of
            self.lists: tuple[tuple[int, ListMasks], ...] = ()
        else:
            self.member = LAST
            self.lists = steps.lists(left)

    def __missing__(self, value: bytes | None) -> Step:
        left = self.left & self._left_by(value)
        found = self._by_left.get(left)
        if found is None:
            found = self._by_left[left] = self._steps.step(left, self._members[1:])
        if value is None or len(value) <= REMEMBERED_LENGTH:
            self._steps.remember()
            self[value] = found
        return found

    def forget(self) -> None:
        """Forget where values lead."""
        self.clear()
        self._by_left.clear()


class Steps:
    """All steps of some rules. `masks`: of the members that they ask for, in the order in which
    they are asked for. `lists`: of lists.
    """

    def __init__(self, masks: Sequence[Masks], lists: Sequence[ListMasks]) -> None:
        self.masks = masks
        self._lists = lists
        self._starts: list[Step] = []
        self._known: dict[tuple[int, tuple[int, ...]], Step] = {}
        self._remembered = 0

    def start(self, left: int, places: Sequence[int | None]) -> Step:
        """The first step for events of a shape. `left`: all rules. `places`: where the values of
        the members are; None for a member that the events do not have.
        """
        for masks, place in zip(self.masks, places):
            if place is None:
                left &= masks.of(None)
        there = (member for member, place in enumerate(places) if place is not None)
        start = self.step(left, tuple(there))
        self._starts.append(start)
        return start

    def lists(self, left: int) -> tuple[tuple[int, ListMasks], ...]:
        """Those that rules ask for."""
        return tuple((at, masks) for at, masks in enumerate(self._lists) if left & masks.asking)

    def remember(self) -> None:
        """Count one value more."""
        self._remembered += 1
        if self._remembered > REMEMBERED:
            # All others are only known from these.
            for start in self._starts:
                start.forget()
            self._known.clear()
            self._remembered = 1

    def step(self, left: int, members: tuple[int, ...]) -> Step:
        """For the rules that are left, and the members that were not asked for yet."""
        step = self._known.get((left, members))
        if step is None:
            asked = tuple(each for each in members if left & self.masks[each].asking)
            step = self._known.get((left, asked))
            if step is None:
                step = self._known[left, asked] = Step(self, left, asked)
            self._known[left, members] = step
        return step
