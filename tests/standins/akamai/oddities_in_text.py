"""More events with oddities: unusual text inside members, unusual JSON around them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .encodings import base64_list, percent
from .oddities import ODDITIES, _line

if TYPE_CHECKING:
    import random

    from .oddities import Event, Oddity


def _oddity(function: Oddity) -> Oddity:
    ODDITIES[function.__name__] = function
    return function


@_oddity
def control_characters(event: Event, _dice: random.Random) -> None:
    """Code points that XML cannot contain or that some tools treat as line ends."""
    event["httpMessage"]["query"] = "q=\x00\x01\x1b\x1f\x7f\x80\x85\u2028\u2029\ufffe\uffff\x0b"
    event["httpMessage"]["requestHeaders"] = "X%3a%20%00%01%0b%0c%1f%7f%c2%85%e2%80%a8%0d%0a"
    event["attackData"]["ruleData"] = base64_list(["\x00\x08", "tab\tand\r\n", "\x1b[0m"])


@_oddity
def quotes_and_backslashes(event: Event, _dice: random.Random) -> None:
    """Characters that JSON has to escape, and text that looks like an escape."""
    event["httpMessage"]["path"] = '/"quoted"\\back\\\\slash\\u0041/\\'
    event["httpMessage"]["query"] = '}","start":"1","x":"{\\"'
    event["httpMessage"]["requestHeaders"] += percent('X-Q: "\\\\xb4" \\xb4\r\n')
    event["attackData"]["ruleData"] = base64_list(['"', "\\", "\\xb4", '\\"}'])


@_oddity
def markup(event: Event, _dice: random.Random) -> None:
    """Text that would break an XML stream if it were not escaped."""
    event["httpMessage"]["query"] = "x=]]></data></event></stream>&amp;<event><data>&#0;"
    event["httpMessage"]["requestHeaders"] = percent("X: ]]> <!-- <&> </event> -->\r\n")
    event["attackData"]["ruleData"] = base64_list(["<script>]]>&</script>", "&lt;"])


@_oddity
def header_forms(event: Event, dice: random.Random) -> None:
    """Header blocks as real servers send them."""
    event["httpMessage"]["requestHeaders"] = dice.choice(
        (
            "",
            "{p}",
            percent("X-Folded: one\r\n\ttwo\r\n three\r\nX-Empty:\r\nX-Bare\r\n"),
            percent("Cookie: a=1\r\nCookie: b=2\r\ncookie: c=3\r\n"),
            percent("X-Lf: a\nX-Cr: b\rX-End: c"),
            "Host: plain.example.com\r\nX: not encoded\r\n",
        )
    )
    event["httpMessage"]["responseHeaders"] = dice.choice(("", "{p}", "%0d%0a%0d%0a"))


@_oddity
def stray_blanks(event: Event, _dice: random.Random) -> None:
    """White space inside and around base64 items."""
    attack = event["attackData"]
    attack["ruleData"] = "dGVs%20bmV0%3b%0d%0aYWJj%3b%20%3bYQ%3d%3d%20"
    attack["ruleMessages"] = " U3lz dGVt %3b\tQW5vbWFseQ=="
    attack["ruleTags"] = "VEFH%0b%3bT05F%0c"


@_oddity
def other_base64_alphabets(event: Event, _dice: random.Random) -> None:
    """URL-safe base64, padding inside, too much padding, impossible lengths."""
    attack = event["attackData"]
    attack["ruleData"] = "-_-_%3bYQ%3d%3dYQ%3d%3d%3bYWI%3d%3d%3d%3d%3bYWJjZ%3bYR%3d%3d"
    attack["ruleMessages"] = "QUJD-_%3bQ%3d%3d%3d%3b%3d%3d%3bQUJDRA"


@_oddity
def upper_case_escapes(event: Event, _dice: random.Random) -> None:
    """Escapes with upper-case digits, and lists that were not percent-encoded at all."""
    attack = event["attackData"]
    attack["ruleData"] = attack["ruleData"].replace("%3d", "%3D").replace("%3b", "%3B")
    attack["ruleTags"] = attack["ruleTags"].replace("%3d", "=").replace("%3b", ";")


@_oddity
def custom_forms(event: Event, dice: random.Random) -> None:
    """``custom`` in every form, including undocumented ones."""
    event["custom"] = dice.choice(
        (
            "",
            "plain text",
            "%3b%3b",
            base64_list(["one", "two", "", ""]),
            base64_list([b"\xb4", "zwei"]),
            {"A": base64_list(["x"]), "B": "", "C": 5, "D": None, "E": {"F": "eA%3d%3d"}},
            ["bGlzdA%3d%3d"],
            42,
            None,
        )
    )


@_oddity
def user_risk_forms(event: Event, _dice: random.Random) -> None:
    """Empty, half-encoded and wrongly typed account protection data."""
    event["userRiskData"] = {
        "uuid": "",
        "username": "j+s m%20ith",
        "status": 0,
        "score": "75",
        "risk": "udfp%3a1325gdg4g4343g%2fM%7cunp:74256/H%",
        "trust": "",
        "general": ["duc_1h:10"],
        "allow": "2",
    }


@_oddity
def duplicate_members(event: Event, _dice: random.Random) -> bytes:
    """The same key twice in one object."""
    line = _line(event)
    line = line.replace(b'"geo":{', b'"geo":{"country":"XX","country":"YY",', 1)
    return line.replace(b'"type":', b'"type":"first","type":', 1)


@_oddity
def large(event: Event, dice: random.Random) -> None:
    """Tens of kilobytes in one event."""
    event["httpMessage"]["query"] = "&".join(
        f"p{number}={dice.getrandbits(64):x}%20" for number in range(dice.randint(300, 1500))
    )
    event["attackData"]["ruleData"] = base64_list(
        bytes(dice.randrange(256) for _ in range(40)) for _ in range(60)
    )


@_oddity
def white_space_in_json(event: Event, _dice: random.Random) -> bytes:
    """A line with blanks and tabs between its tokens and a carriage return at its end."""
    text = json.dumps(event, separators=(" ,\t", " : "))
    return b" " + text.encode() + b" \r"


@_oddity
def looks_like_a_context(event: Event, _dice: random.Random) -> None:
    """The members of an offset context."""
    event["total"] = 1
    event["offset"] = "71cca;not-a-token"
    event["limit"] = 1


@_oddity
def infinities(event: Event, _dice: random.Random) -> None:
    """Numbers that Python accepts and JSON does not allow."""
    event["geo"]["accuracy"] = float("nan")
    event["botData"] = {"botScore": float("inf"), "responseSegment": float("-inf")}


@_oddity
def escaped_everywhere(event: Event, _dice: random.Random) -> bytes:
    """JSON with unnecessary escapes: slashes, letters, pairs of surrogates."""
    event["httpMessage"]["path"] = "/😀/é"
    text = json.dumps(event, separators=(",", ":"), ensure_ascii=True)
    return text.replace("/", "\\/").replace('"host"', '"\\u0068ost"').encode()


@_oddity
def request_id_not_a_string(event: Event, _dice: random.Random) -> None:
    """A requestId that is a number and that many events share."""
    event["httpMessage"]["requestId"] = 1158


@_oddity
def types_changed(event: Event, _dice: random.Random) -> None:
    """Documented members of undocumented types."""
    event["geo"] = "FRANKFURT"
    event["httpMessage"]["requestHeaders"] = ["Host: a"]
    event["httpMessage"]["responseHeaders"] = None
    event["httpMessage"]["query"] = {"a": "b"}
    event["version"] = None
