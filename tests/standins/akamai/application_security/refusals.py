"""The API's error responses: `type` ends in a word, its host is `problems.luna.akamaiapis.net`."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.standins.akamai.problems import Problem

_TYPE = "https://problems.luna.akamaiapis.net/appsec/error-types/"
_DENIED = "https://problems.luna.akamaiapis.net/-/pep-authz/deny"


@dataclass(eq=False)
class ApiProblem(Problem):
    """A refusal of this API. `headers`: sent in addition."""

    headers: tuple[tuple[str, str], ...] = ()

    def body(self, host: str, target: str, method: str, request_time: str) -> bytes:  # noqa: ARG002 - as inherited
        """Return the JSON text: this API's problems have five members."""
        return json.dumps(
            {
                "type": self.kind,
                "title": self.title,
                "status": self.status,
                "detail": self.detail,
                "instance": f"https://problems.luna.akamaiapis.net/error-instances/{id(self):x}",
            }
        ).encode()


def not_listable() -> Problem:
    """Return the gateway's refusal to a client without a grant for this API."""
    title, detail = "Unauthorized access", "The client does not have the grant for the request"
    return Problem(403, _DENIED, title, detail, "may not list configurations")


def denied(operation: str) -> ApiProblem:
    """Return the refusal of one operation."""
    detail = "You don't have the necessary access to perform this operation or the requested \
resource may not exist."
    return ApiProblem(
        403, f"{_TYPE}ACCESS-DENIED", "Access Denied", detail, f"refused: {operation}"
    )


def unknown(what: str) -> ApiProblem:
    """Return the answer for something that does not exist."""
    return ApiProblem(404, f"{_TYPE}NOT-FOUND", "Not Found", what, what)


def conflict(detail: str) -> ApiProblem:
    """Return the answer to a second export task."""
    return ApiProblem(409, f"{_TYPE}INVALID-INPUT-ERROR", "Invalid Input Error", detail, detail)


def invalid(detail: str) -> ApiProblem:
    """Return the answer to a query that is not documented."""
    return ApiProblem(400, f"{_TYPE}INVALID-INPUT-ERROR", "Invalid Input Error", detail, detail)


def limited(seconds: float) -> ApiProblem:
    """Return the answer when the tokens are used up."""
    detail = f"Rate limit exceeded. Retry after {max(1, round(seconds))} seconds"
    return ApiProblem(429, f"{_TYPE}RATE-LIMITED", "Rate Limited", detail, "no tokens left")
