"""The documented error responses, with all their members.

https://techdocs.akamai.com/siem-integration/reference/errors
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace

SIEM = "https://problems.cloudsecurity.akamaiapis.net/siem/v1/"
GATEWAY = "https://problems.luna.akamaiapis.net/-/pep-authn/"
ILLEGAL = "Missing mandatory parameter(s) or illegal parameter(s) in the request"
SERVER_ADDRESS = "192.0.2.209"
CLIENT_ADDRESS = "198.51.100.124"


@dataclass(eq=False)
class Problem(Exception):
    """A response that refuses a request."""

    status: int
    kind: str
    title: str
    detail: str
    reason: str = ""
    """The reason, for the request log only; the client does not receive it."""

    def body(self, host: str, target: str, method: str, request_time: str) -> bytes:
        """Return the JSON text for a request of ``target`` (path and query) at ``host``."""
        content: dict[str, object] = {"type": self.kind, "title": self.title}
        if self.kind.startswith(GATEWAY):
            content["status"] = self.status
        content.update(
            instance=f"https://{host}{target}",
            detail=self.detail,
            method=method,
            serverIp=SERVER_ADDRESS,
            clientIp=CLIENT_ADDRESS,
            requestId=secrets.token_hex(4)[:7],
            requestTime=request_time,
        )
        return json.dumps(content).encode()


def illegal_parameter(reason: str, detail: str = ILLEGAL) -> Problem:
    """Return the response to a request whose path or query is not as documented."""
    return Problem(400, SIEM + "missing-parameters", ILLEGAL, detail, reason)


def gateway_request_error(detail: str, reason: str) -> Problem:
    """Return the response to a signature that is malformed or has expired."""
    return Problem(400, GATEWAY + "request-error", "Bad request", detail, reason)


def gateway_denied(detail: str, reason: str) -> Problem:
    """Return the response to a wrong credential or signature."""
    return Problem(401, GATEWAY + "deny", "Not authorized", detail, reason)


def from_too_old(reason: str) -> Problem:
    """Return the response to a ``from`` older than the retention."""
    return illegal_parameter(reason, "The value of the from parameter is out of range: too old")


def documented(status: int, detail: str = "") -> Problem:
    """Return the documented problem of ``status``, optionally with another detail."""
    problem = _DOCUMENTED[status]
    return replace(problem, detail=detail or problem.detail)


_DOCUMENTED = {
    400: illegal_parameter("asked for by a fault"),
    401: gateway_denied("Inactive client token", "asked for by a fault"),
    403: Problem(
        403,
        SIEM + "unauthorized",
        "Unauthorized",
        "The specified user is unauthorized to access the requested data",
        "no permission for this configuration",
    ),
    404: Problem(
        404,
        SIEM + "not-found",
        "Not found",
        "The data for the object requested does not exist",
        "no such configuration",
    ),
    416: Problem(
        416,
        SIEM + "offset-too-old",
        "Expired offset parameter in the request",
        "Expired offset parameter in the request",
        "the offset is older than the retention",
    ),
    429: Problem(
        429,
        SIEM + "too-many-requests",
        "Too many requests",
        "Too many requests made from clients of this account",
        "asked for by a fault",
    ),
    500: Problem(500, SIEM + "error", "Error", "Internal server error", "asked for by a fault"),
    503: Problem(
        503,
        SIEM + "service-unavailable",
        "Service unavailable",
        "There is no available backend system to respond to the request",
        "asked for by a fault",
    ),
}

DOCUMENTED_STATUSES = frozenset(_DOCUMENTED)
