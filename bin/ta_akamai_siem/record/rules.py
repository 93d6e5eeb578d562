"""Combines the seven rule lists of an event into one list of rules, as JSON text.

Half of an event is rules: eleven rules are 77 items, each percent-encoded base64. Almost always all
items are valid base64 of plain text. Then all lists are decoded together, at no cost per list or
item. Otherwise each list is decoded separately, and an unusual list item by item (`decoding`). All
three ways have the same result.
https://techdocs.akamai.com/siem-integration/reference/configuration-rule
"""

from __future__ import annotations

import binascii
import secrets
from functools import lru_cache
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from .decoding import (
    data_items,
    percent_decoded_bytes,
    text_items,
    text_of,
    without_empty_end,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

RULE_LISTS = {
    "rules": "id",
    "ruleVersions": "version",
    "ruleMessages": "message",
    "ruleTags": "tag",
    "ruleData": "data",
    "ruleSelectors": "selector",
    "ruleActions": "action",
}
"""The members of the source, and the key that their items get in a rule."""
CACHED_RULES = 512
"""The same rules fire together again. A larger cache is slower."""
_LISTS_OF_BYTES = (4, 5)
"""Indexes of `ruleData` and `ruleSelectors`, whose items may contain any bytes."""
_ITEM_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=;"
_CONTROLS = bytes((*range(32), 127))


def _mark() -> bytes:
    """Six random letters or digits to separate decoded items."""
    return secrets.token_urlsafe(6)[:6].encode()


def _base64(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False)


_END, _PADDED_END, _TWICE_PADDED_END, _LIST_END = (_mark() for _ in range(4))
# A padded item goes on with zero bits where its padding was; so all items are one piece of base64.
_ENDS_IN_BASE64 = (
    (b"|", b";|"),
    (b"==;", b"AA" + _base64(_TWICE_PADDED_END)),
    (b"=;", b"A" + _base64(_PADDED_END)),
    (b";", _base64(_END)),
    (b"|", _base64(_LIST_END)),
)
_DECODED_PADDING = (
    (b"\0\0" + _TWICE_PADDED_END, _END),
    (b"\0" + _PADDED_END, _END),
)


@lru_cache(CACHED_RULES)
def rules_as_json(*lists: str | None) -> str:
    """The list of rules as JSON. `lists`: the members of the source in the order of `RULE_LISTS`,
    None for a missing one.
    """
    there = [text for text in lists if text is not None]
    decoded = _decoded_together(there)
    if decoded is None:
        columns = [_column(place, text) for place, text in enumerate(lists)]
    else:
        each = iter(decoded)
        columns = [[] if text is None else next(each) for text in lists]
    length = max(map(len, columns))
    columns = [
        items if len(items) == length else items + [""] * (length - len(items)) for items in columns
    ]
    rules = [
        f'{{"id":"{id_}","version":"{version}","message":"{message}","tag":"{tag}",'
        f'"data":"{data}","selector":"{selector}","action":"{action}"}}'
        for id_, version, message, tag, data, selector, action in zip(*columns)
    ]
    return f"[{','.join(rules)}]"


def _column(place: int, text: str | None) -> list[str]:
    """The items of one list, escaped for JSON strings."""
    if text is None:
        return []
    any_bytes = place in _LISTS_OF_BYTES
    together = _decoded_together([text], any_bytes=any_bytes)
    if together is not None:
        return together[0]
    items = data_items(text) if any_bytes else text_items(text)
    return [_inside_of_json(item) for item in items]


def _decoded_together(lists: Sequence[str], *, any_bytes: bool = False) -> list[list[str]] | None:
    """The items of each list, escaped for JSON strings; None if the result might differ.

    `any_bytes`: the items may contain any bytes.
    """
    listed = percent_decoded_bytes("|".join(lists).encode("utf-8", "surrogatepass"))
    if listed is None or listed.count(b"|") >= len(lists):
        return None
    try:
        joined = _base64_decoded_together(listed + b"|")
        text = text_of(joined) if any_bytes else joined.decode("utf-8")
    except ValueError:
        return None
    if not any_bytes and not _is_plain(joined, text):
        return None
    if '"' in text or "\\" in text or any_bytes:
        text = _inside_of_json(text)
    columns = [items.split(_END.decode())[:-1] for items in text.split(_LIST_END.decode())[:-1]]
    if sum(map(len, columns)) != listed.count(b";") + len(lists):
        return None
    return [without_empty_end(items) for items in columns]


def _base64_decoded_together(listed: bytes) -> bytes:
    """All items of all lists, with a mark after each item and each list. Raises ValueError.

    A mark is missing if an item is not what an encoder writes. Spare bits that are not zero change
    the zero bytes of the padding. A length that is not a multiple of four shifts all that follows,
    including the mark. A misplaced `=` remains.
    """
    if listed.translate(None, _ITEM_CHARACTERS + b"|"):
        raise ValueError
    for end, in_base64 in _ENDS_IN_BASE64:
        listed = listed.replace(end, in_base64)
    if b"=" in listed:
        raise ValueError
    joined = binascii.a2b_base64(listed)
    for padding, end in _DECODED_PADDING:
        joined = joined.replace(padding, end)
    return joined


def _is_plain(data: bytes, text: str) -> bool:
    """Whether decoded text has no control character."""
    if text.isascii():
        return len(data.translate(None, _CONTROLS)) == len(data)
    return text.isprintable()


def _inside_of_json(text: str) -> str:
    """`text` escaped for a JSON string, without the quotes."""
    return encode_basestring(text)[1:-1]
