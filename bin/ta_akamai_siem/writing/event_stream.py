"""Records into splunkd's pipe, as the XML stream that modular inputs speak.

An `<event>` without `unbroken` is one finished event, and holds `<time>` and `<data>` only: host,
index, source and sourcetype are the stanza's. Large pieces are written straight to the descriptor,
so that what is written is with splunkd and not in a buffer of ours.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from typing import TYPE_CHECKING

from ta_akamai_siem.errors import PipeClosed

try:
    import fcntl
    from termios import FIONREAD
except ImportError:  # Windows
    _CAN_LOOK = False
else:
    _CAN_LOOK = True

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ta_akamai_siem.record.event import Record

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


_LOOK = 0.005
"""Seconds between two looks into the pipe."""


def _unread(descriptor: int) -> int | None:
    """Bytes in the pipe that ends at our `descriptor`; None where the system cannot tell."""
    try:
        if not _CAN_LOOK or not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return None
        answer = fcntl.ioctl(descriptor, FIONREAD, bytes(4))
    except OSError:
        return None
    return int.from_bytes(answer, sys.byteorder)


def event_elements(records: Iterable[Record]) -> bytes:
    """The `<event>` elements of records, each on a line."""
    text = "".join([f"{_OPEN}{r.time}{_BETWEEN}{r.text}{_CLOSE}" for r in records])
    data = text.encode("utf-8")
    for plain, markup in _MARKUP:
        data = data.replace(plain, markup)
    return data


class EventStream:
    """splunkd's end of the pipe. `blocked`: seconds spent in writing, that is, waiting for it."""

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._open = False
        self._whole = True
        self.blocked = 0.0

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

    def is_read(self, within: float) -> bool:
        """Whether splunkd has taken all that was written out of the pipe, `within` seconds.

        False also where the system cannot tell.
        """
        deadline = time.monotonic() + within
        while (unread := _unread(self._descriptor)) and time.monotonic() < deadline:
            time.sleep(_LOOK)
        return unread == 0

    def _write_all(self, data: bytes) -> None:
        rest = memoryview(data)
        began = time.monotonic()
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            # EPIPE, or on Windows EINVAL: whoever read the pipe is gone.
            what = "splunkd has closed the pipe"
            raise PipeClosed(what) from error
        finally:
            self.blocked += time.monotonic() - began
