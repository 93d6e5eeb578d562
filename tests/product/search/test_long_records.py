"""Records of 64 KB and more, with a long value in each possible place: no field is lost.

Under Splunk's limits for a pattern, which the emulation enforces: reaching one is an error. Tests
every eighth pair of a place and its content; `LONG_RECORDS=all` tests all of them.
"""

from __future__ import annotations

import base64
import json
import os
from typing import Any
from urllib.parse import quote

import pytest

from ta_akamai_siem.record.event import record
from tests import ROOT
from tests.oracles.cim_models import MODELS
from tests.oracles.golden_files import COLLECTED
from tests.oracles.reference import cim
from tests.oracles.search_time.index_time import IndexTime
from tests.oracles.search_time.knowledge import Event, Knowledge, tags_of

LONG = 64 * 1024
FILLINGS = {
    "plain": "x",
    "quotation marks": '"',
    "backslashes": "\\",
    "quotation marks behind backslashes": '\\"',
    "folded lines": "\r\n and on",
    "tabs": "a\tb",
    "controls": "\x01",
    "braces": '{"id":"',
    "an action": '","action":"deny"},',
    "headers": "A: b\r\n",
    "percent signs": "%",
    "no ASCII": "é",
    "slashes and colons": "/:",
    "commas and brackets": '"},[{',
    "equals": "a=b;c&",
}
CIM = {field for model in MODELS for field in (*model.required, *model.recommended)}


def fill(filling: str, size: int) -> str:
    """Repeated until its JSON has `size` characters."""
    return filling * (size // len(json.dumps(filling, ensure_ascii=False)[1:-1]) + 1)


def items(texts: list[str]) -> str:
    return quote(";".join(base64.b64encode(text.encode()).decode() for text in texts))


def source(**long: str) -> dict[str, Any]:
    """A denied request with a referrer and a long value, by the name of its place."""

    def text(place: str, before: str = "") -> str:
        return before + long.get(place, "")

    each = [
        (text("message", f"Rule {number}"), text("data", "d"), "alert" if number < 3 else "deny")
        for number in range(4)
    ]
    headers = (
        "Host: www.example.com\r\n"
        f"X-Before: {text('header before')}\r\n"
        f"User-Agent: {text('user agent', 'Mozilla/5.0')}\r\n"
        f"Cookie: {text('cookie', 'a=b')}\r\n"
        f"Referer: https://from.example.com/{text('referrer')}\r\n"
        "Content-Length: 17\r\n"
        f"X-After: {text('header after')}\r\n"
    )
    return {
        "type": "akamai_siem",
        "attackData": {
            "configId": "14227",
            "policyId": "pol1_26545",
            "clientIP": "192.0.2.82",
            "appliedAction": "deny",
            "rules": items([str(950_000 + number) for number in range(4)]),
            "ruleVersions": items(["1"] * 4),
            "ruleMessages": items([message for message, _, _ in each]),
            "ruleTags": items(["OWASP_CRS/WEB_ATTACK/XSS"] * 4),
            "ruleData": items([data for _, data, _ in each]),
            "ruleSelectors": items(["ARGS:q"] * 4),
            "ruleActions": items([action for _, _, action in each]),
        },
        "geo": {"country": "DE", "city": "FRANKFURT", "asn": "64496"},
        "userRiskData": {"username": text("user", "ada"), "score": "75"},
        "unknown": {"member": text("unknown member")},
        "httpMessage": {
            "start": "1700000100.25",
            "protocol": "h2",
            "method": "POST",
            "host": "www.example.com",
            "port": "443",
            "path": "/" + text("path"),
            "query": text("query", "q=1"),
            "status": "403",
            "bytes": "266",
            "tls": "tls1.3",
            "requestId": "1158db1758e37bfe67b7c09",
            "requestHeaders": quote(headers),
            "responseHeaders": quote(
                f"Server: {text('response header')}\r\nContent-Type: text/html\r\n"
            ),
        },
    }


PLACES = (
    "message",
    "data",
    "user",
    "unknown member",
    "path",
    "query",
    "header before",
    "user agent",
    "cookie",
    "referrer",
    "header after",
    "response header",
)


HEADERS = ("header before", "user agent", "cookie", "referrer", "header after", "response header")


def pairs() -> list[tuple[str, str]]:
    """Lines are folded in header blocks only; a message with control characters is not decoded."""
    every = 1 if os.environ.get("LONG_RECORDS") == "all" else 8
    return [
        (place, filling)
        for number, place in enumerate(PLACES)
        for other, filling in enumerate(FILLINGS)
        if (number + other) % every == 0
        if (filling != "folded lines" or place in HEADERS)
        and (place, filling) != ("message", "controls")
    ]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge(ROOT)


@pytest.mark.parametrize(("place", "filling"), pairs())
def test_every_field_of_a_long_record(knowledge: Knowledge, place: str, filling: str) -> None:
    # A line of a header block takes fewer characters in a list than in a string.
    size = LONG // 4 if place in ("message", "data") else LONG * 5 // 4
    line = json.dumps(source(**{place: fill(FILLINGS[filling], size)})).encode()
    made = record(line, COLLECTED)
    assert len(made.text) >= LONG
    time = IndexTime(knowledge.props["akamai:siem"]).time(made.text)
    assert f"{time:.3f}" == made.time
    fields = knowledge.fields(Event(made.text, made.time, "akamai:siem"))
    for name, value in cim.fields(made.text).items():
        assert fields.get(name) == value, name
    assert {"ids", "attack"} <= tags_of(fields)
    lacking = CIM - set(fields)
    assert (
        lacking <= {"cookie"} if place == "header before" and filling == "headers" else not lacking
    )
