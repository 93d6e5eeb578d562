"""Records the last pages of a run, to go back to one of them if splunkd closes the pipe.

splunkd may close its end of the pipe before it has read everything, for example if an input is
edited or disabled. The unread records are lost, although the checkpoint may have moved past them.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.splunk.log import Log

    from .surroundings import Writer

PATIENCE = 0.5
"""Seconds that splunkd has to read the rest. Well within `stop_signal.GRACE`."""
_KEPT = 10_000
"""Number of pages: larger than the number of events that fit into a pipe."""


class Place(Protocol):
    """The plan that a page was requested with, as `cursor.Cursor`."""

    @property
    def position(self) -> str: ...


_Place = TypeVar("_Place", bound=Place)


class Trail(Generic[_Place]):
    """`unread`: waits up to that many seconds for an empty pipe, returns the bytes left in it."""

    def __init__(self, writer: Writer, unread: Callable[[float], int], log: Log) -> None:
        self._writer = writer
        self._unread = unread
        self._log = log
        self._places: deque[_Place] = deque(maxlen=_KEPT)

    def add(self, place: _Place) -> None:
        """Add the place of a page that is about to be written."""
        self._places.append(place)

    def back(self) -> _Place | None:
        """Correct the progress record and return the place to continue from.

        None if splunkd has read everything.
        """
        unread = self._unread(PATIENCE)
        if not unread:
            return None
        position = self._writer.read_up_to(unread)
        found = [place for place in self._places if place.position == position]
        if not found:
            return None
        self._log.warning(
            "pipe.unread", bytes=unread, reason="splunkd closed the pipe before it had read all"
        )
        return found[-1]
