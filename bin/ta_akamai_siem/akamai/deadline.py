"""Ends a request that takes too long, even if bytes keep arriving.

A socket's own timeout restarts with each byte. Therefore each wait for bytes is limited to the time
left until the request's deadline, including waits for a proxy's response and for a header. A TLS
handshake needs no extra limit: the timeout of `SSLSocket.do_handshake` covers all of it.
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
    """The deadline of the current request. Without one, sockets use their own timeout."""

    def __init__(self) -> None:
        self._end = float("inf")

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Set the deadline until the block is left."""
        self._end = time.monotonic() + seconds
        try:
            yield
        finally:
            self._end = float("inf")

    @property
    def left(self) -> float:
        """Seconds left, infinite without a deadline. Raises TimeoutError after the deadline."""
        left = self._end - time.monotonic()
        if left <= 0:
            what = "the answer took too long"
            raise TimeoutError(what)
        return left

    @contextlib.contextmanager
    def waiting(self, waits: socket.socket) -> Iterator[None]:
        """Limit one wait for bytes on the socket `waits`."""
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
    """Apply the deadline to the sockets that `context` makes, and to a proxy's sockets before TLS.

    Returns the class of connection pool to use.
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
