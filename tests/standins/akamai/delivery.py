"""Sends a chunked body: at full speed, or slowly, stalled or truncated by a fault."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    import threading
    from collections.abc import Iterable, Iterator
    from io import BufferedIOBase

CHUNK_SIZE = 1 << 16
PIECES_A_SECOND = 20
# Enough time to send close_notify. The client need not have received it.
CLOSE_TIMEOUT_S = 0.05


class CutError(Exception):
    """A fault ends the response here; ``closed``: whether the connection has ended too."""

    def __init__(self, *, closed: bool) -> None:
        """Keep what the server needs to know."""
        super().__init__()
        self.closed = closed


@dataclass
class Manner:
    """How a body is sent. Bytes are those of the encoded body, without chunk framing."""

    stall_after: int | None = None
    stall_s: float | None = None
    bytes_per_s: float = 0.0
    time_limit_s: float | None = None
    time_limit_how: str = "fin"
    cut_after: int | None = None
    """Position at which the body ends early; negative: counted from its end."""
    cut_how: str = "rst"


class Delivery:
    """Writes one body to one connection."""

    def __init__(
        self,
        wire: BufferedIOBase,
        connection: ssl.SSLSocket,
        manner: Manner,
        release: threading.Event,
    ) -> None:
        """Write to ``wire``, the buffered writer of ``connection``; ``release`` ends stalls."""
        self._wire = wire
        self._connection = connection
        self._manner = manner
        self._release = release
        self._started = time.monotonic()
        self.sent = 0

    def send(self, body: Iterable[bytes]) -> None:
        """Send all of ``body`` and its end; raises CutError if a fault ended it."""
        manner = self._manner
        pieces = body if manner.cut_after is None else _shortened(body, manner.cut_after)
        self._stall_if_due()
        for data in pieces:
            view = memoryview(data)
            while view:
                size = self._next_size(len(view))
                self._chunk(view[:size])
                view = view[size:]
                self._stall_if_due()
                self._pace()
        if manner.cut_after is not None:
            self.end(manner.cut_how)
        self._finish()

    def end(self, how: str) -> None:
        """End the response in the way ``how`` and raise CutError."""
        self._wire.flush()
        if how == "clean_end":
            self._finish()
        elif how == "rst":
            reset(self._connection)
        else:
            if how == "tls_close":
                self._connection.settimeout(CLOSE_TIMEOUT_S)
                with contextlib.suppress(OSError, ValueError):
                    self._connection.unwrap()
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
        raise CutError(closed=how != "clean_end")

    def _next_size(self, available: int) -> int:
        size = min(available, CHUNK_SIZE)
        if self._manner.bytes_per_s:
            size = min(size, max(1, int(self._manner.bytes_per_s / PIECES_A_SECOND)))
        stall_after = self._manner.stall_after
        if stall_after is not None and stall_after > self.sent:
            size = min(size, stall_after - self.sent)
        return size

    def _chunk(self, data: memoryview) -> None:
        self._wire.write(b"%x\r\n" % len(data))
        self._wire.write(data)
        self._wire.write(b"\r\n")
        self.sent += len(data)

    def _stall_if_due(self) -> None:
        if self._manner.stall_after is not None and self.sent >= self._manner.stall_after:
            self._manner.stall_after = None
            self._wire.flush()
            self._release.wait(self._manner.stall_s)

    def _pace(self) -> None:
        manner = self._manner
        elapsed = time.monotonic() - self._started
        left = float("inf") if manner.time_limit_s is None else manner.time_limit_s - elapsed
        if manner.bytes_per_s:
            self._wire.flush()
            ahead = self.sent / manner.bytes_per_s - elapsed
            if ahead > 0:
                time.sleep(min(ahead, max(left, 0.0)))
                left -= ahead
        if left <= 0:
            self.end(manner.time_limit_how)

    def _finish(self) -> None:
        self._wire.write(b"0\r\n\r\n")
        self._wire.flush()


def reset(connection: socket.socket) -> None:
    """Close ``connection`` with a TCP reset, even if other objects still refer to it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket(fileno=connection.detach()).close()


def _shortened(body: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the first ``size`` bytes, or all but the last ``-size``."""
    held = b""
    for data in body:
        if size < 0:
            held += data
            if len(held) > -size:
                yield held[:size]
                held = held[size:]
            continue
        if size <= len(data):
            yield data[:size]
            return
        size -= len(data)
        yield data
