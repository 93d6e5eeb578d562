"""Sends splunk-sdk's calls over a connection that is kept for the next call.

splunk-sdk opens a connection for each call, and a run makes more than a dozen. Each takes a
handshake of TLS.
"""

from __future__ import annotations

import io
import select
import socket
import ssl
import threading
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from splunklib.binding import ResponseReader

from .names import APP

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

_IDLE_MAX = 5.0
"""Seconds. A busy splunkd closes a connection that was idle for 12, or for longer if an
administrator says so (`busyKeepAliveIdleTimeout`, which is never less),
https://help.splunk.com/en/splunk-enterprise/administer/admin-manual/9.4/configuration-file-reference/9.4.0-configuration-file-reference/server.conf
"""
_HYBRID = ("X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024")
"""Key exchanges that a splunkd may demand. OpenSSL offers only the first of them by itself.
https://datatracker.ietf.org/doc/draft-ietf-tls-ecdhe-mlkem/
"""
_CURVES = ("X25519", "secp256r1", "secp384r1", "secp521r1")


class KeptConnections:
    """A handler for splunk-sdk's `Context`. Each thread has a connection of its own.

    `timeout`: seconds for one call. A call raises OSError if no whole answer comes.
    https://docs.splunk.com/DocumentationStatic/PythonSDK/2.1.0/binding.html
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._own = threading.local()

    def __call__(self, url: str, message: Mapping[str, Any], **_: object) -> dict[str, Any]:
        parts = urlsplit(url)
        kept = self._connection(parts)
        try:
            kept.request(
                message.get("method", "GET"),
                parts._replace(scheme="", netloc="").geturl(),
                message.get("body", ""),
                {"User-Agent": APP, "Accept": "*/*", **dict(message.get("headers", ()))},
            )
            _acknowledge_at_once(kept)
            response = kept.getresponse()
            content = response.read()
        except BaseException as error:
            # What is left of an answer must not become that of the next call.
            self._forget()
            if isinstance(error, HTTPException) and not isinstance(error, OSError):
                raise ConnectionError(type(error).__name__) from error
            raise
        self._own.used_at = time.monotonic()
        return {
            "status": response.status,
            "reason": response.reason,
            "headers": response.getheaders(),
            "body": ResponseReader(io.BytesIO(content)),
        }

    def _connection(self, parts: SplitResult) -> HTTPConnection:
        server = (parts.scheme, parts.netloc)
        kept: HTTPConnection | None = getattr(self._own, "connection", None)
        if kept is not None:
            if self._own.server == server and self._is_usable(kept):
                return kept
            self._forget()
        host, port = parts.hostname or "", parts.port
        made: HTTPConnection = (
            _Secured(host, port, timeout=self._timeout, context=_unverified())
            if parts.scheme == "https"
            else _Plain(host, port, timeout=self._timeout)
        )
        self._own.connection, self._own.server = made, server
        return made

    def _is_usable(self, kept: HTTPConnection) -> bool:
        """Whether splunkd has not closed it, and will not soon. Nothing may have come unasked."""
        idle = time.monotonic() - self._own.used_at
        return kept.sock is not None and idle < _IDLE_MAX and not _has_come(kept)

    def _forget(self) -> None:
        self._own.connection.close()
        self._own.connection = None


class _Plain(HTTPConnection):
    """Is closed when nothing refers to it: its thread, or the run, has ended."""

    def __del__(self) -> None:
        self.close()


class _Secured(HTTPSConnection):
    """As `_Plain`."""

    def __del__(self) -> None:
        self.close()


def _has_come(connection: HTTPConnection) -> bool:
    """Whether there is something to read, or the end."""
    return bool(select.select([connection.sock], [], [], 0)[0])


def _acknowledge_at_once(connection: HTTPConnection) -> None:
    """Do not let a server wait that sends the next part of an answer when the last one has arrived.

    In TLS 1.3 the first part are session tickets. Linux may acknowledge them after 40 ms only.
    https://man7.org/linux/man-pages/man7/tcp.7.html (`TCP_QUICKACK`)
    """
    if hasattr(socket, "TCP_QUICKACK"):
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _unverified() -> ssl.SSLContext:
    """As splunk-sdk's: hosts do not trust the certificate that splunkd makes for itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if hasattr(context, "set_groups"):
        # Splunk's own Pythons have it, others not before 3.15.
        context.set_groups(":".join((*_HYBRID, *_CURVES)))
    return context
