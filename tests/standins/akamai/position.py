"""A position in the order in which events are stored."""

from __future__ import annotations

from typing import NamedTuple

LAST = (1 << 31) - 1


class Position(NamedTuple):
    """The storage order: by time, then by load, then by place in the load."""

    stored: float
    load: int
    place: int


def before(moment: float) -> Position:
    """Return the position before everything stored at ``moment``."""
    return Position(moment, -1, -1)


def after(moment: float) -> Position:
    """Return the position after everything stored at ``moment``."""
    return Position(moment, LAST, LAST)
