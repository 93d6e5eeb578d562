"""A KV store shared by several stand-ins: calls are forwarded to one of them."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from .rest_fault import RestFault
from .rest_request import Answer

if TYPE_CHECKING:
    from .rest_request import Request


def is_kv_path(parts: tuple[str, ...]) -> bool:
    """Whether a call is for the KV store."""
    return parts[:2] in {("storage", "collections"), ("kvstore", "status")}


LAG = "x-standin-lag"
"""Header: seconds by which the copy of the forwarding member lags."""


def pass_on(peer: str, request: Request, lag: float) -> Answer:
    """Forward a call to the peer (`URL,KEY`) and return its response; 503 if it does not respond.

    `lag`: for a read, seconds by which our copy lags behind the peer.
    """
    url, _, key = peer.partition(",")
    headers = {"Authorization": f"Splunk {key}", LAG: str(lag)}
    if "content-type" in request.headers:
        headers["Content-Type"] = request.headers["content-type"]
    body = request.body if request.method == "POST" else None
    call = urllib.request.Request(
        url + request.target,
        data=body,
        headers=headers,
        method=request.method,
    )
    context = ssl._create_unverified_context()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=context),
    )
    try:
        with opener.open(call, timeout=60) as response:
            kind = response.headers["Content-Type"]
            return Answer(response.status, response.read(), kind)
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, refused.read(), refused.headers["Content-Type"])
    except OSError as error:
        raise RestFault(503, f"KV Store captain does not answer: {error}") from error
