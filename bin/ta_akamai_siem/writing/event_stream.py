"""Writes records to splunkd's pipe, in the XML streaming mode of modular inputs.

An `<event>` without `unbroken` is one complete event. It has `<time>` and `<data>` only: host,
index, source and sourcetype come from the stanza. Data is written directly to the descriptor, so
that none of it stays in a buffer of this process.
https://help.splunk.com/en/splunk-enterprise/developing-views-and-apps-for-splunk-web/9.3/modular-inputs
"""

from __future__ import annotations

import os
import select
import stat
import time
from array import array
from typing import TYPE_CHECKING, Optional

from ta_akamai_siem.errors import PipeClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_TELLS = os.name == "posix"
"""Whether the system tells what a pipe holds. Windows does not."""
PIPE_MAX = 1 << 20
"""Bytes that a pipe can hold, unless an administrator has allowed more; usual are 64 KB.

https://man7.org/linux/man-pages/man7/pipe.7.html
"""
_LOOK = 0.01
"""Seconds between two looks at how much of it is unread."""
_CLOSED = "splunkd has closed the pipe"
_BEGIN = b"<stream>\n"
_END = b"</stream>\n"
# JSON text never has these control characters, so they can represent the markup while `&`, `<` and
# `>` of the records are escaped, in a few passes over the whole block.
_OPEN, _BETWEEN, _CLOSE = b"\x01", b"\x02", b"\x03"
_MARKUP = (
    (b"&", b"&amp;"),
    (b"<", b"&lt;"),
    (b">", b"&gt;"),
    (_OPEN, b"<event><time>"),
    (_BETWEEN, b"</time><data>"),
    (_CLOSE, b"</data></event>\n"),
)


def event_elements(records: Iterable[tuple[bytes, list[bytes]]]) -> bytes:
    """The `<event>` elements of records, one per line.

    `records`: the time of each, epoch seconds, and its text in pieces. One list of all pieces is
    joined in two thirds of the time of a chain of lists.
    """
    pieces: list[bytes] = []
    for moment, record in records:
        pieces += (_OPEN, moment, _BETWEEN)
        pieces += record
        pieces.append(_CLOSE)
    data = b"".join(pieces)
    for plain, markup in _MARKUP:
        data = data.replace(plain, markup)
    return data


class EventStream:
    """The pipe to splunkd. `blocked`: seconds spent waiting for splunkd to read.
    `written`: bytes that the pipe has taken. `wrote_at`: when it took the last of them, by the
    monotonic clock; None if it took none.
    """

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._open = False
        self._whole = True
        self.blocked = 0.0
        self.written = 0
        self.wrote_at: Optional[float] = None

    def write(self, elements: bytes) -> None:
        """Write whole elements. Raises PipeClosed, or StopRequested while it is blocked."""
        if not self._open:
            elements = _BEGIN + elements
            self._open = True
        self._whole = False
        self._write_all(elements)
        self._whole = True

    def close(self) -> None:
        """End the document, unless nothing was written or an element is incomplete."""
        if self._open and self._whole:
            self._open = False
            self._write_all(_END)

    def _write_all(self, data: bytes) -> None:
        rest = memoryview(data)
        began = time.monotonic()
        try:
            while rest:
                taken = os.write(self._descriptor, rest)
                self.written += taken
                rest = rest[taken:]
        except OSError as error:
            # EPIPE, or EINVAL on Windows: nobody reads the pipe any more.
            raise PipeClosed(_CLOSED) from error
        finally:
            self.wrote_at = time.monotonic()
            self.blocked += self.wrote_at - began

    def unread(self, patience: float) -> int:
        """Bytes of it that splunkd has not read. `patience`: seconds to wait until it has read all,
        unless it has closed its end.
        """
        end = time.monotonic() + patience
        while (unread := self._held()) and not self.has_left() and time.monotonic() < end:
            time.sleep(_LOOK)
        return unread

    def wait_until_read(self, check: Callable[[], None]) -> None:
        """Wait until splunkd has read all of it, if the system can tell. `check`: raises if the
        input is stopped. Raises PipeClosed if splunkd leaves before.
        """
        began = time.monotonic()
        try:
            while self._can_tell() and self._held():
                if self.has_left():
                    raise PipeClosed(_CLOSED)
                check()
                time.sleep(_LOOK)
        finally:
            self.blocked += time.monotonic() - began

    def is_read(self, within: float) -> bool:
        """Whether splunkd has taken all that was written out of the pipe, `within` seconds.

        False also where the system cannot tell.
        """
        return self._can_tell() and not self.unread(within)

    def _can_tell(self) -> bool:
        return _TELLS and stat.S_ISFIFO(os.fstat(self._descriptor).st_mode)

    def _held(self) -> int:
        """What the pipe holds; all that it may hold where the system does not tell (Windows)."""
        held = array("i", [0])
        try:
            if not _TELLS:
                return min(self.written, PIPE_MAX)
            # Loaded when the first page has been written, not before the first request.
            from fcntl import ioctl
            from termios import FIONREAD

            ioctl(self._descriptor, FIONREAD, held)
        except OSError:
            return min(self.written, PIPE_MAX)
        return held[0]

    def has_left(self) -> bool:
        """Whether splunkd has closed its end. False also where the system cannot tell."""
        if not hasattr(select, "poll"):
            return False
        poll = select.poll()
        poll.register(self._descriptor, 0)
        return bool(poll.poll(0))
