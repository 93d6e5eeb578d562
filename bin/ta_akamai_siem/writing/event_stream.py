"""Records into splunkd's pipe, as the XML stream that modular inputs speak.

An `<event>` without `unbroken` is one finished event, and holds `<time>` and `<data>` only: host,
index, source and sourcetype are the stanza's. Large pieces are written straight to the descriptor,
so that what is written is with splunkd and not in a buffer of ours.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from array import array
from typing import TYPE_CHECKING

from ta_akamai_siem.errors import PipeClosed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ta_akamai_siem.record.event import Record

with contextlib.suppress(ImportError):
    import fcntl
    import termios

PIPE_MAX = 1 << 20
"""Bytes that a pipe can hold, unless an administrator has allowed more; usual are 64 KB.

https://man7.org/linux/man-pages/man7/pipe.7.html
"""
_LOOK = 0.01
"""Seconds between two looks at how much of it is unread."""
_BEGIN = b"<stream>\n"
_END = b"</stream>\n"
# JSON never holds these control characters, so they can stand for our markup while the block's
# own `&`, `<` and `>` are escaped, all of it in a few passes over a large piece.
_OPEN, _BETWEEN, _CLOSE = "\x01", "\x02", "\x03"
_MARKUP = (
    (b"&", b"&amp;"),
    (b"<", b"&lt;"),
    (b">", b"&gt;"),
    (b"\x01", b"<event><time>"),
    (b"\x02", b"</time><data>"),
    (b"\x03", b"</data></event>\n"),
)


def event_elements(records: Iterable[Record]) -> bytes:
    """The `<event>` elements of records, each on a line."""
    data = "".join([f"{_OPEN}{r.time}{_BETWEEN}{r.text}{_CLOSE}" for r in records]).encode()
    for plain, markup in _MARKUP:
        data = data.replace(plain, markup)
    return data


class EventStream:
    """splunkd's end of the pipe. `blocked`: seconds spent in writing, that is, waiting for it.
    `written`: bytes that the pipe has taken.
    """

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._open = False
        self._whole = True
        self.blocked = 0.0
        self.written = 0

    def write(self, elements: bytes) -> None:
        """Hand over whole elements. Raises PipeClosed; a stop may be thrown through it."""
        if not self._open:
            elements = _BEGIN + elements
            self._open = True
        self._whole = False
        self._write_all(elements)
        self._whole = True

    def close(self) -> None:
        """End the document, unless nothing was written or an element was cut off."""
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
            # EPIPE, or on Windows EINVAL: whoever read the pipe is gone.
            what = "splunkd has closed the pipe"
            raise PipeClosed(what) from error
        finally:
            self.blocked += time.monotonic() - began

    def unread(self, patience: float) -> int:
        """Bytes of it that splunkd has not read. `patience`: seconds to wait until it has read all,
        unless it has closed its end.
        """
        end = time.monotonic() + patience
        while (unread := self._held()) and not self._has_left() and time.monotonic() < end:
            time.sleep(_LOOK)
        return unread

    def _held(self) -> int:
        """What the pipe holds; all that it may hold where the system does not tell (Windows)."""
        held = array("i", [0])
        try:
            fcntl.ioctl(self._descriptor, termios.FIONREAD, held)
        except (NameError, OSError):
            return min(self.written, PIPE_MAX)
        return held[0]

    def _has_left(self) -> bool:
        if not hasattr(select, "poll"):
            return False
        poll = select.poll()
        poll.register(self._descriptor, 0)
        return bool(poll.poll(0))
