"""Sends one signed request to Akamai's SIEM API and spools the page, or raises the error.

Contains no retry policy: the callers decide how to react to an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from urllib3.exceptions import HTTPError

from ta_akamai_siem.errors import UnexpectedAnswer

from .deadline import Deadline
from .request import OffsetRequest
from .session import (
    CONNECT_TIMEOUT,
    NETWORK_TROUBLE,
    network_error,
    open_session,
    refusal_of,
    root_cause,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    import requests

    from ta_akamai_siem.settings import Account, Proxy

    from .page import Page, PageSpool
    from .request import Request
    from .signing import CorrectedClock
    from .spool import SpoolFolder

READ_TIMEOUT = 60.0
"""Seconds without a byte after which a response counts as stalled."""
PAGE_TIMEOUT = 180.0
"""Seconds for a whole page, counted from its request. Akamai's edge stops sending after 120."""
_PIECE = 64 << 10
_OK = 200


class SiemClient:
    """Sends the requests of one account. Use it from one thread at a time."""

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
        self._deadline = Deadline()
        self._session = open_session(account, proxy, trusted, clock, self._deadline)

    def fetch(
        self,
        request: Request,
        new_spool: Callable[[str], PageSpool],
        timeout: float = READ_TIMEOUT,
        page_timeout: float = PAGE_TIMEOUT,
    ) -> Page:
        """Send one request and return the page, proved complete.

        `new_spool`: makes the spool for a content type. `timeout`: seconds without a byte.
        `page_timeout`: seconds for connection, header and body. Raises the errors of `error_table`,
        Unreachable, ProxyRefused, CertificateUntrusted, PageIncomplete, SpoolUnusable.
        """
        with self._deadline.within(page_timeout), self._send(request, timeout) as response:
            encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
            if encoding not in ("gzip", "x-gzip", "identity"):
                what = f"The page came in an encoding that was not asked for: {encoding}"
                raise UnexpectedAnswer(what)
            spool = new_spool(response.headers.get("Content-Type", ""))
            try:
                self._receive(response, spool)
                return spool.finish()
            except BaseException:
                spool.close()
                raise

    def probe(self, request: Request, timeout: float) -> None:
        """Send one request and read only the status. Raises the same errors as `fetch`."""
        with self._deadline.within(timeout):
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
        except NETWORK_TROUBLE as error:
            raise network_error(error) from error
        if response.status_code == _OK:
            return response
        raise refusal_of(response)

    @staticmethod
    def _receive(response: requests.Response, spool: PageSpool) -> None:
        arrived = bytearray()
        try:
            # Returns the bytes that have arrived; `read` would wait for the full amount and lose a
            # part of it. TLS has 16 KB at most, which are worked on several at a time.
            while piece := response.raw.read1(_PIECE, decode_content=False):
                arrived += piece
                if len(arrived) >= _PIECE:
                    spool.feed(bytes(arrived))
                    arrived.clear()
            spool.feed(bytes(arrived))
        except (HTTPError, OSError) as error:
            spool.feed(bytes(arrived))
            what = (
                f"The connection broke after {spool.size} bytes of the page ({root_cause(error)})"
            )
            raise spool.ended_early(what) from error


class PageSource:
    """A client whose pages are spooled to one input's folder."""

    def __init__(self, client: SiemClient, spool: SpoolFolder) -> None:
        self._client = client
        self._spool = spool

    def fetch(self, request: Request, *, tolerant: bool) -> Page:
        """Send one request. `tolerant`: accept a page whose content disagrees with its count.

        Raises the same errors as `SiemClient.fetch`.
        """

        def new_spool(content_type: str) -> PageSpool:
            # Not imported before there is an answer, to send the first request earlier.
            from .page import PageSpool

            file = self._spool.new_file(request.limit)
            return PageSpool(file, tolerant=tolerant, content_type=content_type)

        return self._client.fetch(request, new_spool)


def _parameters(request: Request) -> dict[str, str | int]:
    if isinstance(request, OffsetRequest):
        return {"offset": request.offset, "limit": request.limit}
    until = {} if request.until is None else {"to": request.until}
    return {"from": request.since, **until, "limit": request.limit}
