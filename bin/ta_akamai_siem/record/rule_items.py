"""Decodes the items of rule lists, escaped for JSON strings.

Half of an event with ten rules is rules: 77 items, each percent-encoded base64. Almost always all
of them are valid base64 of plain text. Then the lists of several events are decoded together
(`decoded_together`). Where the same rules, versions, tags and actions come in event after event,
items are remembered instead, and only new ones are decoded (`RuleItems`). An unusual item is looked
for in halves and decoded alone (`decoding`). All three ways have the same result.
https://techdocs.akamai.com/siem-integration/reference/configuration-rule
"""

from __future__ import annotations

import binascii
import secrets
from itertools import chain
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from .decoding import data_item, text_item, text_of
from .xml_text import escaped, is_xml_text

if TYPE_CHECKING:
    from collections.abc import Sequence

KNOWN_MAX = 1024
"""Items. With more than these and those of a block, all are forgotten."""
LENGTH_MAX = 1 << 10
"""Characters of an item that is remembered. Long ones are rarely the same and fill memory."""
AT_ONCE = 64
"""Items that are decoded together. More save nothing, and an odd one slows all of them down."""
_FEW = 3
"""Items that are decoded alone if one of them is odd."""
_ITEM_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=;|"
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


def decoded_together(lists: bytes, *, any_bytes: bool = False) -> list[list[str]] | None:
    """The items of each list; None if the result might differ.

    `lists`: percent-decoded, with `;` between items and `|` between lists. `any_bytes`: the items
    may contain any bytes, otherwise they contain text.
    """
    try:
        joined = _base64_decoded_together(lists + b"|")
        text = text_of(joined) if any_bytes else joined.decode("utf-8")
    except ValueError:
        return None
    if not any_bytes and not _is_plain(joined, text):
        return None
    if '"' in text or "\\" in text or any_bytes:
        text = _inside_of_json(text)
    decoded = [items.split(_END.decode())[:-1] for items in text.split(_LIST_END.decode())[:-1]]
    expected = lists.count(b";") + lists.count(b"|") + 1
    return decoded if sum(map(len, decoded)) == expected else None


def text_together(lists: bytes) -> bytes | None:
    """All items as one text, UTF-8, with a zero byte before and after each; None if an item is not
    plain base64 of text. `lists`: as above.
    """
    try:
        joined = _base64_decoded_together(lists + b"|")
        text = joined.decode("utf-8")
    except ValueError:
        return None
    items = lists.count(b";") + lists.count(b"|") + 1
    if joined.count(_END) != items or not _is_plain(joined, text):
        return None
    return b"\0" + joined.replace(_LIST_END, b"").replace(_END, b"\0")


def _base64_decoded_together(listed: bytes) -> bytes:
    """All items of all lists, with a mark after each item and each list. Raises ValueError.

    A mark is missing if an item is not what an encoder writes. Spare bits that are not zero change
    the zero bytes of the padding. A length that is not a multiple of four shifts all that follows,
    including the mark. A misplaced `=` remains.
    """
    if listed.translate(None, _ITEM_CHARACTERS):
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
    """`text` escaped for a JSON string that XML can carry, without the quotes."""
    inside = encode_basestring(text)[1:-1]
    return inside if inside.isascii() or is_xml_text(inside) else escaped(inside)


class RuleItems:
    """Remembers items. `any_bytes`: as above. `repeat`: whether most items of the last lists were
    known.
    """

    def __init__(self, *, any_bytes: bool) -> None:
        self._any_bytes = any_bytes
        self._known: dict[str, str] = {}
        self.repeat = True

    def decoded(self, lists: Sequence[list[str]]) -> list[list[str]]:
        """The items of each list. `lists`: percent-decoded items, without semicolons."""
        known = self._with(list(chain.from_iterable(lists)))
        return [[known[item] for item in one] for one in lists]

    def _with(self, items: Sequence[str]) -> dict[str, str]:
        """What is known, with these items."""
        each = set(items)
        new = [item for item in each if item not in self._known]
        self.repeat = len(new) * 2 <= len(items)
        if len(self._known) + len(new) > KNOWN_MAX:
            self._known = {}
            new = list(each)
        parts = (new[at : at + AT_ONCE] for at in range(0, len(new), AT_ONCE))
        found = dict(zip(new, chain.from_iterable(map(self._part, parts))))
        if new and max(map(len, new)) > LENGTH_MAX:
            return {**self._known, **found}
        self._known.update(found)
        return self._known

    def _part(self, items: Sequence[str]) -> list[str]:
        together = _together(items, any_bytes=self._any_bytes)
        if together is not None:
            return together
        if len(items) <= _FEW:
            decode = data_item if self._any_bytes else text_item
            return [_inside_of_json(decode(item)) for item in items]
        half = len(items) // 2
        return self._part(items[:half]) + self._part(items[half:])


def _together(items: Sequence[str], *, any_bytes: bool) -> list[str] | None:
    """`decoded_together` for the items of one list."""
    listed = ";".join(items)
    if not listed.isascii():
        return None
    decoded = decoded_together(listed.encode("ascii"), any_bytes=any_bytes)
    return decoded[0] if decoded and len(decoded) == 1 else None
