"""The two encodings inside Akamai's strings: percent escapes, and lists of base64 items.

Rules: `docs/record.md`. The quick ways here are exact or hand over to the plain ones; property
tests hold both against a reference that shares no code with them.
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
"""Modulo 4: a single base64 digit cannot hold a byte."""

CACHED_ITEMS = 2048
"""What is looked at item by item is odd, and comes again."""


def text_of(data: bytes) -> str:
    r"""Bytes as text: UTF-8, and each byte that is none as the four characters `\xb4`."""
    return data.decode("utf-8", "backslashreplace")


def percent_decoded(text: str) -> str:
    """`text` with every `%xx` replaced; a run of them is decoded together, the rest stays."""
    if "%" not in text:
        return text
    return _percent_decoded_at_once(text) or _ESCAPES.sub(_decode_run, text)


def _decode_run(match: re.Match[str]) -> str:
    return text_of(bytes.fromhex(match[0].replace("%", "")))


def _percent_decoded_at_once(text: str) -> str | None:
    """The same in one go; None where it may differ."""
    decoded = percent_decoded_bytes(text)
    return None if decoded is None else text_of(decoded)


def percent_decoded_bytes(text: str) -> bytes | None:
    r"""By the quoted-printable decoder, five times as fast; None where it may differ.

    `=` becomes `=3D` and `%` becomes `=`. The result is right if and only if each `%` began an
    escape: then it is shorter by exactly two bytes for each. A CR or LF would let a `%` before it
    pass as a soft line break, and only ASCII keeps bytes and characters in step.
    """
    if not text.isascii() or "\n" in text or "\r" in text:
        return None
    data = text.encode("ascii")
    decoded = binascii.a2b_qp(data.replace(b"=", b"=3D").replace(b"%", b"="))
    if len(decoded) != len(data) - _SHORTER_BY_AN_ESCAPE * data.count(b"%"):
        return None
    return decoded


def _base64_decoded(item: str) -> bytes | None:
    """The bytes of a base64 item, forgiving blanks and missing padding; None if it is none."""
    digits = item.rstrip("=")
    if _NOT_STANDARD_ALPHABET.search(digits):
        digits = item.translate(_WHITE_SPACE).rstrip("=")
        if _NOT_STANDARD_ALPHABET.search(digits):
            return None
    if not digits or len(digits) % 4 == _IMPOSSIBLE_LENGTH:
        return None
    return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))


@lru_cache(CACHED_ITEMS)
def _data_item(item: str) -> str:
    """An item that may hold any bytes: offending data, selectors."""
    data = _base64_decoded(item)
    return item if data is None else text_of(data)


@lru_cache(CACHED_ITEMS)
def _text_item(item: str) -> str:
    """An item that holds text; what does not decode to text was plain text already."""
    data = _base64_decoded(item)
    if data is None:
        return item
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return item
    return item if _NO_PLAIN_TEXT.search(text) else text


def data_items(text: str) -> list[str]:
    """The items of `ruleData` or `ruleSelectors`, empty ones at the end dropped."""
    return without_empty_end([_data_item(item) for item in percent_decoded(text).split(";")])


def text_items(text: str) -> list[str]:
    """The items of one of the other five rule lists or of `custom`, the same way."""
    return without_empty_end([_text_item(item) for item in percent_decoded(text).split(";")])


def without_empty_end(items: list[str]) -> list[str]:
    """`items`, changed in place."""
    while items and not items[-1]:
        items.pop()
    return items
