"""A request ends at its deadline, however slowly and steadily a response arrives."""

from __future__ import annotations

import contextlib
import io
import socketserver
import time
from typing import TYPE_CHECKING, Callable

import pytest

from ta_akamai_siem.akamai.client import SiemClient
from ta_akamai_siem.akamai.page import Page, PageSpool
from ta_akamai_siem.akamai.request import OffsetRequest
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.akamai.trusted_certificates import trusted
from ta_akamai_siem.errors import PageIncomplete, Unreachable
from ta_akamai_siem.settings import Account, Proxy
from tests.standins.akamai.certificates import make_certificates, server_context
from tests.standins.in_thread import InThread

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

DEADLINE = 1.0
SOON = 3.0
PAUSE = 0.05
"""Seconds between two bytes: less than any timeout that restarts with each byte."""
HEADER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
PAGE = b'{"n":"1"}\n{"n":"2"}\n{"total":2,"offset":"71cca;x"}\n'
REQUEST = OffsetRequest("71cca;w", 10)
Speak = Callable[[Callable[[bytes], object]], None]


def dripping(data: bytes, pause: float = PAUSE) -> Iterator[bytes]:
    for number in range(len(data)):
        yield data[number : number + 1]
        time.sleep(pause)


class Server(InThread):
    """Reads until the bytes that end a request, then speaks as it is told. `context`: of TLS, None
    without.
    """

    def __init__(
        self, speak: Speak, context: ssl.SSLContext | None, ends: bytes = b"\r\n\r\n"
    ) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    peer = self.request
                    if context:
                        peer = context.wrap_socket(peer, server_side=True)
                    with peer:
                        received = b""
                        while ends not in received:
                            received += peer.recv(4096)
                        speak(peer.sendall)

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._tcp = Listener(("127.0.0.1", 0), Handler)
        self.port = int(self._tcp.server_address[1])

    def __enter__(self) -> Server:
        self._serve(self._tcp)
        return self


def fetched(folder: Path, speak: Speak) -> Page:
    authority, certificate = make_certificates(folder)
    with Server(speak, server_context(certificate)) as server:
        return fetch(f"127.0.0.1:{server.port}", str(authority))


def fetch(host: str, authority: str, proxy: Proxy | None = None) -> Page:
    account = Account("main", host, "client", "secret", "access")
    client = SiemClient(account, (7,), proxy, trusted(authority), CorrectedClock())
    return client.fetch(
        REQUEST, lambda _: PageSpool(io.BytesIO()), timeout=DEADLINE, page_timeout=DEADLINE
    )


@contextlib.contextmanager
def soon() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SOON


def test_a_header_that_drips(tmp_path: Path) -> None:
    def speak(say: Callable[[bytes], object]) -> None:
        for byte in dripping(HEADER % len(PAGE) * 10):
            say(byte)

    with soon(), pytest.raises(Unreachable, match=r"took too long|timed out"):
        fetched(tmp_path, speak)


@pytest.mark.parametrize("sent", [0, 12])
def test_a_body_that_drips_is_cut_if_it_has_brought_an_event(tmp_path: Path, sent: int) -> None:
    def speak(say: Callable[[bytes], object]) -> None:
        say(HEADER % 1_000_000 + PAGE[:sent])
        for byte in dripping(b'{"n":"' + b"x" * 1_000):
            say(byte)

    with soon(), pytest.raises(PageIncomplete) as caught:
        fetched(tmp_path, speak)
    assert caught.value.events == (1 if sent else 0)


def test_interim_responses_are_skipped(tmp_path: Path) -> None:
    """103 Early Hints, and one that nobody has heard of."""
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 199 Soon\r\n\r\n"

    def speak(say: Callable[[bytes], object]) -> None:
        say(interim + HEADER % len(PAGE) + PAGE)

    assert fetched(tmp_path, speak).events == 2


def test_interim_responses_without_end(tmp_path: Path) -> None:
    def speak(say: Callable[[bytes], object]) -> None:
        while True:
            say(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            time.sleep(PAUSE)

    with soon(), pytest.raises(Unreachable, match=r"took too long|timed out"):
        fetched(tmp_path, speak)


def test_a_page_that_is_slow_and_honest(tmp_path: Path) -> None:
    def speak(say: Callable[[bytes], object]) -> None:
        say(HEADER % len(PAGE))
        for byte in dripping(PAGE, DEADLINE / len(PAGE) / 6):
            say(byte)

    assert fetched(tmp_path, speak).events == 2


def test_a_socks_proxy_whose_answer_drips(tmp_path: Path) -> None:
    """It names a bound address of 255 bytes, one after the other."""
    authority, _ = make_certificates(tmp_path)

    def speak(say: Callable[[bytes], object]) -> None:
        say(b"\x05\x00")
        for byte in dripping(b"\x05\x00\x00\x03\xff" + b"x" * 257):
            say(byte)

    with Server(speak, None, ends=b"\x00") as server, soon():
        proxy = Proxy("socks5", "127.0.0.1", server.port, "", "", remote_dns=True)
        with pytest.raises(Unreachable, match=r"took too long|timed out"):
            fetch("akab-example.luna.akamaiapis.net", str(authority), proxy)


def test_a_proxy_whose_answer_drips(tmp_path: Path) -> None:
    authority, _ = make_certificates(tmp_path)

    def speak(say: Callable[[bytes], object]) -> None:
        for byte in dripping(b"HTTP/1.1 200 Connection established\r\nX-Filler: y\r\n" * 10):
            say(byte)

    with Server(speak, None) as server, soon():
        proxy = Proxy("http", "127.0.0.1", server.port, "", "", remote_dns=False)
        with pytest.raises(Unreachable):
            fetch("akab-example.luna.akamaiapis.net", str(authority), proxy)
