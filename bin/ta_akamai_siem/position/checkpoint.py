"""Where an input stands, as a position of its kind. Without it nothing is fetched, ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Optional, TypeVar

if TYPE_CHECKING:
    from .history import Codec, Rewind
    from .lease import Lease

_Position = TypeVar("_Position")


@dataclass(frozen=True)
class Stored(Generic[_Position]):
    """`saved_at`: when, by the clock of the host that saved it. `rewind`: set where the position is
    not the last one saved, splunkd having died since.
    """

    position: _Position
    saved_at: float
    rewind: Optional[Rewind] = None


class Checkpoint(Generic[_Position]):
    """The position of one input. `lease`: taken already."""

    def __init__(self, codec: Codec[_Position], lease: Lease) -> None:
        self._codec = codec
        self._lease = lease
        self._anew = False

    def load(self) -> Stored[_Position] | None:
        """None where the input has never run, or was reset. Raises CheckpointUnusable."""
        entry = self._lease.newest
        if entry.position is None:
            return None
        return Stored(self._codec.read(entry.position), entry.saved_at, self._lease.rewind)

    def save(self, position: _Position, saved_at: float) -> None:
        """`saved_at`: this host's clock.

        Raises LeaseLost, CheckpointUnavailable once retries are used up, CheckpointUnusable.
        """
        self._lease.save(self._codec.write(position), saved_at, anew=self._anew)
        self._anew = False

    def start_anew(self) -> None:
        """The next position saved has no past: what was saved before belongs to something else."""
        self._anew = True
