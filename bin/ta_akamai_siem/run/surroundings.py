"""What the loops of both kinds need of the world outside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import contextlib


class Bulletin(Protocol):
    """Splunk's messages, as `splunk.bulletin.Bulletin`."""

    def gap(self, text: str) -> None: ...


class StopFlag(Protocol):
    """Whether splunkd wants us to end, as `splunk.stop_signal.Stop`."""

    def check(self) -> None: ...

    def interruptible(self) -> contextlib.AbstractContextManager[None]: ...
