"""A client of the stand-in for tests, which signs with the official EdgeGrid library.

The stand-in itself does not import this: it verifies with an implementation of its own.
"""

from __future__ import annotations

import json
import time
import zlib
from typing import TYPE_CHECKING, Any

import requests
from akamai.edgegrid import EdgeGridAuth
from akamai.edgegrid.edgegrid import EdgeGridAuthHeaders

if TYPE_CHECKING:
    from tests.standins.akamai.client import AkamaiStandin

CONFIG_ID = 76213


class SignedSession(requests.Session):
    """Requests pages from one stand-in."""

    def __init__(self, standin: AkamaiStandin) -> None:
        """Trust the stand-in's certificate authority and sign with its credentials."""
        super().__init__()
        self.trust_env = False
        self.verify = standin.ca
        self.auth = EdgeGridAuth(standin.client_token, standin.client_secret, standin.access_token)
        self.base = f"https://{standin.host}/siem/v1/configs/"

    def ask(
        self, ids: str = str(CONFIG_ID), *, encoding: str = "gzip", **query: Any
    ) -> requests.Response:
        """Return the response to a query; ``from_`` is the parameter ``from``."""
        if "from_" in query:
            query["from"] = query.pop("from_")
        headers = {"Accept-Encoding": encoding}
        return self.get(
            self.base + ids, params=query, headers=headers, timeout=10, allow_redirects=False
        )

    def page(self, *args: str, **query: Any) -> tuple[list[bytes], dict[str, Any]]:
        """Return the raw event lines and the context of a response, which must be complete."""
        answer = self.ask(*args, **query)
        assert answer.status_code == 200, answer.text
        *lines, context, end = answer.content.split(b"\n")
        assert end == b""
        return lines, json.loads(context)


def sign_by_hand(
    standin: AkamaiStandin,
    url: str,
    *,
    age_s: float = 0.0,
    nonce: str = "11111111-2222-4333-8444-555555555555",
    client_token: str | None = None,
    client_secret: str | None = None,
    access_token: str | None = None,
) -> str:
    """Return an Authorization header for ``url`` made by the official library."""
    signer = EdgeGridAuthHeaders(
        client_token or standin.client_token,
        client_secret or standin.client_secret,
        access_token or standin.access_token,
    )
    stamp = time.strftime("%Y%m%dT%H:%M:%S+0000", time.gmtime(time.time() - age_s))
    return str(signer.make_auth_header(requests.Request("GET", url).prepare(), stamp, nonce))


def expand_one_member(body: bytes) -> bytes:
    """Return the content of a body, which must be exactly one whole gzip member."""
    engine = zlib.decompressobj(31)
    content = engine.decompress(body)
    assert engine.eof
    assert engine.unused_data == b""
    return content
