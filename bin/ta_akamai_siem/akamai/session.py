"""The way to Akamai: one session an account, and what its failures mean.

The settings pages alone say which proxy and which certificates are used, never the environment.
"""

from __future__ import annotations

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
from .error_table import error_of, read_error_response
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
"""What a request may raise when no answer comes: `network_error` names it."""
_PROBLEM_MAX = 64 << 10


def open_session(
    account: Account,
    proxy: Proxy | None,
    trusted: ssl.SSLContext,
    clock: CorrectedClock,
    deadline: Deadline,
) -> requests.Session:
    """Signs what it sends, and waits no longer than `deadline`. To be used from one thread at a
    time.
    """
    session = requests.Session()
    # Neither proxies nor a .netrc of splunkd's environment: the settings page alone decides.
    session.trust_env = False
    session.mount("https://", _Adapter(trusted, deadline))
    session.auth = EdgeGridSignature(account, clock)
    session.headers.update({"Accept-Encoding": "gzip", "User-Agent": "TA_akamai_siem"})
    if proxy:
        session.proxies = {"https": _proxy_url(proxy)}
    return session


def refusal_of(response: requests.Response) -> CollectionError:
    """What an answer that is no success means. Reads its body and closes it."""
    with response:
        return error_of(
            read_error_response(response.status_code, response.headers, _problem_body(response))
        )


def network_error(error: BaseException) -> CollectionError:
    """What it means that no answer came."""
    reason = root_cause(error)
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        if "not yet valid" in reason:
            what = f"By this host's clock the certificate shown is not valid yet ({reason})"
            return ClockSkewed(what)
        return CertificateUntrusted(f"The certificate shown is not trusted ({reason})")
    if "407" in reason or "SOCKS5 authentication" in reason:
        return ProxyRefused(f"The proxy does not let us through ({reason})")
    if isinstance(error, requests.exceptions.ProxyError):
        return Unreachable(f"The proxy did not answer as a proxy does ({reason})")
    if reason.startswith(f"[Errno {socket.EAI_NONAME}]"):
        return HostUnknown(f"No host has this name ({reason})")
    return Unreachable(f"Akamai cannot be reached ({reason})")


def root_cause(error: BaseException) -> str:
    """The first cause in a chain of wrapped exceptions: its words hold no URL."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return str(error) or type(error).__name__


class _Adapter(HTTPAdapter):
    """Brings our trusted certificates to every connection, proxies included."""

    def __init__(self, trusted: ssl.SSLContext, deadline: Deadline) -> None:
        self._trusted = trusted
        self._pool = install(trusted, deadline)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as inherited
        super().init_poolmanager(*args, ssl_context=self._trusted, **kwargs)
        self._use_pool(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - as inherited
        if proxy.startswith("https:"):
            kwargs["proxy_ssl_context"] = self._trusted
        manager = super().proxy_manager_for(proxy, ssl_context=self._trusted, **kwargs)
        if not proxy.startswith("socks"):
            self._use_pool(manager)
        return manager

    def _use_pool(self, manager: PoolManager) -> None:
        manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": self._pool}


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
