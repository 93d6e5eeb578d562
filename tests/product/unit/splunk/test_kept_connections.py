"""Calls to splunkd share a connection as long as that is safe."""

from __future__ import annotations

import http.server
import socket
import ssl
import struct
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.splunk import kept_connections
from ta_akamai_siem.splunk.kept_connections import KeptConnections

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE = 10.0


class Server(http.server.ThreadingHTTPServer):
    """Answers each call with its path. Counts connections; some paths are answered badly."""

    daemon_threads = True

    def __init__(self) -> None:
        self.connections = 0
        self.calls: list[str] = []
        self.closed = threading.Semaphore(0)
        self.may_answer = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def finish(self) -> None:
        super().finish()
        self.connection.close()
        self.server.closed.release()

    def do_GET(self) -> None:
        self.server.calls.append(f"{self.command} {self.path}")
        if self.path.startswith("/gone"):
            self._leave(reset=self.path == "/gone/reset")
            return
        if self.path == "/late":
            self.server.may_answer.wait(_PATIENCE)
        content = self.path.encode()
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", str(len(content) + (self.path == "/cut")))
        if self.path == "/last":
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        # Without a word before: as a splunkd that stops.
        self.close_connection = self.path in ("/leaves", "/cut")

    do_POST = do_DELETE = do_GET  # noqa: N815 - the base class's names

    def _leave(self, *, reset: bool) -> None:
        """Close without an answer, as if the call had met the end of the connection."""
        self.close_connection = True
        if reset:
            at_once = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            self.connection.close()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as started:
        thread = threading.Thread(target=started.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield started
        finally:
            started.may_answer.set()
            started.shutdown()
            thread.join()


def get(calls: KeptConnections, server: Server, path: str) -> bytes:
    return bytes(calls(server.url + path, {"method": "GET", "headers": []})["body"].read())


def test_calls_share_a_connection_whatever_their_status(server: Server) -> None:
    calls = KeptConnections(_PATIENCE)
    paths = ("/one", "/missing", "/two?a=b")
    assert [get(calls, server, path) for path in paths] == [path.encode() for path in paths]
    assert server.connections == 1


def test_a_connection_that_splunkd_closed_is_not_used(server: Server) -> None:
    calls = KeptConnections(_PATIENCE)
    get(calls, server, "/leaves")
    assert server.closed.acquire(timeout=_PATIENCE)
    assert get(calls, server, "/next") == b"/next"
    assert server.connections == 2


@pytest.mark.parametrize("how", ["/gone", "/gone/reset"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_connection_that_ends_in_the_moment_of_a_call_fails_that_call_alone(
    server: Server, method: str, how: str
) -> None:
    """As an `OSError`, and without a second attempt: it may have been carried out."""
    calls = KeptConnections(_PATIENCE)
    get(calls, server, "/one")
    with pytest.raises((ConnectionError, ssl.SSLEOFError)):
        calls(server.url + how, {"method": method, "headers": [], "body": "x"})
    assert get(calls, server, "/next") == b"/next"
    assert server.calls == ["GET /one", f"{method} {how}", "GET /next"]
    assert server.connections == 2


def test_a_server_that_announces_the_end_is_believed(server: Server) -> None:
    calls = KeptConnections(_PATIENCE)
    assert [get(calls, server, path) for path in ("/last", "/next")] == [b"/last", b"/next"]
    assert server.connections == 2


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="Linux delays acknowledgements")
def test_no_answer_waits_for_an_acknowledgement(server: Server) -> None:
    """Its second part is sent when the first is acknowledged, which Linux would do after 40 ms."""
    seconds = []
    for _ in range(10):
        calls = KeptConnections(_PATIENCE)
        get(calls, server, "/one")
        began = time.monotonic()
        get(calls, server, "/two")
        seconds.append(time.monotonic() - began)
    assert min(seconds) < 0.03


def test_a_connection_that_splunkd_may_close_soon_is_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = KeptConnections(_PATIENCE)
    get(calls, server, "/one")
    monkeypatch.setattr(kept_connections, "_IDLE_MAX", 0.0)
    get(calls, server, "/two")
    assert server.connections == 2


def test_an_answer_that_came_too_late_is_never_that_of_another_call(server: Server) -> None:
    calls = KeptConnections(0.05)
    get(calls, server, "/one")
    with pytest.raises(OSError, match="timed out"):
        get(calls, server, "/late")
    server.may_answer.set()
    assert get(KeptConnections(_PATIENCE), server, "/other") == b"/other"
    calls._timeout = _PATIENCE
    assert get(calls, server, "/next") == b"/next"
    assert server.connections == 3


def test_an_answer_that_is_cut_is_an_error_of_the_system(server: Server) -> None:
    calls = KeptConnections(_PATIENCE)
    with pytest.raises(OSError, match="IncompleteRead"):
        get(calls, server, "/cut")
    assert get(calls, server, "/next") == b"/next"


def test_each_thread_has_a_connection_of_its_own(server: Server) -> None:
    calls = KeptConnections(_PATIENCE)
    get(calls, server, "/one")
    other = threading.Thread(target=get, args=(calls, server, "/two"))
    other.start()
    other.join()
    assert server.connections == 2


def test_another_server_is_another_connection(server: Server) -> None:
    with serving() as second:
        calls = KeptConnections(_PATIENCE)
        assert get(calls, server, "/one") == b"/one"
        assert get(calls, second, "/two") == b"/two"
        assert (server.connections, second.connections) == (1, 1)
