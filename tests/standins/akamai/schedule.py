"""When the events of one load are stored, and when they happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Schedule:
    """The storage times of ``count`` events in ascending order: spread evenly, or listed.

    Spread means from ``first`` (included) to ``last`` (excluded, unless both are equal). Events
    happen ``lag_s`` before they are stored, ``late_share`` of them ``late_by_s`` earlier still:
    these arrive after younger events.
    """

    count: int
    first: float
    last: float
    listed: Sequence[float] = ()
    lag_s: float = 2.0
    late_share: float = 0.0
    late_by_s: float = 600.0

    def __post_init__(self) -> None:
        """Check that times do not decrease; raises ValueError."""
        falling = any(earlier > later for earlier, later in zip(self.listed, self.listed[1:]))
        if self.count < 1 or self.last < self.first or falling:
            message = "a schedule needs events, and storage times that do not fall"
            raise ValueError(message)
        if self.listed and len(self.listed) != self.count:
            message = "as many storage times are needed as there are events"
            raise ValueError(message)

    def stored_at(self, index: int) -> float:
        """Return the storage time of the event at ``index``."""
        if self.listed:
            return self.listed[index]
        return self.first + (self.last - self.first) * index / self.count

    def happened_at(self, index: int) -> float:
        """Return the time at which the event at ``index`` happened."""
        late = (index * 2_654_435_761 & 0xFFFF) < self.late_share * 0x10000
        return self.stored_at(index) - self.lag_s - (self.late_by_s if late else 0.0)
