"""Small forward proxies on the loopback interface: HTTP CONNECT, the same over TLS, and SOCKS5.

Each requires a user and a password, and counts the tunnels that it opened.
"""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import socketserver
import ssl
import struct
from typing import TYPE_CHECKING

from tests.standins.in_thread import InThread

if TYPE_CHECKING:
    from pathlib import Path

_REPLY = b"\x05%b\x00\x01\x00\x00\x00\x00\x00\x00"


class ProxyServer(InThread):
    """`kind`: http, https or socks5. `certificate`, `key`: of an https proxy."""

    def __init__(
        self,
        kind: str,
        user: str,
        password: str,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        self.tunnels: list[str] = []
        self.refused = 0
        self._user, self._password = user, password
        context: ssl.SSLContext | None = None
        if kind == "https":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(str(certificate), str(key))
        serve = self._serve_socks if kind == "socks5" else self._serve_connect

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                client = self.request
                with contextlib.suppress(OSError):
                    if context:
                        client = context.wrap_socket(client, server_side=True)
                    with client:
                        serve(client)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._tcp = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._tcp.server_address[1])

    def change_password(self, password: str) -> None:
        """Change the password that is accepted."""
        self._password = password

    def __enter__(self) -> ProxyServer:
        self._serve(self._tcp)
        return self

    def _serve_connect(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(4096)
            if not piece:
                return
            head += piece
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ")
        login = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
        wanted = f"proxy-authorization: basic {login}".lower()
        if method != "CONNECT" or wanted not in [line.lower() for line in lines]:
            self.refused += 1
            client.sendall(
                b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
            )
            return
        host, _, port = target.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port))) as server:
            self.tunnels.append(target)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            _relay(client, server)

    def _serve_socks(self, client: socket.socket) -> None:
        _, methods = client.recv(2)
        if 2 not in client.recv(methods):
            self.refused += 1
            client.sendall(b"\x05\xff")
            return
        client.sendall(b"\x05\x02")
        _, length = client.recv(2)
        user = client.recv(length).decode()
        password = client.recv(client.recv(1)[0]).decode()
        if (user, password) != (self._user, self._password):
            self.refused += 1
            client.sendall(b"\x01\x01")
            return
        client.sendall(b"\x01\x00")
        _, _, _, form = client.recv(4)
        address = client.recv(4 if form == 1 else client.recv(1)[0])
        host = socket.inet_ntoa(address) if form == 1 else address.decode()
        port = struct.unpack(">H", client.recv(2))[0]
        with socket.create_connection((host, port)) as server:
            self.tunnels.append(f"{'address' if form == 1 else 'name'}:{port}")
            client.sendall(_REPLY % b"\x00")
            _relay(client, server)


def _relay(client: socket.socket, server: socket.socket) -> None:
    other = {client: server, server: client}
    while True:
        pending = isinstance(client, ssl.SSLSocket) and client.pending() > 0
        ready = [client] if pending else select.select([client, server], [], [], 60)[0]
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            other[source].sendall(data)
