"""Ends a request that takes too long, even if bytes keep arriving.

A socket's own timeout restarts with each byte. Therefore each wait for bytes is limited to the time
left until the request's deadline, including waits for a proxy's response and for a header. A TLS
handshake needs no extra limit: the timeout of `SSLSocket.do_handshake` covers all of it. A DNS
lookup and the handshake with a SOCKS proxy have no such timeout, so a connection is opened in a
thread that is abandoned at the deadline.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3.connectionpool import HTTPSConnectionPool

_TOO_LONG = "the answer took too long"


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
            raise TimeoutError(_TOO_LONG)
        return left

    def opened_in_time(self, connect: Callable[[], socket.socket]) -> socket.socket:
        """The socket of `connect`. Raises its error, TimeoutError at the deadline."""
        if self._end == float("inf"):
            return connect()
        opened: list[socket.socket] = []
        errors: list[BaseException] = []
        is_late = threading.Event()

        def work() -> None:
            try:
                opened.append(connect())
            except BaseException as error:  # noqa: BLE001 - raised below
                errors.append(error)
            if is_late.is_set():
                _close(opened)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(self.left)
        if errors:
            raise errors[0]
        if opened:
            return opened[0]
        is_late.set()
        _close(opened)
        raise TimeoutError(_TOO_LONG)

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


class FinalResponse(http.client.HTTPResponse):
    """Skips interim responses such as 103 Early Hints, of which `http.client` skips only 100.

    https://www.rfc-editor.org/rfc/rfc9110#name-informational-1xx
    """

    def begin(self) -> None:
        super().begin()
        while _SWITCHING_PROTOCOLS < self.status < _FIRST_FINAL:
            self.headers = self.msg = None  # type: ignore[assignment]  # so that it reads another
            super().begin()


def _close(sockets: list[socket.socket]) -> None:
    for each in sockets:
        each.close()


_Pool = type["HTTPSConnectionPool"]
_SWITCHING_PROTOCOLS = 101
_FIRST_FINAL = 200


def install(context: ssl.SSLContext, deadline: Deadline) -> Callable[[_Pool], _Pool]:
    """Apply the deadline to the sockets that `context` makes.

    Returns what applies it to a class of connection pools too: to its connections before TLS.
    """

    class Secured(ssl.SSLSocket):
        def recv_into(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - as inherited
            with deadline.waiting(self):
                return super().recv_into(*args, **kwargs)

    class Plain(socket.socket):
        def recv_into(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - as inherited
            with deadline.waiting(self):
                return super().recv_into(*args, **kwargs)

    def limited(pool: _Pool) -> _Pool:
        usual_connection: Any = pool.ConnectionCls
        usual_pool: Any = pool

        class Connection(usual_connection):  # type: ignore[misc]  # of a direct or a SOCKS pool
            response_class = FinalResponse

            def _new_conn(self) -> socket.socket:
                made: socket.socket = deadline.opened_in_time(super()._new_conn)
                usual = made.gettimeout()
                plain = Plain(made.family, made.type, made.proto, fileno=made.detach())
                plain.settimeout(usual)
                return plain

        class Pool(usual_pool):  # type: ignore[misc]  # likewise
            ConnectionCls = Connection

        return Pool

    context.sslsocket_class = Secured
    return limited
