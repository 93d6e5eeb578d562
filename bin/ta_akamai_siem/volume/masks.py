"""Which rules of `drop` the value of a member leaves: a number with a bit for each rule."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from .fields import ANY, EQUAL, NUMBER
from .patterns import lowered, predicate
from .record_rules import is_mitigated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .grammar import Line, Term
    from .members import Values

    Test = Callable[[Values], bool]
    """Of a field's values."""

_NUMBER = re.compile(NUMBER.encode())
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    EQUAL: lambda one, other: one == other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def terms_on(name: str, lines: Sequence[Line]) -> list[tuple[int, Term]]:
    """The terms on a field, each with the bit of its rule."""
    return [
        (1 << place, term)
        for place, line in enumerate(lines)
        for term in line.terms
        if term.field == name
    ]


class Masks:
    """The rules that each raw value of a member leaves.

    `every`: all rules. `terms`: on the field. `asking`: the rules that the value may exclude.
    """

    def __init__(
        self, every: int, terms: Iterable[tuple[int, Term]], values: Callable[[bytes], Values]
    ) -> None:
        self._values = values
        self.asking = 0
        self._exact: list[tuple[int, bytes, bool]] = []
        self._tests: list[tuple[int, Test, bool]] = []
        self._every = every
        for bit, term in terms:
            self.asking |= bit
            test = _test(term)
            if test is None:
                self._exact.append((bit, lowered(term.value), term.is_positive))
            else:
                self._tests.append((bit, test, term.is_positive))
        # One look tells what most terms say about a value.
        wanted = {value for _, value, _ in self._exact}
        self._by_value = {value: self._of_exact(every, (value,)) for value in wanted}
        self._by_other = self._of_exact(every, (b"other than ".join([b"", *wanted]),))
        self._by_none = self._left(self._of_exact(every, ()), ())

    def of(self, raw: bytes | None) -> int:
        """`raw`: None if the member is absent."""
        return self._by_none if raw is None else self.of_values(self._values(raw))

    def of_values(self, values: Values) -> int:
        """`values`: of the field, lowered."""
        if len(values) == 1:
            mask = self._by_value.get(values[0], self._by_other)
        else:
            mask = self._of_exact(self._every, values)
        return self._left(mask, values) if self._tests else mask

    def _left(self, mask: int, values: Values) -> int:
        for bit, test, wanted in self._tests:
            if mask & bit and test(values) is not wanted:
                mask &= ~bit
        return mask

    def _of_exact(self, mask: int, values: Values) -> int:
        for bit, value, wanted in self._exact:
            if (value in values) is not wanted:
                mask &= ~bit
        return mask


class ActionMasks(Masks):
    """By the action. Of a request that was mitigated, only rules that name the action are left.

    `terms`: on the action. `named`: the rules that name it. `without`: the rules that are left
    without an action; None: as the terms say.
    """

    def __init__(
        self,
        every: int,
        terms: Iterable[tuple[int, Term]],
        named: int,
        without: int | None = None,
    ) -> None:
        super().__init__(every, terms, lambda raw: (raw.lower(),))
        self._named = named
        self._without = self._by_none if without is None else without
        # A request that was mitigated is a question of each rule.
        self.asking = every

    def of(self, raw: bytes | None) -> int:
        if not raw:
            return self._without
        # As `of_values`, without a call for each action that is new.
        value = raw.lower()
        mask = self._by_value.get(value, self._by_other)
        if self._tests:
            mask = self._left(mask, (value,))
        return mask & self._named if is_mitigated(raw) else mask


def _test(term: Term) -> Test | None:
    """Whether the values of the term's field match. It is false without values. None: whether the
    term's value is one of them.
    """
    if term.field == "user_risk":
        return _number_test(term)
    if term.value == ANY:
        return bool
    if term.field == "client":
        network = ip_network(term.value)
        return lambda values: any(_is_in(value, network) for value in values)
    if ANY not in term.value:
        return None
    match = predicate(term.value)
    return lambda values: any(map(match, values))


def _number_test(term: Term) -> Test:
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
