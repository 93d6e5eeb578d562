"""The table from Akamai's responses to our errors, row by documented row."""

from __future__ import annotations

import json

import pytest

from ta_akamai_siem.akamai.error_table import (
    REACTIONS,
    ErrorResponse,
    error_of,
    read_error_response,
)
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
    ServerTrouble,
    UnexpectedAnswer,
)

SIEM = "https://problems.cloudsecurity.akamaiapis.net/siem/v1/"
NAMES = "https://problems.luna.akamaiapis.net/appsec/error-types/"
GATEWAY = "https://problems.luna.akamaiapis.net/-/"


def error(status: int, kind: str = "", detail: str = "", **headers: str) -> CollectionError:
    problem = {
        "type": kind,
        "title": "The title",
        "detail": detail,
        "serverIp": "192.0.2.209",
        "requestId": "9cf81a9",
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_of(read_error_response(status, named, json.dumps(problem).encode()))


ANSWERS = [
    (400, SIEM + "missing-parameters", "illegal parameter(s)", ParameterIllegal),
    (400, GATEWAY + "pep-authn/request-error", "Invalid timestamp", ClockSkewed),
    (400, GATEWAY + "pep-authn/request-error", "Bad header", CredentialRefused),
    (400, SIEM + "missing-parameters", "from is out of range", RangeExpired),
    (400, SIEM + "missing-parameters", "The time is too old", RangeExpired),
    (400, SIEM + "missing-parameters", "from is beyond what is kept", RangeExpired),
    (400, SIEM + "missing-parameters", "Outside of the Retention period", RangeExpired),
    (400, SIEM + "missing-parameters", "Illegal offset", OffsetRefused),
    (400, SIEM + "missing-parameters", "limit is too large", LimitRefused),
    (400, "", "", ParameterIllegal),
    (401, GATEWAY + "pep-authn/deny", "Inactive client token", CredentialRefused),
    (401, "", "", CredentialRefused),
    (403, SIEM + "unauthorized", "", PermissionMissing),
    (403, GATEWAY + "pep-authz/deny", "", PermissionMissing),
    (403, GATEWAY + "pep-authn/deny", "Unknown access token", CredentialRefused),
    (403, NAMES + "ACCESS-DENIED", "", PermissionMissing),
    (403, "", "", UnexpectedAnswer),
    (404, SIEM + "not-found", "", ConfigurationUnknown),
    (404, NAMES + "NOT-FOUND", "", ConfigurationUnknown),
    (404, "", "", UnexpectedAnswer),
    (407, "", "", ProxyRefused),
    (409, NAMES + "INVALID-INPUT-ERROR", "Export 161 is in progress", ExportRunning),
    (416, SIEM + "offset-too-old", "", OffsetExpired),
    (429, SIEM + "too-many-requests", "", RateLimited),
    (429, NAMES + "RATE-LIMITED", "", RateLimited),
    (500, SIEM + "error", "", ServerTrouble),
    (503, SIEM + "service-unavailable", "", ServerTrouble),
    (599, "", "", ServerTrouble),
    (302, "", "", UnexpectedAnswer),
    (204, "", "", UnexpectedAnswer),
    (418, "", "", UnexpectedAnswer),
    (428, "", "", UnexpectedAnswer),
]


@pytest.mark.parametrize(("status", "kind", "detail", "expected"), ANSWERS)
def test_row(status: int, kind: str, detail: str, expected: type[CollectionError]) -> None:
    assert type(error(status, kind, detail)) is expected


def test_every_row_decides_one_of_these_answers() -> None:
    deciding = set()
    for status, kind, detail, _ in ANSWERS:
        answer = ErrorResponse(status, {"type": kind, "detail": detail})
        deciding |= {next((row for row in REACTIONS if row.fits(answer)), None)}
    assert deciding - {None} == set(REACTIONS)


def test_sentence_repeats_what_support_asks_for() -> None:
    text = str(error(403, SIEM + "unauthorized", "The user is unauthorized"))
    assert "The title: The user is unauthorized" in text
    assert "HTTP 403, server IP 192.0.2.209, request id 9cf81a9" in text
    assert "Manage SIEM" in text


def test_a_sentence_is_no_longer_than_its_reader_bears() -> None:
    answer = ErrorResponse(403, {"title": "a" * 200, "detail": "b" * 200})
    assert answer.sentence() == f"Akamai answered '{'a' * 200}: {'b' * 98}' (HTTP 403)"
    twice = ErrorResponse(403, {"title": "No", "detail": "No"})
    assert twice.sentence() == "Akamai answered 'No' (HTTP 403)"
    assert ErrorResponse(403).sentence() == "Akamai answered 'no explanation' (HTTP 403)"


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"[1]", b"[" * 100_000])
def test_a_body_that_is_no_problem(body: bytes) -> None:
    found = error_of(read_error_response(502, {}, body))
    assert type(found) is ServerTrouble
    assert "HTTP 502" in str(found)


def test_retry_after() -> None:
    date = "Tue, 20 Jun 2023 15:02:30 GMT"
    later = "Tue, 20 Jun 2023 15:03:10 GMT"
    earlier = "Tue, 20 Jun 2023 15:02:00 GMT"
    waits = [
        error(429, Retry_After="17"),
        error(503, Retry_After=later, Date=date),
        error(503, Retry_After=earlier, Date=date),
        error(429, Retry_After=later),
        error(429, Retry_After="1234567"),
        error(429, Retry_After="soon"),
        error(429),
    ]
    told = [getattr(found, "retry_after", "missing") for found in waits]
    assert told == [17.0, 40.0, 0.0, None, 1234567.0, None, None]


@pytest.mark.parametrize(
    ("following", "seconds"),
    [
        ("2023-06-20T15:02:43.250Z", 13.25),
        ("2023-06-20T15:02:43Z", 13.0),
        ("2023-06-20T15:02:00Z", 0.0),
        ("2023-13-20T15:02:43Z", None),
        ("soon", None),
    ],
)
def test_the_next_request_of_a_rate_limit(following: str, seconds: float | None) -> None:
    date = "Tue, 20 Jun 2023 15:02:30 GMT"
    found = error(429, X_RateLimit_Next=following, Date=date)
    assert getattr(found, "retry_after", "missing") == seconds
    after = error(429, X_RateLimit_Next=following, Date=date, Retry_After="5")
    assert getattr(after, "retry_after", "missing") == 5.0


def test_clock() -> None:
    found = error(400, "", "Invalid timestamp", Date="Tue, 20 Jun 2023 15:02:30 GMT")
    assert isinstance(found, ClockSkewed)
    assert found.akamai_time == 1687273350.0


def test_what_a_foreign_body_tells() -> None:
    body = b"<HTML><TITLE>Access\n Denied</TITLE>Reference&#32;&#35;18&#46;00&#46;1770&#46;0</HTML>"
    found = error_of(read_error_response(403, {"Content-Type": "text/html"}, body))
    assert type(found) is UnexpectedAnswer
    assert "'Access Denied'" in found.what
    assert "content type text/html" in found.what
    assert "reference number 18.00.1770.0" in found.what


def test_an_older_problem_form() -> None:
    problem = {"problemType": SIEM + "unauthorized", "httpStatus": 403, "title": "No"}
    found = error_of(read_error_response(403, {}, json.dumps(problem).encode()))
    assert type(found) is PermissionMissing


def test_retry_after_is_told_as_it_was_sent() -> None:
    assert "Retry-After 86400" in error(503, Retry_After="86400").what
    assert getattr(error(503, Retry_After="9" * 15), "retry_after", 0) == 999999999999999.0
    assert getattr(error(503, Retry_After="9" * 400), "retry_after", 0) is None
