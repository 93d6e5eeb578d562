"""Maps Akamai's error responses to our errors.

The first matching row decides. A response that matches no row is an `UnexpectedAnswer`.
https://techdocs.akamai.com/siem-integration/reference/errors
https://techdocs.akamai.com/application-security/reference/errors
"""

from __future__ import annotations

import calendar
import html
import json
import re
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Optional

from ta_akamai_siem.errors import (
    ClockSkewed,
    CollectionError,
    ConfigurationUnknown,
    CredentialRefused,
    ExportRunning,
    LimitRefused,
    OffsetExpired,
    OffsetRefused,
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
"""Characters of Akamai's text that a message quotes."""
_VALUE_SHOWN_MAX = 60
"""The same for a header's value."""
_TITLE = re.compile(r"<title[^>]*>(.{1,2000}?)</title", re.IGNORECASE | re.DOTALL)
_REFERENCE = re.compile(r"Reference\s+#\s*([0-9A-Za-z.]{1,100})")
_ISO_UTC = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z\Z", re.ASCII)
_SAVED_UNTIL = 64 << 10
"""Bytes of a foreign body that are examined."""


@dataclass(frozen=True)
class ErrorResponse:
    """A response other than a page.

    `problem`: the JSON body, empty if it is not an object. `akamai_time`: the `Date` header, epoch
    seconds. `retry_after`: seconds. Both are None without the header. `wait`: Retry-After as
    it was sent. `foreign`: facts from a body that is not JSON.
    """

    status: int
    problem: Mapping[str, Any] = field(default_factory=dict)
    akamai_time: Optional[float] = None
    retry_after: Optional[float] = None
    wait: str = ""
    foreign: Optional[Foreign] = None

    def sentence(self) -> str:
        """Akamai's title and detail, and the identifiers that Akamai's support asks for."""
        foreign = self.foreign or Foreign()
        told = [str(self.problem[key]) for key in ("title", "detail") if self.problem.get(key)]
        words = ": ".join(dict.fromkeys(told)) or foreign.title or "no explanation"
        facts = [f"HTTP {self.status}"]
        for key, name in (("serverIp", "server IP"), ("requestId", "request id")):
            if self.problem.get(key):
                facts.append(f"{name} {self.problem[key]}"[:_SHOWN_MAX])
        facts += foreign.facts()
        if self.wait:
            facts.append(f"Retry-After {self.wait}")
        return f"Akamai answered '{words[:_SHOWN_MAX]}' ({', '.join(facts)})"


@dataclass(frozen=True)
class Foreign:
    """Facts from a body that is not the API's. `reference`: the number on an error page of Akamai's
    edge, which Akamai's support asks for. Empty if the body has none.
    """

    content_type: str = ""
    title: str = ""
    reference: str = ""

    def facts(self) -> list[str]:
        facts = []
        if self.content_type:
            facts.append(f"content type {self.content_type}")
        if self.reference:
            facts.append(f"reference number {self.reference}")
        return facts


def read_foreign(content_type: str | None, body: bytes) -> Foreign:
    """Read a body that is neither a page nor a problem document."""
    text = html.unescape(body[:_SAVED_UNTIL].decode("utf-8", "replace"))
    title, reference = _TITLE.search(text), _REFERENCE.search(text)
    return Foreign(
        content_type=" ".join((content_type or "").split())[:_VALUE_SHOWN_MAX],
        title=" ".join(title[1].split())[:_SHOWN_MAX] if title else "",
        reference=reference[1] if reference else "",
    )


def not_a_page(content_type: str | None, body: bytes) -> UnexpectedAnswer:
    """The error for a response with HTTP 200 but no event and no context. `body`: its start."""
    foreign = read_foreign(content_type, body)
    what = f"an answer titled '{foreign.title}'" if foreign.title else "an answer"
    kind = f"{what} that is no page of events" if body.strip() else "an empty answer"
    facts = ", ".join(["HTTP 200", *foreign.facts()])
    return UnexpectedAnswer(f"Instead of events, {kind} arrived ({facts})")


@dataclass(frozen=True)
class Row:
    """`status`: with `whole_hundred`, 500 matches 500 to 599. An empty pattern matches anything."""

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
    Row(400, OffsetRefused, detail_pattern=r"\boffset\b"),
    Row(400, LimitRefused, detail_pattern=r"\blimit\b"),
    Row(400, ParameterIllegal, type_pattern=r"/missing-parameters$"),
    Row(400, CredentialRefused, type_pattern=r"/pep-authn/"),
    Row(400, ParameterIllegal),
    Row(401, CredentialRefused),
    Row(403, PermissionMissing, type_pattern=r"/unauthorized$|/pep-authz/|/access-denied$"),
    Row(403, CredentialRefused, type_pattern=r"/pep-authn/"),
    Row(404, ConfigurationUnknown, type_pattern=r"/not-found$"),
    Row(407, ProxyRefused),
    Row(409, ExportRunning),
    Row(416, OffsetExpired),
    Row(429, RateLimited),
    Row(500, ServerTrouble, whole_hundred=True),
)


def error_of(answer: ErrorResponse) -> CollectionError:
    """The error of the first matching row."""
    kind = next((row.error for row in REACTIONS if row.fits(answer)), UnexpectedAnswer)
    sentence = answer.sentence()
    if issubclass(kind, (ClockSkewed, Replay)):
        return kind(sentence, answer.akamai_time)
    if issubclass(kind, (RateLimited, ServerTrouble)):
        return kind(sentence, answer.retry_after)
    return kind(sentence)


def read_error_response(status: int, headers: Mapping[str, str], body: bytes) -> ErrorResponse:
    """Read a response other than a page. Never fails, even if the body is malformed."""
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):
        problem = None
    akamai_time = http_time(headers.get("Date"))
    wait = " ".join((headers.get("Retry-After") or "").split())
    foreign = None
    if not isinstance(problem, dict):
        problem, foreign = {}, read_foreign(headers.get("Content-Type"), body)
    if "type" not in problem and "problemType" in problem:
        problem = {**problem, "type": problem["problemType"]}
    return ErrorResponse(
        status=status,
        problem=problem,
        akamai_time=akamai_time,
        retry_after=_retry_after(wait, akamai_time)
        if wait
        else _seconds_until(headers.get("X-RateLimit-Next"), akamai_time),
        wait=wait[:_VALUE_SHOWN_MAX],
        foreign=foreign,
    )


def http_time(text: str | None) -> float | None:
    """Epoch seconds of an HTTP date; None if it is not one."""
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _retry_after(text: str | None, akamai_time: float | None) -> float | None:
    if text and re.match(r"[0-9]{1,15}\Z", text):
        return float(text)
    moment = http_time(text)
    if moment is None or akamai_time is None:
        return None
    return max(0.0, moment - akamai_time)


def _seconds_until(text: str | None, akamai_time: float | None) -> float | None:
    """Of an ISO 8601 time in UTC, as `X-RateLimit-Next` has it."""
    match = _ISO_UTC.match((text or "").strip())
    if not match or akamai_time is None:
        return None
    try:
        moment = calendar.timegm(time.strptime(match[1], "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return None
    return max(0.0, moment + float(match[2] or 0) - akamai_time)


def _found(pattern: str, value: object) -> bool:
    return not pattern or (
        isinstance(value, str) and bool(re.search(pattern, value, re.IGNORECASE))
    )
