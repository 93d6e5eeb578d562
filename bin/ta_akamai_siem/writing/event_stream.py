"""Writes records to splunkd's pipe, in the XML streaming mode of modular inputs.

An `<event>` without `unbroken` is one complete event. It has `<time>` and `<data>` only: host,
index, source and sourcetype come from the stanza. Data is written directly to the descriptor, so
that none of it stays in a buffer of this process.
https://help.splunk.com/en/splunk-enterprise/developing-views-and-apps-for-splunk-web/9.3/modular-inputs
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
# JSON text never has these control characters, so they can represent the markup while `&`, `<` and
# `>` of the records are escaped, in a few passes over the whole block.
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
    """The `<event>` elements of records, one per line."""
    text = "".join([f"{_OPEN}{r.time}{_BETWEEN}{r.text}{_CLOSE}" for r in records])
    data = text.encode("utf-8")
    for plain, markup in _MARKUP:
        data = data.replace(plain, markup)
    return data


class EventStream:
    """The pipe to splunkd. `blocked`: seconds spent waiting for splunkd to read."""

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._open = False
        self._whole = True
        self.blocked = 0.0

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
            # EPIPE, or EINVAL on Windows: nobody reads the pipe any more.
            what = "splunkd has closed the pipe"
            raise PipeClosed(what) from error
        finally:
            self.blocked += time.monotonic() - began
