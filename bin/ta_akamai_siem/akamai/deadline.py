"""Ends a request that takes too long, however slowly and steadily it goes on.

A socket's own time-out begins anew with each byte. So each wait for bytes, those of a proxy's
answer and of a header among them, is cut to what is left until the request's deadline. A TLS
handshake needs no more: `SSLSocket.do_handshake` counts its time-out for all of it.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

if TYPE_CHECKING:
    from collections.abc import Iterator


class Deadline:
    """Of the request in hand; one at a time. Without one, sockets wait as they were told to."""

    def __init__(self) -> None:
        self._end = float("inf")

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """The deadline from now on, until the block is left."""
        self._end = time.monotonic() + seconds
        try:
            yield
        finally:
            self._end = float("inf")

    @property
    def left(self) -> float:
        """Seconds; infinite without a deadline. Raises TimeoutError once it has passed."""
        left = self._end - time.monotonic()
        if left <= 0:
            what = "the answer took too long"
            raise TimeoutError(what)
        return left

    @contextlib.contextmanager
    def waiting(self, waits: socket.socket) -> Iterator[None]:
        """For one wait of `waits` for bytes."""
        usual, left = waits.gettimeout(), self.left
        shorter = usual is None or left < usual
        if not shorter or left == float("inf"):
            yield
            return
        waits.settimeout(left)
        try:
            yield
        finally:
            waits.settimeout(usual)


def install(context: ssl.SSLContext, deadline: Deadline) -> type[HTTPSConnectionPool]:
    """Holds the sockets that `context` makes to the deadline, and those of a proxy before TLS.

    What is returned is the pool of connections to be used.
    """

    class Secured(ssl.SSLSocket):
        def recv_into(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - as inherited
            with deadline.waiting(self):
                return super().recv_into(*args, **kwargs)

    class Plain(socket.socket):
        def recv_into(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - as inherited
            with deadline.waiting(self):
                return super().recv_into(*args, **kwargs)

    class Connection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            usual = made.gettimeout()
            plain = Plain(made.family, made.type, made.proto, fileno=made.detach())
            plain.settimeout(usual)
            return plain

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    context.sslsocket_class = Secured
    return Pool
