"""Loads and saves the position of an input. No run fetches anything without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from .history import Codec, Rewind
    from .lease import Lease

_Position = TypeVar("_Position")


class Stored(Generic[_Position]):
    """`saved_at`: by the clock of the host that saved it. `rewind`: set if the run went back from
    the last saved position because splunkd may have died.
    """

    def __init__(self, position: _Position, saved_at: float, rewind: Rewind | None = None) -> None:
        self.position = position
        self.saved_at = saved_at
        self.rewind = rewind


class Checkpoint(Generic[_Position]):
    """The position of one input. `lease`: already taken."""

    def __init__(self, codec: Codec[_Position], lease: Lease) -> None:
        self._codec = codec
        self._lease = lease
        self._anew = False

    def load(self) -> Stored[_Position] | None:
        """None if the input has never run or was reset. Raises CheckpointUnusable."""
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
        """Never go back beyond the next saved position: earlier ones have other settings."""
        self._anew = True
