"""Events with one named unusual property each: seen in practice, or allowed by the documents.

An oddity changes a usual event (a dict) in place, or returns the raw line if the property is in the
JSON text itself. Every line keeps the marker of its event.
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any, Optional

from .encodings import base64_list, percent
from .fragments import RULE_MEMBERS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Event = dict[str, Any]
    Oddity = Callable[[Event, random.Random], Optional[bytes]]

ODDITIES: dict[str, Oddity] = {}


def make_odd(kind: str, event: Event, dice: random.Random, marker: str) -> bytes:
    """Return the line of ``event`` with the oddity ``kind``."""
    line = ODDITIES[kind](event, dice) or _line(event)
    if marker.encode() not in line:
        event["traceId"] = marker
        line = _line(event)
    return line


def _oddity(function: Oddity) -> Oddity:
    ODDITIES[function.__name__] = function
    return function


def _line(event: Event) -> bytes:
    text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
    # A lone surrogate has no UTF-8 encoding; a line can contain only its escape.
    return text.encode("utf-8", "backslashreplace")


@_oddity
def missing_padding(event: Event, _dice: random.Random) -> None:
    """Base64 items without their equals signs."""
    for name in RULE_MEMBERS:
        event["attackData"][name] = event["attackData"][name].replace("%3d", "")


@_oddity
def plain_text_items(event: Event, _dice: random.Random) -> None:
    """Text where base64 is documented; some of it happens to be valid base64."""
    event["attackData"]["rules"] = "950002%3b950006%3bCMD-INJECTION%3b3000057"
    event["attackData"]["ruleActions"] = "alert%3bdeny%3bmonitor%3bdeny_custom_31"
    event["attackData"]["ruleMessages"] = "Command%20access%3bAnomaly: score 12%3bdata"
    event["attackData"]["ruleVersions"] = "1%3b22%3b333%3b4444"


@_oddity
def lists_of_different_lengths(event: Event, dice: random.Random) -> None:
    """Make some lists shorter than others, with empty items inside and at the ends."""
    attack = event["attackData"]
    attack["ruleData"] = base64_list(["first", "", "third"])
    attack["ruleSelectors"] = base64_list(["", "", "ARGS:x", "", ""])
    attack["ruleTags"] = base64_list(["ONE"])
    if dice.random() < 0.5:
        del attack["ruleVersions"]
    attack["ruleActions"] = ""


@_oddity
def trailing_semicolons(event: Event, dice: random.Random) -> None:
    """End lists with one or several semicolons."""
    for name in RULE_MEMBERS:
        event["attackData"][name] += "%3b" * dice.randint(1, 3)


@_oddity
def empty_lists(event: Event, dice: random.Random) -> None:
    """All seven lists are present and empty."""
    for name in RULE_MEMBERS:
        event["attackData"][name] = dice.choice(("", "%3b", "%20%3b%3b"))


@_oddity
def bytes_that_are_not_utf8(event: Event, dice: random.Random) -> None:
    """Matched data as raw bytes: single ones, and a whole gzip body."""
    body = gzip.compress(b'{"q":"' + bytes(dice.randrange(32, 127) for _ in range(60)), mtime=0)
    items = [b"\xb4", b"caf\xe9", body, b"\x00\x01\xfe\xff", "läuft".encode()]
    event["attackData"]["ruleData"] = base64_list(items)
    event["attackData"]["ruleSelectors"] = base64_list([b"ARGS:\xff", b"ARGS:b"])
    event["attackData"]["ruleTags"] = base64_list([b"TAG\xb4", b"TAG\x00", b"TAB\tTAG"])


@_oddity
def broken_escapes(event: Event, _dice: random.Random) -> None:
    """Percent signs that begin no escape, and escapes that are not UTF-8."""
    message = event["httpMessage"]
    message["requestHeaders"] = "X-Rate%3a%20100%%0d%0aX-Odd%3a%20%zz%e%2%0d%0aX-Latin%3a%20%e9%b4"
    message["responseHeaders"] += "%C3%28%f0%9f%98%80%ed%a0%80%"
    event["attackData"]["ruleMessages"] += "%3bJ%zz%3b%3"


@_oddity
def plus_signs(event: Event, _dice: random.Random) -> None:
    """Plus signs in base64, headers, path and query, which must stay plus signs."""
    items = [b"\xfb\xef\xbe", b">>>>", b"a+b c"]
    event["attackData"]["ruleData"] = ";".join(
        base64.b64encode(item).decode() for item in items
    ).replace(";", "%3b")
    event["httpMessage"]["requestHeaders"] = percent("X-Plus: a+b%20c + d\r\n")
    event["httpMessage"]["query"] = "a+b=c%2Bd&e=%20+"


@_oddity
def non_ascii(event: Event, dice: random.Random) -> None:
    """Characters beyond ASCII, unescaped in the JSON text."""
    event["geo"]["city"] = dice.choice(("MÜNCHEN", "SÃOPAULO", "東京", "İSTANBUL"))
    event["httpMessage"]["path"] = "/größe/日本語/😀"
    event["httpMessage"]["requestHeaders"] += "X-Name%3a%20Zoë%20%c3%bc%0d%0a"
    event["attackData"]["ruleMessages"] += "%3bä"


@_oddity
def lone_surrogates(event: Event, _dice: random.Random) -> None:
    """Halves of surrogate pairs, as JSON escapes."""
    event["httpMessage"]["query"] = "q=\ud800&r=\udfff\ud800x"
    event["httpMessage"]["requestHeaders"] += "X-S%3a%20\udc80%20y%0d%0a"
    event["attackData"]["policyId"] = "pol\udbff"


@_oddity
def unknown_members(event: Event, dice: random.Random) -> None:
    """Members that no document mentions, at every depth and of every type."""
    event["newObject"] = {"a": {"b": ["c", 1, None, True, {"d": ""}]}, "": "empty name"}
    event["attackData"]["aiConfidence"] = dice.choice(("0.93", 0.5, None, [1, 2]))
    event["attackData"]["rulesExtra"] = "bm90IGEgbGlzdA%3d%3d"
    event["httpMessage"]["ja4h"] = "ge11nn"
    event["geo"]["latitude"] = -33.868820


@_oddity
def numbers_for_strings(event: Event, _dice: random.Random) -> bytes:
    """Numbers where strings are documented; some lose digits as floats."""
    event["httpMessage"]["status"] = 403
    event["httpMessage"]["bytes"] = 12345678901234567890123
    event["version"] = "@@1.0"
    event["botData"] = {"botScore": "@@99.10000000000000000001", "responseSegment": "@@-0.0"}
    event["attackData"]["score"] = "@@1E400"
    return (
        _line(event)
        .replace(b'"@@', b"")
        .replace(b'1.0"', b"1.0", 1)
        .replace(b'0001"', b"0001", 1)
        .replace(b'-0.0"', b"-0.0", 1)
        .replace(b'1E400"', b"1E400", 1)
    )


@_oddity
def start_as_number(event: Event, dice: random.Random) -> bytes | None:
    """Write the time of the event as a JSON number."""
    start = event["httpMessage"]["start"]
    if dice.random() < 0.5:
        event["httpMessage"]["start"] = int(float(start))
        return None
    return _line(event).replace(b'"start":"' + start.encode() + b'"', b'"start":1721300000.1239')


@_oddity
def start_malformed(event: Event, dice: random.Random) -> None:
    """A value of `start` that is not a time."""
    event["httpMessage"]["start"] = dice.choice(
        ("", "soon", "12.", ".5", "1e9", "-1", "1721300000,5", " 1721300000", "1721300000.12.3")
    )


@_oddity
def start_with_many_decimals(event: Event, _dice: random.Random) -> None:
    """A time with more decimals than a float holds: it must be cut, not rounded."""
    event["httpMessage"]["start"] = f"{int(float(event['httpMessage']['start']))}.99999999999999999"


@_oddity
def start_absent(event: Event, _dice: random.Random) -> None:
    """No time."""
    del event["httpMessage"]["start"]


@_oddity
def attack_data_absent(event: Event, _dice: random.Random) -> None:
    """No attackData."""
    del event["attackData"]


@_oddity
def attack_data_not_an_object(event: Event, dice: random.Random) -> None:
    """attackData of another type."""
    event["attackData"] = dice.choice(("none", None, [], [{"rules": "OTUwMDAy"}], 7))


@_oddity
def rule_members_not_strings(event: Event, dice: random.Random) -> None:
    """Rule lists that are lists, numbers or null."""
    attack = event["attackData"]
    attack["ruleVersions"] = dice.choice((4, None, ["4", "1"]))
    attack["ruleTags"] = {"0": "TAG"}
    if dice.random() < 0.5:
        attack["rules"] = [{"id": "950002"}]


@_oddity
def http_message_absent(event: Event, _dice: random.Random) -> None:
    """No httpMessage, and therefore no requestId."""
    del event["httpMessage"]


@_oddity
def http_message_not_an_object(event: Event, dice: random.Random) -> None:
    """httpMessage of another type."""
    event["httpMessage"] = dice.choice(("GET /", None, [1], {}))


from . import oddities_in_text  # noqa: E402, F401 - adds the other half to ODDITIES
