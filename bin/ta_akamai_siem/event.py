"""One source event into one record.

What a record is, member by member and in which order, stands in `docs/record.md`. A member that
is not named there passes through unchanged; an event is never refused for being odd.
"""

from __future__ import annotations

import codecs
import json
import re
import secrets
from typing import Any, NamedTuple

from .decoding import data_items, percent_decoded, text_items, text_of

_RULE_KEYS = ("id", "version", "message", "tag", "data", "selector", "action")
_RULE_LISTS = (
    ("rules", text_items),
    ("ruleVersions", text_items),
    ("ruleMessages", text_items),
    ("ruleTags", text_items),
    ("ruleData", data_items),
    ("ruleSelectors", data_items),
    ("ruleActions", text_items),
)
_RULE_NAMES = tuple(name for name, _ in _RULE_LISTS)
_TOP_FIRST = (
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
)
_ATTACK_FIRST = (
    "configId",
    "policyId",
    "clientIP",
    "appliedAction",
    "apiId",
    "apiKey",
    "slowPostAction",
    "slowPostRate",
    "clientReputation",
)
_HTTP_FIRST = ("start", "method", "host", "port", "status", "bytes", "protocol", "tls", "requestId")
_HTTP_LAST = ("path", "query", "requestHeaders", "responseHeaders")

_JSON_SPACE = " \t\n\r"
_START = re.compile(r"([0-9]+)(?:\.([0-9]+))?\Z", re.ASCII)
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")

# A number with a fraction or an exponent must keep its source digits, and json offers no hook on
# its way out. So it travels as a string behind a mark that nobody outside can know, and loses
# quotes and mark at the end.
_DIGITS_MARK = secrets.token_hex(16)
_MARKED_DIGITS = re.compile(f'"{_DIGITS_MARK}([^"]*)"')


class NotAnEvent(ValueError):
    """The line is no JSON object, or no parser can take it."""


class Record(NamedTuple):
    """`time`: epoch seconds with three decimals. `text`: JSON, safe inside XML 1.0 once `&<>` are
    escaped. `timed`: False where `time` is that of collection, the event having none.
    """

    time: str
    text: str
    timed: bool


class _Digits(str):
    """A number's source digits behind the mark; no plain string, so no rule for strings applies."""

    __slots__ = ()


def record(line: bytes, collected: str) -> Record:
    """The record of one source line.

    `collected`: the moment of collection, epoch seconds with three decimals, used where the event
    has no usable start. Raises NotAnEvent.
    """
    value = parse_object(line)
    try:
        _rewrite_members(value)
        time = _rewrite_http_message(value.get("httpMessage"))
        text = _encode(_ordered(value))
    except RecursionError as error:
        raise NotAnEvent(str(error)) from error
    if _DIGITS_MARK in text:
        text = _MARKED_DIGITS.sub(r"\1", text)
    if not text.isascii():
        text = _NOT_IN_XML.sub(_json_escape, text)
    return Record(time or collected, text, timed=time is not None)


def unparsed(line: bytes, collected: str) -> Record:
    """The record that keeps a line which `record` refuses."""
    content = line[:-1] if line.endswith(b"\r") else line
    value = {"type": "akamai_siem_unparsed", "raw": text_of(content)}
    return Record(collected, _NOT_IN_XML.sub(_json_escape, _encode(value)), timed=False)


def parse_object(line: bytes) -> dict[str, Any]:
    """The JSON object of a line, whatever its bytes are. Raises NotAnEvent."""
    try:
        text = line.decode("utf-8", "json_backslash").strip(_JSON_SPACE)
        value, end = _scan(text, 0)
    except (ValueError, RecursionError, StopIteration) as error:
        raise NotAnEvent(str(error)) from error
    if end != len(text) or type(value) is not dict:
        raise NotAnEvent("not one JSON object")
    return value


def _rewrite_members(value: dict[str, Any]) -> None:
    attack = value.get("attackData")
    if type(attack) is dict:
        value["attackData"] = _attack_data(attack)
    risk = value.get("userRiskData")
    if type(risk) is dict:
        for name in ("risk", "trust", "general"):
            _percent_decode_member(risk, name)
    if "custom" in value:
        value["custom"] = _custom(value["custom"])


def _attack_data(attack: dict[str, Any]) -> dict[str, Any]:
    if "rules" in attack and type(attack["rules"]) is not str:
        return attack
    lists = [
        decode(attack.pop(name)) if type(attack.get(name)) is str else None
        for name, decode in _RULE_LISTS
    ]
    ordered = _taken(attack, _ATTACK_FIRST)
    if any(items is not None for items in lists):
        ordered["rules"] = _rules([items or () for items in lists])
    if None in lists:
        ordered.update(_taken(attack, _RULE_NAMES))
    ordered.update(attack)
    return ordered


def _rules(lists: list[tuple[str, ...]]) -> list[dict[str, str]]:
    length = max(map(len, lists))
    columns = [items + ("",) * (length - len(items)) for items in lists]
    return [dict(zip(_RULE_KEYS, row)) for row in zip(*columns)]


def _custom(custom: object) -> object:
    if type(custom) is dict:
        return {k: _custom_items(v) if type(v) is str else v for k, v in custom.items()}
    return _custom_items(custom) if type(custom) is str else custom


def _custom_items(text: str) -> str | list[str]:
    items = text_items(text)
    if len(items) > 1:
        return list(items)
    return items[0] if items else ""


def _rewrite_http_message(http: object) -> str | None:
    """Decode and put right the member in place; the event's time, None where it has none."""
    if type(http) is not dict:
        return None
    _percent_decode_member(http, "requestHeaders")
    _percent_decode_member(http, "responseHeaders")
    time = _start_time(http.get("start"))
    if time is not None:
        http["start"] = time
    return time


def _percent_decode_member(parent: dict[str, Any], name: str) -> None:
    text = parent.get(name)
    if type(text) is str:
        parent[name] = percent_decoded(text)


def _start_time(start: object) -> str | None:
    """Cut, not rounded, to milliseconds, from the decimal text as it was written."""
    if type(start) is _Digits:
        start = start[len(_DIGITS_MARK) :]
    elif type(start) is int:
        start = str(start)
    elif type(start) is not str:
        return None
    match = _START.match(start)
    return f"{match[1]}.{(match[2] or '')[:3]:0<3}" if match else None


def _ordered(value: dict[str, Any]) -> dict[str, Any]:
    """Short members first: Splunk's automatic extraction stops after 5,000 bytes."""
    last = _taken(value, ("httpMessage",))
    ordered = _taken(value, _TOP_FIRST)
    ordered.update(value)
    for name, http in last.items():
        ordered[name] = _ordered_http(http) if type(http) is dict else http
    return ordered


def _ordered_http(http: dict[str, Any]) -> dict[str, Any]:
    ordered = _taken(http, _HTTP_FIRST)
    last = _taken(http, _HTTP_LAST)
    ordered.update(http)
    ordered.update(last)
    return ordered


def _taken(source: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Those members of `source`, in the order of `names`, taken out of it."""
    return {name: source.pop(name) for name in names if name in source}


def _json_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _backslash_in_json(error: UnicodeError) -> tuple[str, int]:
    r"""Codec error handler: a byte that is no UTF-8 becomes `\\xb4`, which JSON reads as `\xb4`."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(f"\\\\x{byte:02x}" for byte in wrong), error.end


codecs.register_error("json_backslash", _backslash_in_json)
_scan = json.JSONDecoder(
    parse_float=lambda digits: _Digits(_DIGITS_MARK + digits),
    parse_constant=str,
).scan_once  # type: ignore[attr-defined]  # what decode() itself calls, less its two regexes
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
