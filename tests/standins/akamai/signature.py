"""Verification of EdgeGrid signatures (EG1-HMAC-SHA256), written from the algorithm's description.

signing key = base64(HMAC-SHA256(client secret, timestamp)); signature = base64(HMAC-SHA256(signing
key, the seven parts of the request joined by tabs)): method, scheme, host, path with query, signed
headers (none here), hash of a POST body (none here), and the Authorization header up to the
signature, its last semicolon included.
"""

from __future__ import annotations

import base64
import calendar
import hashlib
import hmac
import re
import secrets
import threading
import time
from dataclasses import dataclass

from .problems import gateway_denied, gateway_request_error

_HEADER = re.compile(
    r"(?P<unsigned>EG1-HMAC-SHA256 "
    r"client_token=(?P<client_token>[^;= ]+);"
    r"access_token=(?P<access_token>[^;= ]+);"
    r"timestamp=(?P<timestamp>[0-9]{8}T[0-9]{2}:[0-9]{2}:[0-9]{2}\+0000);"
    r"nonce=(?P<nonce>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12});)"
    r"signature=(?P<signature>[A-Za-z0-9+/]{43}=)"
)


@dataclass(frozen=True)
class Credentials:
    """What a client needs to sign requests."""

    client_token: str
    client_secret: str
    access_token: str

    @classmethod
    def random(cls) -> Credentials:
        """Return credentials in Akamai's format."""
        return cls(
            f"akab-{secrets.token_hex(8)}-{secrets.token_hex(8)}",
            base64.b64encode(secrets.token_bytes(32)).decode(),
            f"akab-{secrets.token_hex(8)}-{secrets.token_hex(8)}",
        )


class Verifier:
    """Checks signatures and stores the nonces that were used."""

    def __init__(self, credentials: Credentials) -> None:
        """Accept only ``credentials``."""
        self.credentials = credentials
        self._nonces: set[str] = set()
        self._lock = threading.Lock()

    def verify(  # noqa: PLR0917 - the parts of a request that a signature covers
        self, header: str | None, method: str, host: str, target: str, now: float, tolerance: float
    ) -> None:
        """Raise the gateway's Problem if a signature is invalid.

        ``now``, ``tolerance``: seconds. ``target``: the path with the query, exactly as received.
        """
        if header is None:
            raise gateway_denied("No Authorization header in the request", "not signed")
        match = _HEADER.fullmatch(header)
        if match is None:
            raise gateway_request_error("Malformed Authorization header", "malformed header")
        try:
            stamp = calendar.timegm(time.strptime(match["timestamp"], "%Y%m%dT%H:%M:%S+0000"))
        except ValueError:
            raise gateway_request_error("Invalid timestamp", "no such time") from None
        if abs(now - stamp) > tolerance:
            raise gateway_request_error("Invalid timestamp", f"off by {stamp - now:.1f} s")
        if match["client_token"] != self.credentials.client_token:
            raise gateway_denied("Inactive client token", "wrong client_token")
        if match["access_token"] != self.credentials.access_token:
            raise gateway_denied("Invalid access token", "wrong access_token")
        expected = self._signature(match, method, host, target)
        if not hmac.compare_digest(expected, match["signature"]):
            raise gateway_denied("The signature does not match", "wrong signature")
        with self._lock:
            if match["nonce"] in self._nonces:
                raise gateway_request_error("Nonce was already used", "repeated nonce")
            self._nonces.add(match["nonce"])

    def _signature(self, match: re.Match[str], method: str, host: str, target: str) -> str:
        key = _keyed_hash(self.credentials.client_secret, match["timestamp"])
        parts = (method, "https", host.lower(), target, "", "", match["unsigned"])
        return _keyed_hash(key, "\t".join(parts))


def _keyed_hash(key: str, text: str) -> str:
    digest = hmac.new(key.encode(), text.encode("latin-1"), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
