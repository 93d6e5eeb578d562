"""EdgeGrid signatures with a correctable clock.

edgegrid-python makes the signature: https://github.com/akamai/AkamaiOPEN-edgegrid-python
It logs the signing key at DEBUG, so its logger is set to WARNING here.
https://techdocs.akamai.com/developer/docs/authenticate-with-edgegrid
"""

from __future__ import annotations

import logging
import time
import uuid
from typing import TYPE_CHECKING

from akamai.edgegrid.edgegrid import EdgeGridAuthHeaders
from requests.auth import AuthBase

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import PreparedRequest

    from ta_akamai_siem.settings import Account

logging.getLogger("akamai.edgegrid").setLevel(logging.WARNING)


class CorrectedClock:
    """Akamai's clock: this host's clock plus the skew learnt from answers. Epoch seconds."""

    def __init__(self, host_clock: Callable[[], float] = time.time) -> None:
        """`host_clock`: epoch seconds."""
        self._host_clock = host_clock
        self.skew = 0.0

    def now(self) -> float:
        return self._host_clock() + self.skew

    def learn(self, akamai_time: float) -> float:
        """Set the clock. Returns the skew in seconds, positive if this host is slow."""
        self.skew = akamai_time - self._host_clock()
        return self.skew


class EdgeGridSignature(AuthBase):
    """Signs each request with a new nonce and the corrected time."""

    def __init__(self, account: Account, clock: CorrectedClock) -> None:
        self._headers = EdgeGridAuthHeaders(
            account.client_token, account.client_secret, account.access_token
        )
        self._clock = clock

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        timestamp = time.strftime("%Y%m%dT%H:%M:%S+0000", time.gmtime(self._clock.now()))
        request.headers["Authorization"] = self._headers.make_auth_header(
            request, timestamp, str(uuid.uuid4())
        )
        return request
