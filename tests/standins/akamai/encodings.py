"""Encodes text as the API does: percent-encoded blocks and lists of base64 items.

https://techdocs.akamai.com/siem-integration/reference/configuration-rule
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNTOUCHED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._+,()*!'|")
_ESCAPES = tuple(chr(byte) if byte in _UNTOUCHED else f"%{byte:02x}" for byte in range(256))


def percent(text: str | bytes) -> str:
    """Return ``text`` percent-encoded with lower-case digits; ``+`` stays a plus sign."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return "".join([_ESCAPES[byte] for byte in data])


def base64_list(items: Iterable[str | bytes]) -> str:
    """Return the items as the percent-encoded list of base64 items, joined by semicolons."""
    encoded = [
        base64.b64encode(item.encode() if isinstance(item, str) else item).decode()
        for item in items
    ]
    return percent(";".join(encoded))


def header_block(headers: Iterable[tuple[str, str]]) -> str:
    """Return the headers as one percent-encoded block with CRLF after each line."""
    return percent("".join([f"{name}: {value}\r\n" for name, value in headers]))
