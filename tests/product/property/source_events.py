"""Strategies for source lines that reach the edges of the record's rules."""

from __future__ import annotations

import base64
import json
from typing import Any

from hypothesis import strategies as st

RULE_LISTS = (
    "rules",
    "ruleVersions",
    "ruleMessages",
    "ruleTags",
    "ruleData",
    "ruleSelectors",
    "ruleActions",
)
ATTACK_SHORT = ("configId", "policyId", "clientIP", "appliedAction", "apiId", "apiKey")
HTTP_SHORT = ("method", "host", "port", "status", "bytes", "protocol", "tls", "requestId")
UNKNOWN = ("x", "new", "Start", "rule", "", "é", "\ud800", "a b", "\uffff", "decision")

# Source texts of JSON strings that a random choice of characters would seldom reach.
_ODD_TEXTS = (
    "\ud83d\ude00",
    "\ud800",
    "\udfff\ud800",
    "\ufffe\uffff",
    "\x00\x1f\x7f\x85",
    "]]>&<",
    '"\\/',
    "\\xb4",
    "\u2028\u00a0\ufeff",
    "%",
    "%4",
    "%zz",
    "+",
    "%2541",
    "\r\n",
    "%\n",
    "%\r",
    ";",
    "=",
)
_ODD_BYTES = (b"\xb4", b"\x1f\x8b\x08", b"\xe2\x82", b"\xed\xa0\x80", b"\xff", b"\xc3\xa9", b"\x00")

texts = st.lists(
    st.one_of(st.sampled_from(_ODD_TEXTS), st.text(st.characters(codec=None), max_size=4)),
    max_size=4,
).map("".join)


class Raw(str):
    """A value's JSON text, to be written unchanged."""

    __slots__ = ()


class Members(tuple[tuple[str, Any], ...]):
    """An object's members as pairs, so that a key may come twice."""

    __slots__ = ()


@st.composite
def percent_encoded(draw: st.DrawFn, plain: bytes) -> str:
    """Bytes of which all, some or none are escaped, in either case."""
    style = draw(st.sampled_from(("none", "usual", "all", "any")))
    choices = draw(st.integers(0, 2**24)) if style == "any" else 0
    written = []
    for n, byte in enumerate(plain):
        usual = not chr(byte).isalnum() or byte > 0x7F
        choice = choices >> n % 22 & 3
        escaped = {"none": byte > 0x7F, "usual": usual, "all": True, "any": choice > 1}[style]
        form = "%{:02X}" if choice & 1 else "%{:02x}"
        written.append(form.format(byte) if escaped else chr(byte))
    return "".join(written)


some_bytes = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(_ODD_BYTES),
    st.sampled_from((b"alert", b"deny", b"950002", b"a b;c", b"x=1", b"\t\r\n")),
    texts.map(lambda text: text.encode("utf-8", "replace")),
)

# Line ends, escaped partly or not at all, with their surroundings.
line_ends = st.lists(
    st.sampled_from(
        ("\r\n", "%0d%0a", "%0D\n", "\r%0A", "\n", "%0a", "\r", "%0d", " ", "%20", "\t", "%09")
    ),
    min_size=1,
    max_size=4,
).map("".join)
header_blocks = st.lists(
    st.one_of(
        line_ends,
        st.sampled_from(
            (
                "A: 1",
                "Cookie:",
                "!",
                "%22",
                "\x0b",
                "\x1f",
                "\x85",
                "\u2028",
                "\u00a0x",
                "\\r",
                "\\n",
            )
        ),
    ),
    max_size=8,
).map("".join)
header_texts = st.one_of(
    header_blocks,
    some_bytes.flatmap(percent_encoded),
    st.lists(st.one_of(some_bytes.flatmap(percent_encoded), texts), max_size=3).map("".join),
)


plain_items = st.one_of(
    st.just(""),
    texts,
    st.sampled_from(("deny", "950002", "950002-A", "alert", " ", "=", "Q", " QQ")),
)


@st.composite
def damaged_base64(draw: st.DrawFn) -> str:
    """A base64 item with something removed, added or changed."""
    item = base64.b64encode(draw(some_bytes)).decode()
    place = draw(st.integers(0, len(item)))
    before, after = item[:place], item[place:]
    forms = (
        item.rstrip("="),
        before,
        item + "=" * place,
        item.replace("+", "-").replace("/", "_"),
        before + draw(st.sampled_from(" \t\n\x0b\x0c\r\u00a0\x1c\x85")) + after,
        before + draw(st.sampled_from("=-_+/.!\u00e9")) + after,
    )
    return draw(st.sampled_from(forms))


items = st.one_of(
    plain_items,
    damaged_base64(),
    some_bytes.map(lambda data: base64.b64encode(data).decode()),
)


@st.composite
def item_lists(draw: st.DrawFn) -> str:
    """Items, joined and percent-encoded as Akamai does it, or partly, or not at all."""
    end = draw(st.sampled_from(("", "", ";", ";;")))
    joined = ";".join(draw(st.lists(items, max_size=4))) + end
    style = draw(st.integers(0, 4))
    if style == 0:
        return joined
    if style == 1:
        return draw(percent_encoded(joined.encode("utf-8", "replace")))
    escaped = joined.replace("%", "%25").replace(";", "%3b")
    return escaped.replace("=", "%3d" if style == 2 else "%3D")


numbers = st.one_of(
    st.integers().map(Raw),
    st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
    # It does not matter whether minus zero keeps its sign.
    .map(lambda digits: Raw("0" if digits == "-0" else digits)),
)
scalars = st.one_of(texts, numbers, st.sampled_from((None, True, False)))
values = st.recursive(
    st.one_of(scalars, st.sampled_from((Raw("NaN"), Raw("-Infinity"), Raw("Infinity")))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.lists(st.tuples(texts, inner), max_size=2).map(Members),
    ),
    max_leaves=4,
)
not_strings = st.one_of(
    numbers,
    st.sampled_from((None, True, ["QQ"], Members((("QQ", "%41"),)), [])),
)
CLOCK = 1_700_000_000_500
"""Akamai's clock in milliseconds; near it a start is or is not plausible."""
plausible_starts = st.one_of(
    st.integers(946_684_799_990, 946_684_800_010),
    st.integers(CLOCK + 86_400_000 - 10, CLOCK + 86_400_000 + 10),
    st.integers(946_684_800_000, CLOCK),
)


@st.composite
def starts_in_units(draw: st.DrawFn) -> Any:
    """Values near the bounds, in seconds, milli-, micro- or nanoseconds, as a string or a
    number.
    """
    digits = f"{draw(plausible_starts):0{draw(st.sampled_from((1, 13)))}}"
    more = draw(st.from_regex(r"[0-9]{0,7}", fullmatch=True))
    point = draw(st.sampled_from((10, 10, 10, 12, 13, 14, 16, 19)))
    all_digits = (digits + more).ljust(point, "0")
    if len(digits) < 13 and draw(st.booleans()):
        point -= 1
    text = all_digits[:point] + ("." if all_digits[point:] else "") + all_digits[point:]
    return Raw(text) if draw(st.booleans()) and not text.startswith("0") else text


starts = st.one_of(
    starts_in_units(),
    st.integers(0, 2**34).map(str),
    st.from_regex(r"[0-9]{1,11}\.[0-9]{1,9}", fullmatch=True),
    st.from_regex(r"(0|[1-9][0-9]{0,9})(\.[0-9]{1,9})?", fullmatch=True).map(Raw),
    st.sampled_from(("", " 1", "1\n", "1.", ".5", "-1", "+1", "1e3", "1_0", "\u0661", "1.\u0661")),
    not_strings,
)


def _mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 7).flatmap(lambda n: odd if n == 0 else usual)


def _member(names: tuple[str, ...], value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.sampled_from(names), value)


def _object(*members: st.SearchStrategy[Any], size: int) -> st.SearchStrategy[Members]:
    return st.lists(st.one_of(*members), max_size=size).map(Members)


unknown_members = st.tuples(st.one_of(st.sampled_from(UNKNOWN), texts), values)
attack_data = _object(
    _member(RULE_LISTS, item_lists()),
    _member(RULE_LISTS, item_lists()),
    _member(RULE_LISTS, _mostly(item_lists(), not_strings)),
    _member(ATTACK_SHORT, scalars),
    unknown_members,
    size=9,
)
http_message = _object(
    _member(("start",), starts),
    _member(("requestHeaders", "responseHeaders"), _mostly(header_texts, not_strings)),
    _member(("path", "query", *HTTP_SHORT), _mostly(header_texts, not_strings)),
    unknown_members,
    size=7,
)
user_risk_data = _object(
    _member(("risk", "trust", "general", "username"), _mostly(header_texts, not_strings)),
    _member(("status", "score", "allow", "uuid", "originUserId", "emailDomain"), scalars),
    unknown_members,
    size=7,
)
SMALL_OBJECTS = {
    "geo": ("continent", "country", "regionCode", "city", "asn"),
    "botData": ("botScore", "responseSegment"),
    "clientData": ("telemetryType", "appBundleId", "appVersion", "sdkVersion"),
    "identity": ("ja4", "tlsFingerprintV2", "tlsFingerprintV3"),
}


def _small_object(name: str) -> st.SearchStrategy[Any]:
    members = _object(_member(SMALL_OBJECTS[name], scalars), unknown_members, size=6)
    return st.tuples(st.just(name), _mostly(members, values))


custom = st.one_of(
    item_lists(), not_strings, _object(st.tuples(texts, _mostly(item_lists(), values)), size=3)
)
events = _object(
    _member(("attackData",), _mostly(attack_data, values)),
    _member(("attackData",), attack_data),
    _member(("httpMessage",), _mostly(http_message, values)),
    _member(("httpMessage",), http_message),
    _member(("userRiskData",), _mostly(user_risk_data, values)),
    _member(("custom",), custom),
    _member(("type", "format", "version"), scalars),
    st.sampled_from(tuple(SMALL_OBJECTS)).flatmap(_small_object),
    unknown_members,
    size=7,
)


def json_text(value: Any, style: int) -> str:
    """Write a value as JSON; `style` chooses different escapes and white space at each place."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Members):
        blank = " " if style % 5 == 0 else ""
        return (
            "{"
            + ("," + blank).join(
                json_text(key, style * 3 + n) + blank + ":" + json_text(member, style * 7 + n)
                for n, (key, member) in enumerate(value)
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(json_text(member, style + n) for n, member in enumerate(value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(_char(char, style + n) for n, char in enumerate(value)) + '"'
    return json.dumps(value)


def _char(char: str, style: int) -> str:
    if "\ud800" <= char <= "\udfff" or style % 4 == 0:
        form = "\\u{:04X}" if style & 8 else "\\u{:04x}"
        units = char.encode("utf-16-be", "surrogatepass")
        return "".join(
            form.format(int.from_bytes(units[n : n + 2], "big")) for n in range(0, len(units), 2)
        )
    if char == "/" and style % 3 == 0:
        return "\\/"
    return json.dumps(char, ensure_ascii=False)[1:-1]


lines = st.builds(
    lambda event, style, end: json_text(event, style).encode() + end,
    events,
    st.integers(0, 500),
    st.sampled_from((b"", b"", b"", b"\r", b" ")),
)


@st.composite
def damaged_lines(draw: st.DrawFn) -> bytes:
    """A valid line with inserted, removed or doubled bytes; often no longer a JSON object."""
    line: bytes = draw(lines)
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(line)))
        end = min(len(line), begin + draw(st.sampled_from((0, 0, 1, 1, 2, 9))))
        put = draw(
            st.one_of(
                st.sampled_from((*_ODD_BYTES, b"\\", b'"', b"{", b"}", b",", b"\r", b"\\ud83d")),
                st.binary(max_size=2),
                st.just(line[begin:end] * 2),
            )
        )
        line = line[:begin] + put.replace(b"\n", b"") + line[end:]
    return line
