"""Converts one source line to its record, slowly and simply, to compare the product with."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, Union

from tests.oracles.reference.json_values import (
    Digits,
    bytes_to_text,
    form_faults,
    parse_output,
    parse_source,
)

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_WHITE_SPACE = " \t\n\v\f\r"

# Source member -> key of a rule, in the order of a rule's keys.
_LISTS = {
    "rules": "id",
    "ruleVersions": "version",
    "ruleMessages": "message",
    "ruleTags": "tag",
    "ruleData": "data",
    "ruleSelectors": "selector",
    "ruleActions": "action",
}
_BINARY_LISTS = ("ruleData", "ruleSelectors")

_TOP_FIRST = [
    "type",
    "format",
    "version",
    "attackData",
    "geo",
    "botData",
    "clientData",
    "userRiskData",
    "identity",
    "custom",
]
_TOP_LAST = ["httpMessage"]
_ATTACK_FIRST = [
    "configId",
    "policyId",
    "clientIP",
    "appliedAction",
    "apiId",
    "apiKey",
    "slowPostAction",
    "slowPostRate",
    "clientReputation",
]
# The small objects whose members have an order; unknown members follow.
_SMALL_OBJECTS = {
    "geo": ["continent", "country", "regionCode", "city", "asn"],
    "botData": ["botScore", "responseSegment"],
    "clientData": ["telemetryType", "appBundleId", "appVersion", "sdkVersion"],
    "userRiskData": [
        "status",
        "score",
        "allow",
        "uuid",
        "username",
        "originUserId",
        "emailDomain",
        "risk",
        "trust",
        "general",
    ],
    "identity": ["ja4", "tlsFingerprintV2", "tlsFingerprintV3"],
}
_HTTP_SHORT = [
    "method",
    "host",
    "port",
    "status",
    "bytes",
    "protocol",
    "tls",
    "requestId",
]
_HEADERS = ["requestHeaders", "responseHeaders"]
_HTTP_LAST = ["path", "query", *_HEADERS]

# Number of digits before the point of a start that is finer than seconds, and of its fraction.
_FINER = {13: 3, 16: 6, 19: 9}
_YEAR_2000 = Decimal(946_684_800)
_ONE_DAY = 24 * 60 * 60

# Keys and list positions, from the top of the record.
Path = tuple[Union[str, int], ...]
# The groups of keys follow each other; the order inside a group does not matter.
Groups = list[list[str]]


class Reference(NamedTuple):
    """The expected record of a source line.

    `value`: the record, in the values of `json_values`. `time`: `digits.ddd`, None if the time of
    collection is used. `parsed`: False if the line becomes an unparsed record. `key_order`: the
    order of keys by path, for the objects whose order is not the source's.
    """

    value: dict[str, Any]
    time: str | None
    parsed: bool
    key_order: dict[Path, Groups]


def reference_record(line: bytes, clock: str) -> Reference:
    """Decode one source line, without its line feed but with a CR before it.

    `clock`: Akamai's, in epoch seconds with at most three decimals.
    """
    source = parse_source(line)
    if source is None:
        value = {"type": "akamai_siem_unparsed", "raw": bytes_to_text(line.removesuffix(b"\r"))}
        return Reference(value, None, parsed=False, key_order={})

    record = dict(source)
    key_order: dict[Path, Groups] = {(): _groups(record, _TOP_FIRST, _TOP_LAST)}
    time = None

    if isinstance(record.get("attackData"), dict):
        attack, order = _attack_data(record["attackData"])
        record["attackData"] = attack
        key_order["attackData",] = order
    if isinstance(record.get("userRiskData"), dict):
        record["userRiskData"] = _percent_decoded(
            record["userRiskData"], ["risk", "trust", "general"]
        )
    if "custom" in record:
        record["custom"] = _custom(record["custom"])
    if isinstance(record.get("httpMessage"), dict):
        http, time = _http_message(record["httpMessage"], Decimal(clock) + _ONE_DAY)
        first = [*_HTTP_SHORT, "start"] if time is None else ["start", *_HTTP_SHORT]
        record["httpMessage"] = http
        key_order["httpMessage",] = _groups(http, first, _HTTP_LAST)
    for name, first in _SMALL_OBJECTS.items():
        if isinstance(record.get(name), dict):
            key_order[name,] = _groups(record[name], first, [])
    return Reference(record, time, parsed=True, key_order=key_order)


def _groups(members: dict[str, Any], first: list[str], last: list[str]) -> Groups:
    middle = [key for key in members if key not in first and key not in last]
    return [[key] for key in [*first, *middle, *last] if key in members]


def _attack_data(source: dict[str, Any]) -> tuple[dict[str, Any], Groups]:
    if "rules" in source and type(source["rules"]) is not str:
        return source, [list(source)]

    texts = {name: source[name] for name in _LISTS if type(source.get(name)) is str}
    attack = {key: value for key, value in source.items() if key not in texts}
    left = [name for name in attack if name in _LISTS]
    if texts:
        attack["rules"] = _rules(texts)

    unknown = [key for key in attack if key not in (*_ATTACK_FIRST, *_LISTS)]
    order: Groups = [[key] for key in _ATTACK_FIRST if key in attack]
    if texts:
        order.append(["rules"])
    if left:
        order.append(left)
    order += [[key] for key in unknown]
    return attack, order


def _rules(texts: dict[str, str]) -> list[dict[str, str]]:
    columns = {
        name: [
            _item(item, binary=name in _BINARY_LISTS) for item in percent_decode(text).split(";")
        ]
        for name, text in texts.items()
    }
    length = 0
    for column in columns.values():
        for position, item in enumerate(column):
            if item != "":
                length = max(length, position + 1)
    rules = []
    for position in range(length):
        rule = {}
        for name, key in _LISTS.items():
            column = columns.get(name, [])
            rule[key] = column[position] if position < len(column) else ""
        rules.append(rule)
    return rules


def _custom(source: Any) -> Any:
    if isinstance(source, dict):
        return {
            key: _custom_list(value) if type(value) is str else value
            for key, value in source.items()
        }
    return _custom_list(source) if type(source) is str else source


def _custom_list(text: str) -> str | list[str]:
    items = [_item(item, binary=False) for item in percent_decode(text).split(";")]
    while items and items[-1] == "":
        items.pop()
    if not items:
        return ""
    return items[0] if len(items) == 1 else items


@lru_cache(maxsize=20_000)
def _item(text: str, *, binary: bool) -> str:
    """Decode one item of a list; `text` is already percent-decoded."""
    decoded = base64_bytes(text)
    if decoded is None:
        return text
    if binary:
        return bytes_to_text(decoded)
    try:
        plain = decoded.decode("utf-8")
    except UnicodeDecodeError:
        return text
    return text if any(_is_control(char) for char in plain) else plain


def _is_control(char: str) -> bool:
    return char not in "\t\n\r" and (ord(char) < 0x20 or 0x7F <= ord(char) <= 0x9F)


def base64_bytes(text: str) -> bytes | None:
    """Decode base64 with its usual defects; None if the text is not base64, or empty."""
    letters = "".join(char for char in text if char not in _WHITE_SPACE).rstrip("=")
    if letters == "" or len(letters) % 4 == 1:
        return None
    if any(char not in _ALPHABET for char in letters):
        return None
    bits = "".join(f"{_ALPHABET.index(char):06b}" for char in letters)
    whole = len(bits) // 8
    return bytes(int(bits[8 * n : 8 * n + 8], 2) for n in range(whole))


def percent_decode(text: str) -> str:
    """Decode each run of escapes together; everything else stays."""
    return re.sub("(?:%[0-9A-Fa-f]{2})+", lambda run: _run(run.group()), text)


@lru_cache(maxsize=20_000)
def _run(escapes: str) -> str:
    return bytes_to_text(bytes.fromhex(escapes.replace("%", "")))


def _percent_decoded(members: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return {
        key: percent_decode(value) if key in names and type(value) is str else value
        for key, value in members.items()
    }


def _http_message(source: dict[str, Any], latest: Decimal) -> tuple[dict[str, Any], str | None]:
    """The members and the event's time."""
    http = {
        key: _header_lines(percent_decode(value))
        if key in _HEADERS and type(value) is str
        else value
        for key, value in source.items()
    }
    time = _time(http.get("start"), latest)
    if time is not None:
        http["start"] = time
    return http, time


def _header_lines(block: str) -> list[str]:
    """Split into lines with their ends; a line that begins with a blank or TAB is added to the
    previous one.
    """
    items: list[str] = []
    rest = block
    while rest:
        line, feed, rest = rest.partition("\n")
        if items and line.startswith((" ", "\t")):
            items[-1] += line + feed
        else:
            items.append(line + feed)
    return [_without_line_end(item) for item in items]


def _without_line_end(text: str) -> str:
    for end in ("\r\n", "\n"):
        if text.endswith(end):
            return text[: -len(end)]
    return text


def _time(start: Any, latest: Decimal) -> str | None:
    """`digits.ddd` from the digits of a string or number; None if it is not a plausible time."""
    if type(start) not in (str, int, Digits):
        return None
    found = re.fullmatch(r"([0-9]+)(?:\.([0-9]+))?", str(start))
    if found is None:
        return None
    whole, fraction = found.group(1), found.group(2) or ""
    point = len(whole) - _FINER.get(len(whole), 0)
    digits = whole + fraction + "000"
    time = f"{digits[:point]}.{digits[point : point + 3]}"
    return time if _YEAR_2000 <= Decimal(time) <= latest else None


def parse_record(text: str) -> dict[str, Any]:
    """Read a record's JSON text with its keys in order. ValueError if it is invalid."""
    return parse_output(text)


def same(record_text: str, line: bytes, clock: str) -> list[str]:
    """Describe how a record differs from the expected one; empty if it does not.

    `clock`: as in `reference_record`.
    """
    expected = reference_record(line, clock)
    faults = [
        f"U+{ord(char):04X} cannot be carried by XML 1.0"
        for char in re.findall(
            "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", record_text
        )
    ]
    try:
        got = parse_record(record_text)
    except (ValueError, RecursionError) as error:
        return [*faults, f"not readable: {error}"]
    return faults + form_faults(record_text) + _differences(expected, got)


def _differences(reference: Reference, record: dict[str, Any]) -> list[str]:
    found = []
    # No recursion: a record may be nested as deeply as Python's json can read.
    pending: list[tuple[Path, Any, Any]] = [((), reference.value, record)]
    while pending:
        path, expected, got = pending.pop()
        fault = ""
        if type(expected) is not type(got):
            fault = f"expected {expected!r}, got {got!r}"
        elif isinstance(expected, dict):
            fault = _key_fault(list(expected), list(got), reference.key_order.get(path))
            pending += [((*path, key), expected[key], got[key]) for key in expected if key in got]
        elif isinstance(expected, list):
            if len(expected) != len(got):
                fault = f"expected {len(expected)} items, got {len(got)}: {got!r}"
            pending += [((*path, n), *pair) for n, pair in enumerate(zip(expected, got))]
        elif expected != got:
            fault = f"expected {expected!r}, got {got!r}"
        if fault:
            found.append(f"{'.'.join(map(str, path)) or 'the record'}: {fault}")
    return found


def _key_fault(expected: list[str], got: list[str], groups: Groups | None) -> str:
    if set(expected) != set(got):
        return f"expected keys {expected}, got {got}"
    in_order = expected == got if groups is None else _in_order(got, groups)
    return "" if in_order else f"keys in the order {got}"


def _in_order(keys: list[str], groups: Groups) -> bool:
    begin = 0
    for group in groups:
        if set(keys[begin : begin + len(group)]) != set(group):
            return False
        begin += len(group)
    return begin == len(keys)
