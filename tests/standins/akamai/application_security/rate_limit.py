"""The API's rate limit: a bucket of tokens that fills evenly.

Headers as Akamai documents them for its APIs: `X-RateLimit-Limit`, `X-RateLimit-Remaining`, and on
HTTP 429 `X-RateLimit-Next`, the time at which the next request is possible (ISO 8601).
https://techdocs.akamai.com/adaptive-media-delivery/reference/rate-limiting
"""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any, Optional

from .refusals import limited

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTIVE_COST, OTHER_COST = 1, 10
"""Tokens for the export of a version that is active, and of any other."""


class RateLimit:
    """`limit` tokens, all of which come back within `window_s` seconds."""

    def __init__(self) -> None:
        """Start full."""
        self.limit, self.window_s = 1000, 60.0
        self.spent = self.refused = 0
        self._tokens = float(self.limit)
        self._at: Optional[float] = None
        self._lock = threading.Lock()

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Set `limit` and `window_s`, and how many `tokens` are left now (all, if not given)."""
        if not wanted:
            return
        if set(wanted) - {"limit", "window_s", "tokens"}:
            message = "a rate limit has limit, window_s and tokens"
            raise ValueError(message)
        with self._lock:
            self.limit = int(wanted.get("limit", self.limit))
            self.window_s = float(wanted.get("window_s", self.window_s))
            self._tokens, self._at = float(wanted.get("tokens", self.limit)), None

    def take(self, cost: int, now: float) -> list[tuple[str, str]]:
        """Return the headers of an answer; raises Problem if fewer than `cost` tokens are left."""
        with self._lock:
            rate = self.limit / self.window_s
            if self._at is not None:
                self._tokens = min(self.limit, self._tokens + max(0.0, now - self._at) * rate)
            self._at = now
            if self._tokens >= cost:
                self._tokens -= cost
                self.spent += cost
                return self._headers()
            self.refused += 1
            wait = (cost - self._tokens) / rate
            problem = limited(wait)
            following = dt.datetime.fromtimestamp(now + wait, dt.timezone.utc)
            text = following.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            problem.headers = (*self._headers(), ("X-RateLimit-Next", text))
        raise problem

    def _headers(self) -> list[tuple[str, str]]:
        return [
            ("X-RateLimit-Limit", str(self.limit)),
            ("X-RateLimit-Remaining", str(int(self._tokens))),
        ]
