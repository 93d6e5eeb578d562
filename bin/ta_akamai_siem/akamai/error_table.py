"""The table from Akamai's error responses to our errors.

The first row that fits decides. A response that fits no row is an `UnexpectedAnswer`.
https://techdocs.akamai.com/siem-integration/reference/errors
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Optional

from ta_akamai_siem.errors import (
    ClockSkewed,
    CollectionError,
    ConfigurationUnknown,
    CredentialRefused,
    OffsetExpired,
    ParameterIllegal,
    PermissionMissing,
    ProxyRefused,
    RangeExpired,
    RateLimited,
    Replay,
    ServerTrouble,
    UnexpectedAnswer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN_MAX = 300
"""Characters of Akamai's text that a message repeats."""


@dataclass(frozen=True)
class ErrorResponse:
    """An answer other than a page.

    `problem`: the JSON body, empty if it is not an object. `akamai_time`: the `Date` header, epoch
    seconds. `retry_after`: seconds. Both are None without the header.
    """

    status: int
    problem: Mapping[str, Any] = field(default_factory=dict)
    akamai_time: Optional[float] = None
    retry_after: Optional[float] = None

    def sentence(self) -> str:
        """Akamai's title and detail, and what Akamai's support asks for."""
        told = [str(self.problem[key]) for key in ("title", "detail") if self.problem.get(key)]
        words = ": ".join(dict.fromkeys(told)) or "no explanation"
        facts = [f"HTTP {self.status}"]
        for key, name in (("serverIp", "server IP"), ("requestId", "request id")):
            if self.problem.get(key):
                facts.append(f"{name} {self.problem[key]}")
        return f"Akamai answered '{words[:_SHOWN_MAX]}' ({', '.join(facts)})"


@dataclass(frozen=True)
class Row:
    """`status`: with `whole_hundred`, 500 fits 500 to 599. An empty pattern fits everything."""

    status: int
    error: type[CollectionError]
    type_pattern: str = ""
    detail_pattern: str = ""
    whole_hundred: bool = False

    def fits(self, answer: ErrorResponse) -> bool:
        status = answer.status // 100 * 100 if self.whole_hundred else answer.status
        return (
            status == self.status
            and _found(self.type_pattern, answer.problem.get("type"))
            and _found(self.detail_pattern, answer.problem.get("detail"))
        )


REACTIONS = (
    Row(400, ClockSkewed, detail_pattern=r"invalid timestamp"),
    Row(400, RangeExpired, detail_pattern=r"out of range|too old|beyond|retention"),
    Row(400, ParameterIllegal, type_pattern=r"/missing-parameters$"),
    Row(400, CredentialRefused, type_pattern=r"/pep-authn/"),
    Row(400, ParameterIllegal),
    Row(401, CredentialRefused),
    Row(403, PermissionMissing, type_pattern=r"/unauthorized$|/pep-authz/"),
    Row(403, CredentialRefused, type_pattern=r"/pep-authn/"),
    Row(404, ConfigurationUnknown, type_pattern=r"/not-found$"),
    Row(407, ProxyRefused),
    Row(416, OffsetExpired),
    Row(429, RateLimited),
    Row(500, ServerTrouble, whole_hundred=True),
)


def error_of(answer: ErrorResponse) -> CollectionError:
    """The error of the first row that fits."""
    kind = next((row.error for row in REACTIONS if row.fits(answer)), UnexpectedAnswer)
    sentence = answer.sentence()
    if issubclass(kind, (ClockSkewed, Replay)):
        return kind(sentence, answer.akamai_time)
    if issubclass(kind, (RateLimited, ServerTrouble)):
        return kind(sentence, answer.retry_after)
    return kind(sentence)


def read_error_response(status: int, headers: Mapping[str, str], body: bytes) -> ErrorResponse:
    """Read an answer other than a page. Never fails, whatever the body is."""
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):
        problem = None
    akamai_time = http_time(headers.get("Date"))
    return ErrorResponse(
        status=status,
        problem=problem if isinstance(problem, dict) else {},
        akamai_time=akamai_time,
        retry_after=_retry_after(headers.get("Retry-After"), akamai_time),
    )


def http_time(text: str | None) -> float | None:
    """Epoch seconds of an HTTP date; None if it is not one."""
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _retry_after(text: str | None, akamai_time: float | None) -> float | None:
    if text and re.match(r"[0-9]{1,6}\Z", text.strip()):
        return float(text)
    moment = http_time(text)
    if moment is None or akamai_time is None:
        return None
    return max(0.0, moment - akamai_time)


def _found(pattern: str, value: object) -> bool:
    return not pattern or (
        isinstance(value, str) and bool(re.search(pattern, value, re.IGNORECASE))
    )
