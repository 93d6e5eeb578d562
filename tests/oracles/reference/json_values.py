"""JSON text to Python values and back to exact text, with a number's digits kept.

Values are dict (ordered), list, str, int, bool, None, and `Digits` for a number that is not an
integer.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

_ESCAPED = re.compile('["\\\\\x00-\x1f\ud800-\udfff\ufffe\uffff]')
_SHORT = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_BLANK = re.compile(r"[ \t\r\n]")
_NO_UTF8 = re.compile("[\udc80-\udcff]")


class Digits(str):
    """A JSON number with a fraction or an exponent, as it was written."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Distinguish it from a string."""
        return f"Digits({str(self)!r})"


def bytes_to_text(raw: bytes) -> str:
    r"""Decode UTF-8; each invalid byte becomes `\xb4`."""
    return raw.decode("utf-8", "backslashreplace")


def parse_source(line: bytes) -> dict[str, Any] | None:
    """Read a source line, including control characters inside strings.

    None if it is not a JSON object or Python's json cannot read it.
    """
    # Python's UTF-8 decoder yields a surrogate only this way, for an invalid byte. In the JSON text
    # the backslash is doubled, so that the value has one.
    text = _NO_UTF8.sub(
        lambda byte: f"\\\\x{ord(byte.group()) - 0xDC00:02x}",
        line.decode("utf-8", "surrogateescape"),
    )
    try:
        value = json.loads(text, strict=False, parse_float=Digits, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def parse_output(text: str) -> dict[str, Any]:
    """Read a written record. Raises ValueError if it is not an object, or has duplicate keys, NaN
    or infinities.
    """
    value = json.loads(
        text,
        parse_float=Digits,
        parse_constant=_no_constant,
        object_pairs_hook=_unique,
    )
    if not isinstance(value, dict):
        message = "no JSON object"
        raise ValueError(message)  # noqa: TRY004 - one kind of error for a text that is wrong
    return value


def _no_constant(name: str) -> None:
    message = f"{name} is no JSON number"
    raise ValueError(message)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        message = f"duplicate key among {[key for key, _ in pairs]!r}"
        raise ValueError(message)
    return members


def string_text(value: str) -> str:
    """Write a string as in the record: only what JSON or XML 1.0 requires is escaped."""
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    return _SHORT.get(char, f"\\u{ord(char):04x}")


@lru_cache(maxsize=50_000)
def _token_fault(token: str) -> str:
    expected = string_text(json.loads(token))
    return "" if token == expected else f"string written {token}, expected {expected}"


def form_faults(text: str) -> list[str]:
    """Describe where a record's JSON text has the correct value but is not written as required."""
    faults = [fault for token in _STRING.findall(text) if (fault := _token_fault(token))]
    bare = _STRING.sub('""', text)
    if _BLANK.search(bare):
        faults.append("white space between the tokens")
    faults += [
        f"integer written {number}"
        for number in re.findall(r"[0-9.eE+-]+", bare)
        if re.fullmatch("-?[0-9]+", number) and number != str(int(number))
    ]
    return faults
