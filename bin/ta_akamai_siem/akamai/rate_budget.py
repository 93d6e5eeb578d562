"""Keeps to the rate limit of the Application Security API, as its headers tell it.

`X-RateLimit-Limit` is the number of tokens that come back within a minute,
`X-RateLimit-Remaining` the number left now. HTTP 429 also has `X-RateLimit-Next`, the time of the
next possible request (`akamai.error_table`). The limit is counted per API client and weighted: an
export costs 1 token if its version is active, otherwise 10.
https://techdocs.akamai.com/adaptive-media-delivery/reference/rate-limiting
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Optional

from ta_akamai_siem.errors import RequestDeferred

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WAITS_MAX = 1800.0
"""Seconds that a run waits altogether for tokens. The next run continues."""
_MINUTE = 60.0
_SHORTEST = 1.0


class RateBudget:
    """`wait`: sleeps that many seconds, or raises if the input is stopped.

    `requests`, `tokens`: sent and spent so far. `waited`: seconds.
    """

    def __init__(self, wait: Callable[[float], None]) -> None:
        self._wait = wait
        self._limit: Optional[int] = None
        self._remaining: Optional[int] = None
        self.requests = 0
        self.tokens = 0
        self.waited = 0.0

    def before(self, cost: int) -> None:
        """Call before a request of `cost` tokens. Waits while fewer are left.

        Raises RequestDeferred once all waits together would take longer than `WAITS_MAX`.
        """
        if self._remaining is not None and self._remaining < cost:
            per_token = _MINUTE / self._limit if self._limit else _MINUTE
            self.pause(min(_MINUTE, (cost - self._remaining) * per_token))
        if self._remaining is not None:
            self._remaining -= cost
        self.requests += 1
        self.tokens += cost

    def pause(self, seconds: float) -> None:
        """Wait for tokens. What is left afterwards is unknown until the next answer."""
        seconds = max(_SHORTEST, seconds)
        if self.waited + seconds > WAITS_MAX:
            what = (
                "The request limit of Akamai's Application Security API needs another wait of "
                f"{seconds:.0f} s, and this run has waited {self.waited:.0f} s already"
            )
            raise RequestDeferred(what)
        self.waited += seconds
        self._wait(seconds)
        self._remaining = None

    def learn(self, headers: Mapping[str, str]) -> None:
        """Read the headers of an answer. Without them, what is known still counts."""
        self._limit = _number(headers.get("X-RateLimit-Limit")) or self._limit
        remaining = _number(headers.get("X-RateLimit-Remaining"))
        if remaining is not None:
            self._remaining = remaining


def _number(text: str | None) -> int | None:
    match = re.match(r"\s*([0-9]{1,9})\b", text or "")
    return int(match[1]) if match else None
