"""Combines the seven rule lists of events into one list of rules for each, as JSON text.

The lists of several events are decoded together (`rule_items`).
https://techdocs.akamai.com/siem-integration/reference/configuration-rule
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Optional

from .decoding import percent_decoded, percent_decoded_bytes, text_items
from .rule_items import RuleItems, decoded_together, text_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    Lists = Sequence[Optional[bytes]]

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
_TEXTS, _BYTES = (0, 1, 2, 3, 6), (4, 5)
"""Indexes of lists: the items of `ruleData` and `ruleSelectors` may contain any bytes."""
_LISTS = len(RULE_LISTS)
_MATCHED = (0, 3, 6)
"""Indexes of ids, tags and actions."""
_AT_ONCE = 16
"""Events whose lists are decoded together. More save little, and an odd one slows all down."""
NOT_ASKED = 16
"""So often items are not looked for among the known ones after most of them were new."""


@lru_cache(CACHED_RULES)
def rules_as_json(*lists: str | None) -> str:
    """The list of rules as JSON. `lists`: the members of the source in the order of `RULE_LISTS`,
    None for a missing one.
    """
    sent = [None if text is None else text.encode("utf-8", "surrogatepass") for text in lists]
    return all_rules_as_json([sent])[0]


def all_rules_as_json(events: Sequence[Lists]) -> list[str]:
    """The same for several events. The lists are UTF-8."""
    texts = [text or b"" for lists in events for text in lists]
    size = _AT_ONCE * _LISTS
    parts = (texts[at : at + size] for at in range(0, len(texts), size))
    columns = list(chain.from_iterable(map(_decoder.decoded, parts)))
    each = (columns[at : at + _LISTS] for at in range(0, len(columns), _LISTS))
    return [_as_json(lists) for lists in each]


def ids_tags_actions(lists: Lists) -> list[tuple[bytes, bytes, bytes]]:
    """The id, tag and action of each rule, as they are inside of JSON; without rules at the end
    that have none of them. `lists`: `rules`, `ruleTags` and `ruleActions`, UTF-8.
    """
    texts = [text or b"" for text in lists]
    listed = percent_decoded_bytes(b"|".join(texts))
    columns = None if listed is None else decoded_together(listed)
    if columns is None or len(columns) != len(texts):
        every = [b""] * _LISTS
        for place, text in zip(_MATCHED, texts):
            every[place] = text
        columns = [_decoder.decoded(every)[place] for place in _MATCHED]
    return [
        (id_.encode(), tag.encode(), action.encode()) for id_, tag, action in _rules_of(columns)
    ]


def text_of_lists(texts: Sequence[bytes]) -> bytes | None:
    """The items of lists that are `rules` or `ruleTags` as one text, with a zero byte before and
    after each; None if an item is not plain base64 of text. `texts`: as below.
    """
    listed = percent_decoded_bytes(b"|".join(texts))
    if listed is None or listed.count(b"|") != len(texts) - 1:
        return None
    return text_together(listed)


def items_of_lists(texts: Sequence[bytes]) -> list[list[str]]:
    """The items of lists that are `rules` or `ruleTags`, as text. `texts`: UTF-8, percent-encoded;
    at least one.
    """
    if len(texts) > _AT_ONCE:
        return items_of_lists(texts[:_AT_ONCE]) + items_of_lists(texts[_AT_ONCE:])
    listed = percent_decoded_bytes(b"|".join(texts))
    lists = None if listed is None else decoded_together(listed)
    if lists is not None and len(lists) == len(texts) and not _has_escapes(lists):
        return lists
    if len(texts) == 1:
        return [text_items(texts[0].decode("utf-8", "surrogatepass"))]
    # One of the lists is odd. It is decoded alone.
    half = len(texts) // 2
    return items_of_lists(texts[:half]) + items_of_lists(texts[half:])


def _has_escapes(lists: Sequence[Sequence[str]]) -> bool:
    """Whether an item has what JSON escapes. It is then not text but the inside of a string."""
    return any("\\" in "".join(items) for items in lists)


class _Decoder:
    """Decodes the lists of some events in the way that is faster for such events."""

    def __init__(self) -> None:
        self._texts = RuleItems(any_bytes=False)
        self._data = RuleItems(any_bytes=True)
        self._not_asked = 0

    def decoded(self, texts: Sequence[bytes]) -> list[list[str]]:
        """The items of each list. `texts`: the lists of one event after the other."""
        listed = percent_decoded_bytes(b"|".join(texts))
        if self._not_asked and listed is not None:
            self._not_asked -= 1
            together = decoded_together(listed)
            if together is not None and len(together) == len(texts):
                return together
        if len(texts) > _LISTS and (self._not_asked or listed is None):
            # One of the events is odd. It is decoded alone.
            half = len(texts) // _LISTS // 2 * _LISTS
            return self.decoded(texts[:half]) + self.decoded(texts[half:])
        return self._item_by_item(_items(texts, listed))

    def _item_by_item(self, lists: list[list[str]]) -> list[list[str]]:
        """`lists`: of items that are not decoded."""
        for items, places in ((self._texts, _TEXTS), (self._data, _BYTES)):
            indexes = [at + place for at in range(0, len(lists), _LISTS) for place in places]
            for index, decoded in zip(indexes, items.decoded([lists[at] for at in indexes])):
                lists[index] = decoded
        if not self._not_asked and not self._texts.repeat:
            self._not_asked = NOT_ASKED
        return lists


_decoder = _Decoder()


def _items(texts: Sequence[bytes], listed: bytes | None) -> list[list[str]]:
    """The items of each list. `listed`: all lists percent-decoded together, None if that failed."""
    if listed is not None and listed.isascii():
        lists = listed.decode("ascii").split("|")
        if len(lists) == len(texts):
            return [items.split(";") for items in lists]
    each = (percent_decoded(text.decode("utf-8", "surrogatepass")) for text in texts)
    return [items.split(";") for items in each]


def _rules_of(lists: Sequence[list[str]]) -> list[tuple[str, ...]]:
    """An item of each list per rule, without empty rules at the end. A list may be shorter than
    another.
    """
    rules = list(zip_longest(*lists, fillvalue=""))
    while rules and not any(rules[-1]):
        rules.pop()
    return rules


def _as_json(lists: Sequence[list[str]]) -> str:
    """`lists`: the decoded items of one event."""
    each = [
        f'{{"id":"{id_}","version":"{version}","message":"{message}","tag":"{tag}",'
        f'"data":"{data}","selector":"{selector}","action":"{action}"}}'
        for id_, version, message, tag, data, selector, action in _rules_of(lists)
    ]
    return f"[{','.join(each)}]"
