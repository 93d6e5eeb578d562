"""Which rules of `drop` the value of a member leaves: a number with a bit for each rule.

The numbers of values that come again are known.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Optional

from .fields import ANY, EQUAL, NUMBER
from .patterns import lowered, predicate
from .record_rules import is_mitigated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .grammar import Line, Term
    from .members import Values

    Test = tuple[int, Callable[[Values], bool], bool]
    """The bit of a rule, a test of a field's values, and whether it has to be true."""

CACHED = 4_096
"""Values of a member whose numbers are known. When there are more, all are forgotten."""
CACHED_LENGTH = 256
"""Bytes of the longest value that is remembered."""
_NUMBER = re.compile(NUMBER.encode())
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    EQUAL: lambda one, other: one == other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def terms_on(name: str, lines: Sequence[Line]) -> list[Test]:
    """The terms on a field."""
    return [
        (1 << place, _test(term), term.is_positive)
        for place, line in enumerate(lines)
        for term in line.terms
        if term.field == name
    ]


def _test(term: Term) -> Callable[[Values], bool]:
    """Whether the values of the term's field match. It is false without values."""
    if term.field == "user_risk":
        return _number_test(term)
    if term.value == ANY:
        return bool
    if term.field == "client":
        network = ip_network(term.value)
        return lambda values: any(_is_in(value, network) for value in values)
    if ANY not in term.value:
        wanted = lowered(term.value)
        return lambda values: wanted in values
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


class Masks(dict[Optional[bytes], int]):
    """For each raw value of a member, the rules that it leaves. None: the member is absent.

    `asking`: the rules that the value may exclude.
    """

    def __init__(
        self, every: int, tests: Iterable[Test], values: Callable[[bytes], Values]
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


class ActionMasks(Masks):
    """By the action. Of a request that was mitigated, only rules that name the action are left."""

    def __init__(self, every: int, tests: Iterable[Test], named: int) -> None:
        super().__init__(every, tests, lambda raw: (raw.lower(),))
        self._named = named
        # A request that was mitigated is a question of each rule.
        self.asking = every

    def mask_of(self, raw: bytes | None) -> int:
        mask = super().mask_of(raw)
        return mask & self._named if is_mitigated(raw) else mask


class AppliedMasks(ActionMasks):
    """The same by the action that Akamai applied. Without one, the action is not known yet."""

    def mask_of(self, raw: bytes | None) -> int:
        return super().mask_of(raw) if raw else self._every
