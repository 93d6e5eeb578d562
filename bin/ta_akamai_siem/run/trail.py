"""The pages that a run has written last, to go back to one of them when splunkd leaves.

splunkd may close its end of the pipe before it has read all, as when an input is edited or
disabled. What it has not read was given to nobody, though the checkpoint may have moved past it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.splunk.log import Log

    from .surroundings import Writer

PATIENCE = 0.5
"""Seconds that splunkd has to read the rest, well within `stop_signal.GRACE`."""
_KEPT = 10_000
"""More pages than the events that a pipe can hold."""


class Place(Protocol):
    """What a page is asked for with, as `cursor.Cursor`."""

    @property
    def position(self) -> str: ...


_Place = TypeVar("_Place", bound=Place)


class Trail(Generic[_Place]):
    """`unread`: bytes in the pipe, after that many seconds of waiting for none."""

    def __init__(self, writer: Writer, unread: Callable[[float], int], log: Log) -> None:
        self._writer = writer
        self._unread = unread
        self._log = log
        self._places: deque[_Place] = deque(maxlen=_KEPT)

    def add(self, place: _Place) -> None:
        """Of a page that is about to be written."""
        self._places.append(place)

    def back(self) -> _Place | None:
        """Where to go on from, the progress record being put right; None where all was read."""
        unread = self._unread(PATIENCE)
        if not unread:
            return None
        position = self._writer.read_up_to(unread)
        found = [place for place in self._places if place.position == position]
        if not found:
            return None
        self._log.warning(
            "pipe.unread", bytes=unread, reason="splunkd has left without reading all"
        )
        return found[-1]
