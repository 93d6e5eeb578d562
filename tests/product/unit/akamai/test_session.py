"""The session trusts the certificates that it is given, and no others."""

from __future__ import annotations

import http.server
import ssl
from typing import TYPE_CHECKING

import pytest
import requests

from ta_akamai_siem.akamai.deadline import Deadline
from ta_akamai_siem.akamai.session import network_error, open_session
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.errors import CertificateUntrusted
from ta_akamai_siem.settings import Account
from tests.standins.akamai.certificates import make_certificates, server_context
from tests.standins.in_thread import InThread

if TYPE_CHECKING:
    from pathlib import Path


class Server(InThread):
    def __init__(self, context: ssl.SSLContext) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Suppress the log on stderr."""

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self.host = f"127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Server:
        self._serve(self._http)
        return self


def get(host: str, trusted: ssl.SSLContext) -> int:
    account = Account("main", host, "client", "secret", "access")
    with open_session(account, None, trusted, CorrectedClock(), Deadline()) as session:
        return session.get(f"https://{host}/", timeout=5.0).status_code


def test_a_connection_adds_no_certificates(tmp_path: Path) -> None:
    authority, certificate = make_certificates(tmp_path)
    trusted = ssl.create_default_context(cafile=authority)
    with Server(server_context(certificate)) as server:
        assert get(server.host, trusted) == 204
    assert trusted.cert_store_stats()["x509"] == 1


def test_a_certificate_of_another_authority_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other, _ = make_certificates(tmp_path / "other")
    _, certificate = make_certificates(tmp_path)
    trusted = ssl.create_default_context(cafile=other)
    with (
        Server(server_context(certificate)) as server,
        pytest.raises(requests.ConnectionError) as caught,
    ):
        get(server.host, trusted)
    assert isinstance(network_error(caught.value), CertificateUntrusted)
