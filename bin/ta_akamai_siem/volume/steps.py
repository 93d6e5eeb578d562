"""The steps in which the members of an event decide which rules of `drop` are left.

A step asks for the value of one member, and each value leads to the next step. It asks only for a
member that a rule that is left asks for, so it takes few steps until no rule is left. Where values
lead that come again is known: then a step is a look into a dictionary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .masks import Masks

LAST = -1
"""Instead of the number of a member."""
REMEMBERED = 4_000
"""Values whose next step is known. When there are more, all are forgotten."""
REMEMBERED_LENGTH = 256
"""Bytes of the longest value that is remembered."""


class Step(dict[Optional[bytes], "Step"]):
    """By the value of a member, the next step.

    `member`: its number; LAST if no more members are asked for. `left`: the rules that are left.
    """

    __slots__ = ("_by_left", "_left_by", "_members", "_steps", "left", "member")

    def __init__(self, steps: Steps, left: int, members: tuple[int, ...]) -> None:
        super().__init__()
        self._steps = steps
        self._members = members
        self._by_left: dict[int, Step] = {}
        self.left = left
        self.member = members[0] if members else LAST
        if members:
            self._left_by = steps.masks[self.member].of

    def __missing__(self, value: bytes | None) -> Step:
        left = self.left & self._left_by(value)
        found = self._by_left.get(left)
        if found is None:
            found = self._by_left[left] = self._steps.step(left, self._members[1:])
        if value is None or len(value) <= REMEMBERED_LENGTH:
            steps = self._steps
            steps.remembered += 1
            if steps.remembered > REMEMBERED:
                steps.forget()
            self[value] = found
        return found

    def forget(self) -> None:
        """Forget where values lead."""
        self.clear()
        self._by_left.clear()


class Steps:
    """All steps of some rules. `masks`: of the members that they ask for, in the order in which
    they are asked for. `remembered`: the number of values whose next step is known.
    """

    def __init__(self, masks: Sequence[Masks]) -> None:
        self.masks = masks
        self._starts: list[Step] = []
        self._known: dict[tuple[int, tuple[int, ...]], Step] = {}
        self.remembered = 0

    def start(self, left: int, places: Sequence[int | None]) -> Step:
        """The first step for events of a shape. `places`: where the values of the members are; None
        for a member that the events do not have.
        """
        for masks, place in zip(self.masks, places):
            if place is None:
                left &= masks.of(None)
        there = (member for member, place in enumerate(places) if place is not None)
        start = self.step(left, tuple(there))
        self._starts.append(start)
        return start

    def forget(self) -> None:
        """Forget where values lead; one is remembered next."""
        # All other steps are only known from these.
        for start in self._starts:
            start.forget()
        self._known.clear()
        self.remembered = 1

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
