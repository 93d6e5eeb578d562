"""From runs to figures: medians with their spread, and ratios taken round by round."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.measured.bench.measured import Measured


@dataclass(frozen=True)
class Spread:
    """The median of some runs, and the least and the most of them."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(median(values), min(values), max(values))

    def shown(self, digits: int = 0) -> str:
        return f"{self.median:,.{digits}f} ({self.least:,.{digits}f} to {self.most:,.{digits}f})"


@dataclass(frozen=True)
class Series:
    """All runs of one contestant with one plan. `events`, `size` (bytes, decompressed): of each."""

    events: int
    size: int
    runs: tuple[Measured, ...]

    @property
    def per_core(self) -> Spread:
        """Events a second of CPU time, start and end of the process included."""
        return Spread.of([self.events / run.cpu for run in self.runs])

    @property
    def per_second(self) -> Spread:
        """Events a second as the clock on the wall has it."""
        return Spread.of([self.events / run.wall for run in self.runs])

    @property
    def microseconds(self) -> Spread:
        """Of CPU, for each event."""
        return Spread.of([run.cpu / self.events * 1e6 for run in self.runs])

    @property
    def megabytes(self) -> float:
        """A second, decompressed."""
        return self.per_second.median * self.size / self.events / 1e6

    @property
    def peak(self) -> float:
        """Megabytes (2**20) of the largest process in any run."""
        return max(run.peak for run in self.runs) / (1 << 20)


def cpu_ratio(slower: Series, faster: Series) -> Spread:
    """How many times as much CPU an event costs the one, round by round."""
    return _ratio([run.cpu / slower.events for run in slower.runs], faster, "cpu")


def wall_ratio(slower: Series, faster: Series) -> Spread:
    """The same of the time on the clock."""
    return _ratio([run.wall / slower.events for run in slower.runs], faster, "wall")


def _ratio(slower: Sequence[float], faster: Series, of: str) -> Spread:
    each = [getattr(run, of) / faster.events for run in faster.runs]
    # A contestant too slow for every round is held against the others with the rounds it has.
    return Spread.of([one / other for one, other in zip(slower, each)])
