"""The setting `leave_out`: the record is that of an event without the part."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from ta_akamai_siem.record.event import record
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.record.masking import Masking
from ta_akamai_siem.record.selection import Selection
from ta_akamai_siem.volume.left_out import left_out
from ta_akamai_siem.writing.conversion import convert
from tests.measured.bench.mixes import event_lines

NOW = Moment.of(1_700_000_000.125, 1_700_000_000.5)
REQUEST = [
    "Host: www.example.com",
    "user-agent: Mozilla",
    "COOKIE: a=canary; b=canary",
    "X-Acme-One: canary",
    "x-acme-two : canary",
    "Authorization: Bearer canary",
    "X-acf-sensor-data: canary",
    "Accept: */*",
]
RESPONSE = ["Content-Type: text/html", "Set-Cookie: a=canary", "X-Acme-Three: canary"]


def event(request: object = REQUEST, response: object = RESPONSE, **more: Any) -> bytes:
    http: dict[str, object] = {"start": "1699999999", "host": "a.example.com", "requestId": "1"}
    for name, lines in (("requestHeaders", request), ("responseHeaders", response)):
        if isinstance(lines, list) and all(isinstance(each, str) for each in lines):
            http[name] = quote("".join(f"{each}\r\n" for each in lines))
        elif lines is not None:
            http[name] = lines
    return json.dumps({"attackData": {"configId": "7", **more}, "httpMessage": http}).encode()


def made(line: bytes, *words: str, mask: tuple[str, ...] = ()) -> dict[str, Any]:
    leaving = left_out(words)
    value: dict[str, Any] = json.loads(
        record(line, NOW, Masking(mask) if mask else None, leaving).text
    )
    return value


def without(lines: list[str], *starts: str) -> list[str]:
    return [line for line in lines if not line.lower().startswith(starts)]


@pytest.mark.parametrize(
    ("words", "request_lines", "response_lines"),
    [
        (["response_headers"], REQUEST, None),
        (["cookies"], without(REQUEST, "cookie"), without(RESPONSE, "set-cookie")),
        (["sensor_data"], without(REQUEST, "x-acf"), RESPONSE),
        (
            ["credentials"],
            without(REQUEST, "cookie", "authorization"),
            without(RESPONSE, "set-cookie"),
        ),
        (["header:x-acme-*"], without(REQUEST, "x-acme"), without(RESPONSE, "x-acme")),
        (["header:accept"], without(REQUEST, "accept"), RESPONSE),
        (["request_headers"], [REQUEST[1], REQUEST[2]], RESPONSE),
        (["request_headers", "cookies"], [REQUEST[1]], without(RESPONSE, "set-cookie")),
    ],
)
def test_headers(
    words: list[str], request_lines: list[str], response_lines: list[str] | None
) -> None:
    assert made(event(), *words) == made(event(request_lines, response_lines))


def test_the_member_is_absent_if_nothing_of_it_is_left() -> None:
    only = event(["Cookie: canary"], ["Set-Cookie: canary"])
    assert made(only, "cookies") == made(event(None, None))
    assert made(event([], [""]), "cookies") == made(event([], [""]))


def test_rule_data() -> None:
    lists = {"rules": "MQ%3d%3d", "ruleTags": "dGFn", "ruleActions": "ZGVueQ%3d%3d"}
    whole = event(**lists, ruleData="Y2FuYXJ5")
    assert "canary" in json.dumps(made(whole)["attackData"])
    assert made(whole, "rule_data") == made(event(**lists))


def test_a_folded_header_is_left_out_with_all_its_lines() -> None:
    lines = ["A: b", "Cookie: a=canary\r\n b=canary\r\n\tc=canary", "Cookie\r\n : canary", "C: d"]
    assert made(event(lines), "cookies") == made(event(["A: b", "C: d"], without(RESPONSE, "set")))


@pytest.mark.parametrize("odd", [["a", 1], {"Cookie": "canary"}, 7, [["Cookie: canary"]]])
def test_headers_that_are_no_text_are_left_out_whole(odd: object) -> None:
    assert "requestHeaders" not in made(event(odd), "cookies")["httpMessage"]
    assert "requestHeaders" in made(event(odd), "rule_data")["httpMessage"]


def test_what_is_left_is_masked() -> None:
    both = made(event(), "cookies", mask=("api_keys",))
    assert both == made(
        event(without(REQUEST, "cookie"), without(RESPONSE, "set-cookie")), mask=("api_keys",)
    )
    assert "Authorization: [masked]" in both["httpMessage"]["requestHeaders"]


def test_lines_that_look_like_the_end_of_others() -> None:
    """In JSON, a quotation mark inside a line must not be taken for its end."""
    lines = ['Referer: ",', 'Referer: x","cookie: kept', "X: y", 'Cookie: "a","b\\', "Referer: \\"]
    kept = [line for line in lines if line.startswith("Referer")]
    for words, left in ((["request_headers", "cookies"], kept), (["cookies"], [*kept, "X: y"])):
        each = b"".join(event(lines) + b"\n" for _ in range(600))
        done = convert(each, NOW, tolerant=False, selection=Selection(leave_out=tuple(words)))
        again = convert(each, NOW, tolerant=False, selection=Selection(leave_out=tuple(words)))
        assert done.left_out == again.left_out > 0
        assert sorted(made(event(lines), *words)["httpMessage"]["requestHeaders"]) == sorted(left)
        text = record(event(lines), NOW, None, left_out(tuple(words))).text
        assert again.elements.count(text.replace(">", "&gt;").encode()) == 600


@pytest.mark.parametrize(
    "words",
    [
        ("response_headers", "cookies", "sensor_data"),
        ("request_headers", "rule_data"),
        ("header:a*", "credentials"),
        ("request_headers", "header:user-agent", "header:c*"),
    ],
)
def test_known_shapes(words: tuple[str, ...]) -> None:
    """Events of known shape become the records that `event.record` makes of them."""
    lines = list(event_lines("few", 1_500))
    selection = Selection(leave_out=words)
    data = b"".join(line + b"\n" for line in lines)
    convert(data, NOW, tolerant=False, selection=selection)
    done = convert(data, NOW, tolerant=False, selection=selection)
    leaving = left_out(words)
    expected = [record(line, NOW, None, leaving) for line in lines]
    found = done.elements.decode().splitlines()
    for element, each in zip(found, expected):
        text = each.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert element == f"<event><time>{each.time}</time><data>{text}</data></event>"
    assert len(found) == len(lines)
    assert done.left_out == sum(each.left_out for each in expected) > 0
    # It is what the records would have had more, about.
    whole = sum(len(record(line, NOW).text.encode()) for line in lines)
    less = sum(len(each.text.encode()) for each in expected)
    assert done.left_out == pytest.approx(whole - less, rel=0.1)
