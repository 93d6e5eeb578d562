"""The median, minimum and maximum of several runs."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Spread:
    """Stored in JSON as a list of the three."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(median(values), min(values), max(values))

    def as_list(self) -> list[float]:
        return [self.median, self.least, self.most]

    def shown(self, digits: int = 0) -> str:
        least, most = f"{self.least:,.{digits}f}", f"{self.most:,.{digits}f}"
        middle = f"{self.median:,.{digits}f}"
        return middle if least == most == middle else f"{middle} ({least} to {most})"
