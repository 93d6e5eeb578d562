"""How many examples the tests try, in proportion to the profile of Hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

One = TypeVar("One")
Other = TypeVar("Other")

FULL = 500
"""Examples of a test without a number of its own, when everything is tried."""


def _examples() -> int:
    number: int = settings().max_examples
    return number


def is_everything() -> bool:
    """Whether this run tries everything: `make test-all`, mutants, the search for new examples."""
    return _examples() >= FULL


def at_most(number: int) -> int:
    """`number` if this run tries everything, otherwise a part of it."""
    return max(1, min(number, number * _examples() // FULL))


def combined(ones: Sequence[One], others: Sequence[Other]) -> list[tuple[One, Other]]:
    """All pairs if this run tries everything, otherwise a third, with each value at least once."""
    return [
        (one, other)
        for row, one in enumerate(ones)
        for column, other in enumerate(others)
        if is_everything() or row % 3 == column % 3
    ]
