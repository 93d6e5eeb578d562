"""Turns one source event into one record.

`docs/record.md` defines the members of a record and their order. A member that it does not name is
copied unchanged, and an event with unexpected content is kept.
"""

from __future__ import annotations

import codecs
import json
import re
import secrets
from collections.abc import Callable, Mapping
from functools import lru_cache
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, NamedTuple

from .decoding import percent_decoded, text_items, text_of
from .event_time import event_time
from .headers import header_lines
from .long_line import read_shortened
from .masking import MASKED
from .rules import RULE_LISTS, rules_as_json
from .xml_text import escaped, is_xml_text

if TYPE_CHECKING:
    from ta_akamai_siem.volume.left_out import HeaderFilter, LeftOut

    from .event_time import Moment
    from .masking import Masking

CACHED_ORDERS = 256
"""Events of the same kind have the same members in the same order."""

_Order = Callable[[tuple[str, ...]], tuple[str, ...]]


def _order(first: tuple[str, ...], last: tuple[str, ...] = ()) -> _Order:
    """Sorts member names: `first`, unknown ones in their own order, `last`."""

    @lru_cache(CACHED_ORDERS)
    def ordered(names: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in names if name not in first and name not in last]
        begin = [name for name in first if name in names]
        return (*begin, *unknown, *(name for name in last if name in names))

    return ordered


top_order = _order(
    (
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
    ),
    ("httpMessage",),
)
"""The order of a record's members."""
_attack_order = _order(
    (
        "configId",
        "policyId",
        "clientIP",
        "appliedAction",
        "apiId",
        "apiKey",
        "slowPostAction",
        "slowPostRate",
        "clientReputation",
        *RULE_LISTS,
    )
)
_STRINGS = {str}
_HEADERS = (REQUEST_HEADERS, RESPONSE_HEADERS) = ("requestHeaders", "responseHeaders")
_HTTP_SHORT = ("method", "host", "port", "status", "bytes", "protocol", "tls", "requestId")
_HTTP_LONG = ("path", "query", *_HEADERS)
_timed_http_order = _order(("start", *_HTTP_SHORT), _HTTP_LONG)
_untimed_http_order = _order((*_HTTP_SHORT, "start"), _HTTP_LONG)
"""A `start` that is no time must not be where `TIME_PREFIX` in default/props.conf expects one."""
_SMALL_OBJECTS = {
    "geo": ("continent", "country", "regionCode", "city", "asn"),
    "botData": ("botScore", "responseSegment"),
    "clientData": ("telemetryType", "appBundleId", "appVersion", "sdkVersion"),
    "userRiskData": (
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
    ),
    "identity": ("ja4", "tlsFingerprintV2", "tlsFingerprintV3"),
}

_JSON_SPACE = " \t\n\r"

# A number with a fraction or an exponent must keep its source digits, but json has no hook for
# writing them. So it becomes a string that starts with a random mark, and quotes and mark are
# removed at the end.
_DIGITS_MARK = secrets.token_hex(16)
_MARKED_DIGITS = re.compile(f'"{_DIGITS_MARK}([^"]*)"')
# Rules, a third of a record, are written as JSON text directly. A mark reserves their place.
_RULES_MARK = secrets.token_hex(16)
MARKED_RULES = f'"{_RULES_MARK}"'


_CONTEXT_MEMBERS = {"total", "offset", "limit"}
"""https://techdocs.akamai.com/siem-integration/reference/get-config"""


class NotAnEvent(ValueError):
    """The line is not a JSON object, or is nested too deeply to parse."""


class ContextLine(NotAnEvent):
    """The line is a page's context. It is never a record, wherever in a page it is."""


class Record(NamedTuple):
    """`time`: epoch seconds with three decimals. `text`: JSON; XML 1.0 can carry it once `&<>` are
    escaped. `timed`: False if the event has no time, so that `time` is the time of collection.
    `masked`: number of masked values. `left_out`: bytes that the record would have had more.
    """

    time: str
    text: str
    timed: bool
    masked: int = 0
    left_out: int = 0


class LaidOut(NamedTuple):
    """`text`: JSON, with MARKED_RULES in the place of the rules. `rules`: as JSON, None without
    any. `time`: the event's own, None without one. `masked`, `left_out`: as in Record.
    """

    text: str
    rules: str | None
    time: str | None
    masked: int
    left_out: int


class _Digits(str):
    """A number's source digits after the mark. Rules for strings apply to plain `str` only."""

    __slots__ = ()


def record(
    line: bytes, moment: Moment, masking: Masking | None = None, leaving: LeftOut | None = None
) -> Record:
    """The record of one source line.

    `moment`: of collection, used if the event has no usable start. `masking`: None to mask nothing.
    `leaving`: None to leave out nothing. Raises NotAnEvent.
    """
    return record_of(source_event(line), line, moment, masking, leaving)


def source_event(line: bytes) -> dict[str, Any]:
    """The event of a source line. Raises NotAnEvent."""
    value = parse_object(line)
    if "httpMessage" not in value and "attackData" not in value and is_context(value):
        what = "a context line"
        raise ContextLine(what)
    return value


def record_of(
    value: dict[str, Any],
    line: bytes,
    moment: Moment,
    masking: Masking | None = None,
    leaving: LeftOut | None = None,
) -> Record:
    """The record of an event from `source_event`, which it changes. The others are as above."""
    text, rules, time, masked, left = laid_out(value, moment.latest, masking, leaving)
    if rules is not None:
        text = text.replace(MARKED_RULES, rules, 1)
    if not text.isascii():
        text = _safe_in_xml(text, line)
    return Record(time or moment.collected, text, time is not None, masked, left)


def laid_out(
    value: dict[str, Any],
    latest: float,
    masking: Masking | None = None,
    leaving: LeftOut | None = None,
) -> LaidOut:
    """Decode, leave out, mask and order an event, which `parse_object` made. Changes it.

    `latest`: the latest plausible time, epoch seconds. Raises NotAnEvent.
    """
    masked = left = 0
    try:
        if leaving is not None:
            left = _leave_out_members(value, leaving)
        rules = _rewrite_members(value)
        time = None
        http = value.get("httpMessage")
        if type(http) is dict:
            time = _rewrite_start(http, latest)
            masked, more_left = _rewrite_headers(http, masking, leaving)
            left += more_left
        if masking is not None:
            rules, more = masking.event(value, rules)
            masked += more
        text = _encode(_ordered(value, timed=time is not None))
    except RecursionError as error:
        raise NotAnEvent(str(error)) from error
    if _DIGITS_MARK in text:
        text = _MARKED_DIGITS.sub(r"\1", text)
    return LaidOut(text, rules, time, masked, left)


def start_of(value: Mapping[str, Any], latest: float) -> str | None:
    """The time of an event from `source_event`; None without one. `latest`: as in `laid_out`."""
    http = value.get("httpMessage")
    return _start_time(http.get("start"), latest) if type(http) is dict else None


def has_other_rules(value: Mapping[str, Any]) -> bool:
    """Whether an event has anything else instead of lists of rules. A record copies it."""
    attack = value.get("attackData")
    return type(attack) is dict and "rules" in attack and type(attack["rules"]) is not str


def json_text(value: object) -> str:
    """A value as JSON that XML can carry."""
    text = _encode(value)
    return text if text.isascii() else escaped(text)


def _safe_in_xml(text: str, line: bytes) -> str:
    """`text` with the code points escaped that XML cannot carry. `line`: what it was made from.

    The expression takes long, and a half of a surrogate pair comes from an escape in the line.
    """
    has_halves = b"\\ud" in line or b"\\uD" in line
    return escaped(text) if has_halves or not is_xml_text(text) else text


def unparsed(line: bytes, moment: Moment, masking: Masking | None = None) -> Record:
    """A record for a line that `record` rejects. With `masking`, the whole line is masked.

    Of a line that is too long, it has the first bytes and the length.
    """
    content = line[:-1] if line.endswith(b"\r") else line
    long = read_shortened(content)
    value: dict[str, Any] = {"type": "akamai_siem_unparsed"}
    if long:
        content, value["length"] = long
    value["raw"] = MASKED if masking else text_of(content)
    text = json_text(value)
    return Record(moment.collected, text, timed=False, masked=1 if masking else 0)


def parse_object(line: bytes) -> dict[str, Any]:
    """The JSON object of a line, even if its bytes are not UTF-8. Raises NotAnEvent."""
    text = line.decode("utf-8", "json_backslash").strip(_JSON_SPACE)
    value, end = value_at_start(text)
    if end != len(text) or type(value) is not dict:
        raise NotAnEvent("not one JSON object")
    return value


def value_at_start(text: str) -> tuple[object, int]:
    """The JSON value that `text` begins with, and its length. Raises NotAnEvent."""
    try:
        value, end = _scan(text, 0)
    except (ValueError, RecursionError, StopIteration) as error:
        raise NotAnEvent(str(error)) from error
    return value, end


def is_context(value: Mapping[str, Any]) -> bool:
    """Whether it has what a context has and nothing else."""
    return "total" in value and "offset" in value and value.keys() <= _CONTEXT_MEMBERS


def _rewrite_members(value: dict[str, Any]) -> str | None:
    """Decode the members in place. Returns the rules as JSON; a mark reserves their place."""
    rules = None
    attack = value.get("attackData")
    if type(attack) is dict:
        value["attackData"], rules = _attack_data(attack)
    risk = value.get("userRiskData")
    if type(risk) is dict:
        for name in ("risk", "trust", "general"):
            _percent_decode_member(risk, name)
    if "custom" in value:
        value["custom"] = _custom(value["custom"])
    return rules


def _attack_data(attack: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    if "rules" in attack and type(attack["rules"]) is not str:
        return attack, None
    lists = list(map(attack.get, RULE_LISTS))
    if set(map(type, lists)) == _STRINGS:
        rules = rules_as_json(*lists)
        attack["rules"] = _RULES_MARK
        return {name: attack[name] for name in _decoded_attack_order(tuple(attack))}, rules
    texts = [attack.pop(name) if type(attack.get(name)) is str else None for name in RULE_LISTS]
    if texts.count(None) == len(texts):
        return _in_order(attack, _attack_order), None
    attack["rules"] = _RULES_MARK
    return _in_order(attack, _attack_order), rules_as_json(*texts)


@lru_cache(CACHED_ORDERS)
def _decoded_attack_order(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names in order, without the lists that became `rules`."""
    return tuple(name for name in _attack_order(names) if name == "rules" or name not in RULE_LISTS)


def _custom(custom: object) -> object:
    if type(custom) is dict:
        return {k: custom_items(v) if type(v) is str else v for k, v in custom.items()}
    return custom_items(custom) if type(custom) is str else custom


def custom_items(text: str) -> str | list[str]:
    """The value of a record's `custom` for one of the source."""
    items = text_items(text)
    if len(items) > 1:
        return items
    return items[0] if items else ""


def _rewrite_start(http: dict[str, Any], latest: float) -> str | None:
    """Rewrite `start` in place. Returns the event's time, None without one."""
    time = _start_time(http.get("start"), latest)
    if time is not None:
        http["start"] = time
    return time


def _rewrite_headers(
    http: dict[str, Any], masking: Masking | None, leaving: LeftOut | None
) -> tuple[int, int]:
    """Decode both header blocks in place. Returns the number of masked values, and of bytes that
    are left out.
    """
    masked = left = 0
    for name in _HEADERS:
        chosen = None if leaving is None else leaving.filter_of(name)
        if chosen is not None:
            left += _leave_out_lines(http, name, chosen)
        block = http.get(name)
        if type(block) is str:
            if chosen is None:
                block = percent_decoded(block)
            if masking is not None:
                block, count = masking.header_block(block)
                masked += count
            http[name] = header_lines(block)
        elif masking is not None:
            masked += masking.whole(http, name)
    return masked, left


def _leave_out_lines(http: dict[str, Any], name: str, chosen: HeaderFilter) -> int:
    """Decode a header block and remove lines. Returns the number of bytes that are left out.

    A block that is no text cannot be told apart into headers. All of it is left out.
    """
    block = http.get(name)
    if type(block) is not str:
        return _size_left(http.pop(name)) if block else 0
    block = percent_decoded(block)
    lines = header_lines(block)
    kept, left = [], 0
    for line in lines:
        text = json_text(line)
        if chosen.leaves_out(text):
            left += len(text.encode()) + 1
        else:
            kept.append(line)
    http[name] = "".join(f"{line}\r\n" for line in kept) if left else block
    if left and not kept:
        del http[name]
    return left


def _leave_out_members(value: dict[str, Any], leaving: LeftOut) -> int:
    """Remove whole members. Returns the number of bytes that are left out."""
    left = 0
    for (parent, name), size in leaving.members.items():
        members = value.get(parent)
        if type(members) is dict and name in members:
            member = members.pop(name)
            left += (
                size(member.encode("utf-8", "surrogatepass"))
                if type(member) is str
                else (_size_left(member))
            )
    return left


def _size_left(value: object) -> int:
    """Bytes of a value in a record, with the comma behind it."""
    return len(json_text(value).encode()) + 1


def _percent_decode_member(parent: dict[str, Any], name: str) -> None:
    text = parent.get(name)
    if type(text) is str:
        parent[name] = percent_decoded(text)


def _start_time(start: object, latest: float) -> str | None:
    """The time from the decimal text of the source."""
    text = start if type(start) is str else number_text(start)
    return None if text is None else event_time(text, latest)


def number_text(value: object) -> str | None:
    """The source digits of a number; None if it is none."""
    if type(value) is _Digits:
        return value[len(_DIGITS_MARK) :]
    return str(value) if type(value) is int else None


def _ordered(value: dict[str, Any], *, timed: bool) -> dict[str, Any]:
    """Short members first, because Splunk's automatic extraction stops after 5,000 bytes.

    `maxchars` of [kv] in limits.conf: docs/cim.md.
    """
    for name, first in _SMALL_OBJECTS.items():
        if name in value and type(value[name]) is dict:
            value[name] = _small_object(value[name], first)
    http = value.get("httpMessage")
    if type(http) is dict:
        value["httpMessage"] = _in_order(http, _timed_http_order if timed else _untimed_http_order)
    return _in_order(value, top_order)


def _small_object(members: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    """Unknown members last. For few members this is faster than a cached order."""
    ordered = {name: members[name] for name in first if name in members}
    if len(ordered) < len(members):
        ordered.update(members)
    return ordered


def _in_order(members: dict[str, Any], order: _Order) -> dict[str, Any]:
    return {name: members[name] for name in order(tuple(members))}


def _backslash_in_json(error: UnicodeError) -> tuple[str, int]:
    r"""Codec error handler: a byte that is no UTF-8 becomes `\\xb4`, which JSON reads as `\xb4`."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(f"\\\\x{byte:02x}" for byte in wrong), error.end


def _encoder() -> Callable[[object], str]:
    """Writes a record. What JSONEncoder makes anew for each, where it is in C, is made once."""
    encoder = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
    if c_make_encoder is None:
        return encoder.encode
    pieces = c_make_encoder(
        None, encoder.default, encode_basestring, None, ":", ",", False, False, True
    )
    return lambda value: "".join(pieces(value, 0))


codecs.register_error("json_backslash", _backslash_in_json)
# Not strict: a control character inside a string, as Akamai sends it now and then, is content.
_scan = json.JSONDecoder(
    strict=False,
    parse_float=lambda digits: _Digits(_DIGITS_MARK + digits),
    parse_constant=str,
).scan_once  # type: ignore[attr-defined]  # what decode() itself calls, less its two regexes
_encode = _encoder()
