"""The two encodings inside Akamai's strings: percent escapes, and lists of base64 items.

The rules are in `docs/record.md`. The fast functions return None if they might differ from the
plain ones. Property tests compare both with a reference that shares no code with them.
https://techdocs.akamai.com/siem-integration/reference/configuration-rule
"""

from __future__ import annotations

import binascii
import re
from functools import lru_cache

_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_NOT_STANDARD_ALPHABET = re.compile(r"[^A-Za-z0-9+/]")
_WHITE_SPACE = str.maketrans("", "", " \t\n\v\f\r")
_NO_PLAIN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SHORTER_BY_AN_ESCAPE = 2
_IMPOSSIBLE_LENGTH = 1
"""Digits modulo 4: a single base64 digit cannot hold a byte."""

CACHED_ITEMS = 1024
"""Items that are decoded separately are unusual, and the same ones come again."""


def text_of(data: bytes) -> str:
    r"""Bytes as text: UTF-8; each byte that is not UTF-8 as four characters, such as `\xb4`."""
    return data.decode("utf-8", "backslashreplace")


def percent_decoded(text: str) -> str:
    """`text` with each run of `%xx` decoded together. Everything else is unchanged."""
    if "%" not in text:
        return text
    return _percent_decoded_at_once(text) or _ESCAPES.sub(_decode_run, text)


def _decode_run(match: re.Match[str]) -> str:
    return text_of(bytes.fromhex(match[0].replace("%", "")))


def _percent_decoded_at_once(text: str) -> str | None:
    """The same for the whole text at once; None if the result might differ."""
    decoded = percent_decoded_bytes(text.encode("utf-8", "surrogatepass"))
    return None if decoded is None else text_of(decoded)


def percent_decoded_bytes(data: bytes) -> bytes | None:
    r"""Decode with the quoted-printable decoder, five times faster; None if it might differ.

    `=` becomes `=3D` and `%` becomes `=`. The result is right if and only if each `%` began an
    escape: then it is shorter by exactly two bytes for each. A CR or LF would let a `%` before it
    pass as a soft line break, and only ASCII keeps bytes and characters in step.
    """
    if not data.isascii() or b"\n" in data or b"\r" in data:
        return None
    decoded = binascii.a2b_qp(data.replace(b"=", b"=3D").replace(b"%", b"="))
    if len(decoded) != len(data) - _SHORTER_BY_AN_ESCAPE * data.count(b"%"):
        return None
    return decoded


def _base64_decoded(item: str) -> bytes | None:
    """The bytes of a base64 item, with or without spaces and padding; None if it is not valid."""
    digits = item.rstrip("=")
    if _NOT_STANDARD_ALPHABET.search(digits):
        digits = item.translate(_WHITE_SPACE).rstrip("=")
        if _NOT_STANDARD_ALPHABET.search(digits):
            return None
    if not digits or len(digits) % 4 == _IMPOSSIBLE_LENGTH:
        return None
    return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))


@lru_cache(CACHED_ITEMS)
def data_item(item: str) -> str:
    """An item that may contain any bytes, such as matched data and selectors."""
    data = _base64_decoded(item)
    return item if data is None else text_of(data)


@lru_cache(CACHED_ITEMS)
def text_item(item: str) -> str:
    """An item that contains text. If it does not decode to text, it was plain text already."""
    data = _base64_decoded(item)
    if data is None:
        return item
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return item
    return item if _NO_PLAIN_TEXT.search(text) else text


def data_items(text: str) -> list[str]:
    """The items of `ruleData` or `ruleSelectors`, without empty ones at the end."""
    return without_empty_end([data_item(item) for item in percent_decoded(text).split(";")])


def text_items(text: str) -> list[str]:
    """The items of another rule list or of `custom`, without empty ones at the end."""
    return without_empty_end([text_item(item) for item in percent_decoded(text).split(";")])


def without_empty_end(items: list[str]) -> list[str]:
    """`items` without empty ones at the end, changed in place."""
    while items and not items[-1]:
        items.pop()
    return items
