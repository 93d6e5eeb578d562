"""Decodes the items of rule lists, escaped for JSON strings.

Half of an event with ten rules is rules: 77 items, each percent-encoded base64. Almost always all
of them are valid base64 of plain text. Then the lists of several events are decoded together
(`decoded_together`). If one has anything else, the lists of each kind are decoded together. Where
that fails, each list is decoded alone (`decoded_alone`), or each of its items. All ways have the
same result.
https://techdocs.akamai.com/siem-integration/reference/configuration-rule
"""

from __future__ import annotations

import binascii
import re
from json.encoder import encode_basestring

from .decoding import (
    data_item,
    percent_decoded,
    percent_decoded_bytes,
    text_item,
    text_of,
)
from .xml_text import escaped, is_xml_text

_ITEM_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=;|"
_CONTROLS = bytes(range(32))
_END = "\x7f"
"""Between decoded items. It is no plain text, and JSON writes it as it is."""
_misplaced = re.compile(rb"=(?:[^=;|]|=[^;|]|(?<=[;|]=))").search
"""Finds padding that is not at the end of an item, is too long, or is all of an item."""


def decoded_together(lists: bytes, *, any_bytes: bool = False) -> list[list[str]] | None:
    """The items of each list; None if the result might differ.

    `lists`: percent-decoded, with `;` between items and `|` between lists. `any_bytes`: the items
    may contain any bytes, otherwise they contain text.
    """
    try:
        decoded = _base64_decoded(lists)
        joined = _END.encode().join(decoded)
        text = text_of(joined) if any_bytes else joined.decode("utf-8")
    except ValueError:
        return None
    if not any_bytes and not _is_plain(joined, text):
        return None
    if '"' in text or "\\" in text or any_bytes:
        text = _inside_of_json(text)
    items = text.split(_END)
    return _in_lists(items, lists) if len(items) == len(decoded) else None


def may_be_base64(lists: bytes) -> bool:
    """Whether the items of all lists have only characters that an encoder writes, and padding at
    their ends. `lists`: as above.
    """
    return not lists.translate(None, _ITEM_CHARACTERS) and not _misplaced(b";" + lists)


def _base64_decoded(lists: bytes) -> list[bytes]:
    """All items of all lists. Raises ValueError if one is not what an encoder writes.

    Python's decoder overlooks other characters and misplaced padding, but not missing padding.
    """
    if not may_be_base64(lists):
        raise ValueError
    return [binascii.a2b_base64(item) for item in lists.replace(b"|", b";").split(b";")]


def _in_lists(items: list[str], lists: bytes) -> list[list[str]]:
    """`items`: of all lists. `lists`: with as many items."""
    found = []
    at = 0
    for each in lists.split(b"|"):
        end = at + each.count(b";") + 1
        found.append(items[at:end])
        at = end
    return found


def _is_plain(data: bytes, text: str) -> bool:
    """Whether decoded text has no control character but `_END`."""
    if text.isascii():
        return len(data.translate(None, _CONTROLS)) == len(data)
    return text.replace(_END, "").isprintable()


def _inside_of_json(text: str) -> str:
    """`text` escaped for a JSON string that XML can carry, without the quotes."""
    inside = encode_basestring(text)[1:-1]
    return inside if inside.isascii() or is_xml_text(inside) else escaped(inside)


def decoded_alone(text: bytes, *, any_bytes: bool) -> list[str]:
    """The items of one list; each alone if one is odd. `text`: UTF-8, percent-encoded."""
    listed = percent_decoded_bytes(text)
    lists = None if listed is None else decoded_together(listed, any_bytes=any_bytes)
    if lists is not None and len(lists) == 1:
        return lists[0]
    decode = data_item if any_bytes else text_item
    items = percent_decoded(text.decode("utf-8", "surrogatepass")).split(";")
    return [_inside_of_json(decode(item)) for item in items]
