"""`splunk.rest`: simpleRequest and the functions about Splunk Web's certificate."""

from __future__ import annotations

import contextlib
import json
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Optional

import splunk


class _Headers(dict):  # type: ignore[type-arg]
    """The response's headers, with its status as an attribute."""

    status = 0


def _management() -> str:
    path = Path(os.environ["SPLUNK_HOME"], "etc", "system", "local", "web.conf")
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            key, _, value = line.partition("=")
            if key.strip() == "mgmtHostPort":
                return "https://" + value.strip()
    raise splunk.SplunkdConnectionException("no mgmtHostPort in web.conf")


def simpleRequest(  # noqa: N802, PLR0917 - Splunk's own name and signature
    path: str,
    sessionKey: Optional[str] = None,  # noqa: N803
    getargs: Optional[dict[str, Any]] = None,
    postargs: Optional[dict[str, Any]] = None,
    method: str = "GET",
    raiseAllErrors: bool = False,  # noqa: N803, FBT002
    proxyMode: bool = False,  # noqa: ARG001, N803, FBT002
    rawResult: bool = False,  # noqa: N803, FBT002
    timeout: float = 30,
    jsonargs: Optional[str] = None,
    token: bool = False,  # noqa: ARG001, FBT002
) -> tuple[_Headers, bytes]:
    """Call splunkd without a proxy. 401 and 404 raise; other errors raise if raiseAllErrors is
    set.
    """
    url = path if path.startswith("http") else _management() + urllib.parse.quote(path)
    if getargs:
        url += "?" + urllib.parse.urlencode(getargs, doseq=True)
    body = None
    headers = {}
    if jsonargs is not None:
        body, headers["Content-Type"] = jsonargs.encode(), "application/json"
        method = "POST"
    elif postargs is not None:
        body, method = urllib.parse.urlencode(postargs, doseq=True).encode(), "POST"
    key = sessionKey or splunk.getSessionKey()
    if key:
        headers["Authorization"] = "Splunk " + key
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    context = ssl._create_unverified_context()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=context),
    )
    try:
        with opener.open(request, timeout=timeout) as response:
            status, content, answered = response.status, response.read(), dict(response.headers)
    except urllib.error.HTTPError as refused:
        status, content, answered = refused.code, refused.read(), dict(refused.headers)
    except OSError as error:
        text = f"Splunkd daemon is not responding: {error}"
        raise splunk.SplunkdConnectionException(text) from error
    if not rawResult:
        _raise(status, content, everything=raiseAllErrors)
    result = _Headers(answered)
    result.status = status
    return result, content


def _raise(status: int, content: bytes, *, everything: bool) -> None:
    text = content.decode("utf-8", "replace")
    if status == 401:
        raise splunk.AuthenticationFailed(text)
    if status == 404:
        raise splunk.ResourceNotFound(text)
    if status >= 400 and everything:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            text = json.loads(text)["messages"]
        raise splunk.RESTException(status, text)


def getWebCertFile() -> Optional[str]:  # noqa: N802 - Splunk's own name
    """Return Splunk Web's client certificate: there is none."""
    return None


def getWebKeyFile() -> Optional[str]:  # noqa: N802 - Splunk's own name
    """Return its key: there is none."""
    return None


def is_cert_or_key_encrypted(_path: str) -> bool:
    """Whether a PEM file is encrypted: always false."""
    return False
