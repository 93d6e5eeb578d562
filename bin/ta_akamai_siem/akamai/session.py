"""The HTTP session of an account, and the meaning of its failures.

The settings pages alone decide which proxy and certificates are used, never the environment.
"""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from ta_akamai_siem.errors import (
    CertificateUntrusted,
    ClockSkewed,
    CollectionError,
    HostUnknown,
    ProxyRefused,
    Unreachable,
)

from .deadline import install
from .signing import EdgeGridSignature

if TYPE_CHECKING:
    import ssl

    from urllib3 import PoolManager

    from ta_akamai_siem.settings import Account, Proxy

    from .deadline import Deadline
    from .signing import CorrectedClock

CONNECT_TIMEOUT = 15.0
"""Seconds."""
NETWORK_TROUBLE = (requests.RequestException, HTTPError, OSError, ValueError)
"""What a request raises if no answer comes. `network_error` converts it."""
_PROBLEM_MAX = 64 << 10
"""Bytes of an error response that are read."""
_NOISE = re.compile(r"^\[[^\]]*\] |^[A-Za-z ]+ failed: | \(_ssl\.c:\d+\)$")
"""What Python adds to the system's or the server's own words."""


def open_session(
    account: Account,
    proxy: Proxy | None,
    trusted: ssl.SSLContext,
    clock: CorrectedClock,
    deadline: Deadline,
) -> requests.Session:
    """A session that signs its requests and waits no longer than `deadline`. Use it from one thread
    at a time.
    """
    session = requests.Session()
    # Ignore the proxies and the .netrc of splunkd's environment.
    session.trust_env = False
    session.mount("https://", _Adapter(trusted, deadline))
    session.auth = EdgeGridSignature(account, clock)
    session.headers.update({"Accept-Encoding": "gzip", "User-Agent": "TA_akamai_siem"})
    if proxy:
        session.proxies = {"https": _proxy_url(proxy)}
    return session


def refusal_of(response: requests.Response) -> CollectionError:
    """The error for an answer other than 200. Reads its body and closes it."""
    # Most runs get none.
    from .error_table import error_of, read_error_response

    with response:
        return error_of(
            read_error_response(response.status_code, response.headers, _problem_body(response))
        )


def network_error(error: BaseException) -> CollectionError:
    """The error for a request that got no answer."""
    cause = root_cause(error)
    reason = cause
    while (shorter := _NOISE.sub("", reason)) != reason:
        reason = shorter
    if "CERTIFICATE_VERIFY_FAILED" in cause:
        if "not yet valid" in cause:
            what = f"The server's certificate is not valid yet by this host's clock ({reason})"
            return ClockSkewed(what)
        return CertificateUntrusted(f"The server's certificate is not trusted ({reason})")
    if "407" in cause or "SOCKS5 authentication" in cause:
        return ProxyRefused(f"The proxy refused the connection ({reason})")
    if isinstance(error, requests.exceptions.ProxyError):
        return Unreachable(f"The connection through the proxy failed ({reason})")
    if cause.startswith(f"[Errno {socket.EAI_NONAME}]"):
        return HostUnknown(f"The host name cannot be resolved ({reason})")
    return Unreachable(f"Akamai cannot be reached ({reason})")


def root_cause(error: BaseException) -> str:
    """The text of the first cause in a chain of exceptions: unlike the others, it has no URL."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return str(error) or type(error).__name__


class _Adapter(HTTPAdapter):
    """Uses our trusted certificates for every connection, those to proxies included."""

    def __init__(self, trusted: ssl.SSLContext, deadline: Deadline) -> None:
        self._trusted = trusted
        self._limited = install(trusted, deadline)
        super().__init__()

    def cert_verify(self, conn: Any, *_: object) -> None:  # noqa: ANN401 - as inherited
        """Always verify certificates.

        The inherited method loads certifi's file into `trusted` a second time, at each connection.
        """
        conn.cert_reqs = "CERT_REQUIRED"

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as inherited
        super().init_poolmanager(*args, ssl_context=self._trusted, **kwargs)
        self._limit(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - as inherited
        if proxy.startswith("https:"):
            kwargs["proxy_ssl_context"] = self._trusted
        is_known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, ssl_context=self._trusted, **kwargs)
        if not is_known:
            self._limit(manager)
        return manager

    def _limit(self, manager: PoolManager) -> None:
        classes = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {**classes, "https": self._limited(classes["https"])}


def _proxy_url(proxy: Proxy) -> str:
    scheme = "socks5h" if proxy.kind == "socks5" and proxy.remote_dns else proxy.kind
    user = ""
    if proxy.username:
        user = f"{quote(proxy.username, safe='')}:{quote(proxy.password, safe='')}@"
    return f"{scheme}://{user}{proxy.host}:{proxy.port}"


def _problem_body(response: requests.Response) -> bytes:
    try:
        return bytes(response.raw.read(_PROBLEM_MAX, decode_content=True) or b"")
    except (HTTPError, OSError):
        return b""
