"""The interfaces that the loops of both kinds need of other modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import contextlib

    from ta_akamai_siem.akamai.page import Page
    from ta_akamai_siem.position.checkpoint import Stored
    from ta_akamai_siem.writing.delivery import Delivered

Position = TypeVar("Position")


class Checkpoints(Protocol[Position]):
    """The input's position, as `position.checkpoint.Checkpoint`."""

    def load(self) -> Stored[Position] | None: ...

    def save(self, position: Position, saved_at: float) -> None: ...

    def start_anew(self) -> None: ...


class Writer(Protocol):
    """Writes pages, as `writing.delivery.Delivery` does."""

    def deliver(self, page: Page, position: str, *, behind: bool) -> Delivered: ...

    def page_saved(self) -> None: ...

    def read_up_to(self, unread: int) -> str | None: ...


class Bulletin(Protocol):
    """Splunk's Messages menu, as `splunk.bulletin.Bulletin`."""

    def gap(self, text: str) -> None: ...

    def doubt(self, text: str) -> None: ...


class StopFlag(Protocol):
    """Whether splunkd has stopped the input, as `splunk.stop_signal.Stop`."""

    def check(self) -> None: ...

    def interruptible(self) -> contextlib.AbstractContextManager[None]: ...

    def insisting(self) -> contextlib.AbstractContextManager[None]: ...
