"""Records the last pages of a run, to go back to one of them if splunkd closes the pipe.

splunkd may close its end of the pipe before it has read everything, for example if an input is
edited or disabled. The unread records are lost, although the checkpoint may have moved past them.
Therefore a run does not end before splunkd has read all of its output, has closed the pipe, or has
stopped the input.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from ta_akamai_siem.errors import CollectionError, LeaseLost, PipeClosed, StopRequested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ta_akamai_siem.splunk.log import Log

    from .surroundings import StopFlag, Writer

PATIENCE = 0.5
"""Seconds that splunkd has to read the rest. Well within `stop_signal.GRACE`."""
_KEPT = 10_000
"""Number of pages: larger than the number of events that fit into a pipe."""


class Place(Protocol):
    """The plan that a page was requested with, as `cursor.Cursor`."""

    @property
    def position(self) -> str: ...


class Pipe(Protocol):
    """As `event_stream.EventStream`."""

    def unread(self, patience: float) -> int: ...

    def wait_until_read(self, check: Callable[[], None]) -> None: ...


_Place = TypeVar("_Place", bound=Place)


class Trail(Generic[_Place]):
    """`pipe`: to splunkd. `save`: saves a position."""

    def __init__(
        self, writer: Writer, pipe: Pipe, stop: StopFlag, log: Log, save: Callable[[_Place], object]
    ) -> None:
        self._writer = writer
        self._pipe = pipe
        self._stop = stop
        self._log = log
        self._save = save
        self._places: deque[_Place] = deque(maxlen=_KEPT)

    def add(self, place: _Place) -> None:
        """Add the place of a page that is about to be written."""
        self._places.append(place)

    @contextlib.contextmanager
    def followed(self) -> Iterator[None]:
        """Around the loop of a run: if splunkd leaves the pipe unread, go back to what it has read.

        Raises the error of the block, and PipeClosed, StopRequested.
        """
        try:
            try:
                yield
            except (LeaseLost, PipeClosed, StopRequested):
                raise
            except CollectionError:
                self._pipe.wait_until_read(self._stop.check)
                raise
            self._pipe.wait_until_read(self._stop.check)
        except (PipeClosed, StopRequested):
            self._go_back()
            raise

    def _go_back(self) -> None:
        back = self._back()
        if back is not None:
            with contextlib.suppress(CollectionError), self._stop.insisting():
                self._save(back)

    def _back(self) -> _Place | None:
        """Correct the progress record and return the place to continue from.

        None if splunkd has read everything.
        """
        unread = self._pipe.unread(PATIENCE)
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
