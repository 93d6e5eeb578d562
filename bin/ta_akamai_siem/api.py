"""One request to Akamai's SIEM API: signed, sent, and its page spooled or its refusal named.

No policy: what follows from an error is decided by the callers.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from .answers import error_of, read_answer
from .cursor import OffsetRequest
from .errors import (
    CertificateUntrusted,
    CollectionError,
    PageIncomplete,
    ProxyRefused,
    UnexpectedAnswer,
    Unreachable,
)
from .signing import EdgeGridSignature

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from .cursor import Request
    from .page import Page, PageSpool
    from .settings import Account, Proxy
    from .signing import CorrectedClock

CONNECT_TIMEOUT = 15.0
READ_TIMEOUT = 60.0
"""Seconds without a byte after which an answer counts as stalled."""
PAGE_TIMEOUT = 180.0
"""Seconds for a whole page; Akamai's edge stops sending after 120."""
_PIECE = 64 << 10
_PROBLEM_MAX = 64 << 10
_OK = 200


class Api:
    """Requests of one account. To be used from one thread at a time."""

    def __init__(
        self,
        account: Account,
        config_ids: tuple[int, ...],
        proxy: Proxy | None,
        trusted: ssl.SSLContext,
        clock: CorrectedClock,
    ) -> None:
        ids = quote(";".join(map(str, config_ids)), safe="")
        self._url = f"https://{account.host}/siem/v1/configs/{ids}"
        self._clock = clock
        self._session = _session(account, proxy, trusted, clock)

    def fetch(
        self,
        request: Request,
        new_spool: Callable[[bool], PageSpool],
        timeout: float = READ_TIMEOUT,
    ) -> Page:
        """Ask once; the page, proved complete.

        `new_spool`: makes the spool, told whether the body is compressed. `timeout`: seconds
        without a byte. Raises what `answers` names, Unreachable, ProxyRefused,
        CertificateUntrusted, PageIncomplete, SpoolUnusable.
        """
        with self._send(request, timeout) as response:
            encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
            if encoding not in ("gzip", "x-gzip", "identity"):
                what = f"The page came in an encoding that was not asked for: {encoding}"
                raise UnexpectedAnswer(what)
            spool = new_spool(encoding != "identity")
            try:
                self._receive(response, spool)
                return spool.finish()
            except BaseException:
                spool.close()
                raise

    def probe(self, request: Request, timeout: float) -> None:
        """Ask once and read nothing but the status. Raises as `fetch` does."""
        self._send(request, timeout).close()

    def _send(self, request: Request, timeout: float) -> requests.Response:
        url = f"{self._url}?{urlencode(_parameters(request), quote_via=quote, safe='')}"
        try:
            response = self._session.get(
                url,
                stream=True,
                allow_redirects=False,
                timeout=(min(CONNECT_TIMEOUT, timeout), timeout),
            )
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _network_error(error) from error
        if response.status_code == _OK:
            return response
        with response:
            raise error_of(
                read_answer(response.status_code, response.headers, _problem_body(response))
            )

    @staticmethod
    def _receive(response: requests.Response, spool: PageSpool) -> None:
        end = time.monotonic() + PAGE_TIMEOUT
        try:
            while piece := response.raw.read(_PIECE, decode_content=False):
                spool.feed(piece)
                if time.monotonic() > end:
                    what = f"The page was not whole after {PAGE_TIMEOUT:.0f} s"
                    raise PageIncomplete(what)
        except (HTTPError, OSError) as error:
            what = f"The connection broke after {spool.size} bytes of the page ({_root(error)})"
            raise PageIncomplete(what) from error


class _Adapter(HTTPAdapter):
    """Brings our trusted certificates to every connection, proxies included."""

    def __init__(self, trusted: ssl.SSLContext) -> None:
        self._trusted = trusted
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as inherited
        super().init_poolmanager(*args, ssl_context=self._trusted, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - as inherited
        if proxy.startswith("https:"):
            kwargs["proxy_ssl_context"] = self._trusted
        return super().proxy_manager_for(proxy, ssl_context=self._trusted, **kwargs)


def _session(
    account: Account, proxy: Proxy | None, trusted: ssl.SSLContext, clock: CorrectedClock
) -> requests.Session:
    session = requests.Session()
    # Neither proxies nor a .netrc of splunkd's environment: the settings page alone decides.
    session.trust_env = False
    session.mount("https://", _Adapter(trusted))
    session.auth = EdgeGridSignature(account, clock)
    session.headers.update({"Accept-Encoding": "gzip", "User-Agent": "TA_akamai_siem"})
    if proxy:
        session.proxies = {"https": _proxy_url(proxy)}
    return session


def _proxy_url(proxy: Proxy) -> str:
    scheme = "socks5h" if proxy.kind == "socks5" and proxy.remote_dns else proxy.kind
    user = ""
    if proxy.username:
        user = f"{quote(proxy.username, safe='')}:{quote(proxy.password, safe='')}@"
    return f"{scheme}://{user}{proxy.host}:{proxy.port}"


def _parameters(request: Request) -> dict[str, str | int]:
    if isinstance(request, OffsetRequest):
        return {"offset": request.offset, "limit": request.limit}
    until = {} if request.until is None else {"to": request.until}
    return {"from": request.since, **until, "limit": request.limit}


def _problem_body(response: requests.Response) -> bytes:
    try:
        return bytes(response.raw.read(_PROBLEM_MAX, decode_content=True) or b"")
    except (HTTPError, OSError):
        return b""


def _network_error(error: BaseException) -> CollectionError:
    reason = _root(error)
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return CertificateUntrusted(f"The certificate shown is not trusted ({reason})")
    if "407" in reason or "SOCKS5 authentication" in reason:
        return ProxyRefused(f"The proxy does not let us through ({reason})")
    if isinstance(error, requests.exceptions.ProxyError):
        return Unreachable(f"The proxy does not answer as one ({reason})")
    return Unreachable(f"Akamai cannot be reached ({reason})")


def _root(error: BaseException) -> str:
    """The first cause in a chain of wrapped exceptions: its words hold no URL."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return str(error) or type(error).__name__
