"""Combines the seven rule lists of events into one list of rules for each, as JSON text.

The lists of several events are decoded together (`rule_items`).
https://techdocs.akamai.com/siem-integration/reference/configuration-rule
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Optional

from .decoding import percent_decoded_bytes, text_items
from .rule_items import decoded_alone, decoded_together

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
"""The same rules fire together again. A larger cache is slower. An entry takes 5 KB, and half as
many serve as well where events are converted one by one.
"""
_BYTES = (4, 5)
"""Indexes of `ruleData` and `ruleSelectors`, whose items may contain any bytes."""
_LISTS = len(RULE_LISTS)
_MATCHED = (0, 3, 6)
"""Indexes of ids, tags and actions."""
_AT_ONCE = 16
"""Events whose lists are decoded together. More save little, and an odd one slows all down."""


@lru_cache(CACHED_RULES // 2)
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
    columns = list(chain.from_iterable(map(_decoded, parts)))
    each = (columns[at : at + _LISTS] for at in range(0, len(columns), _LISTS))
    return [_as_json(lists) for lists in each]


def ids_tags_actions(lists: Lists) -> list[tuple[bytes, bytes, bytes]]:
    """The id, tag and action of each rule, as they are inside of JSON; without rules at the end
    that have none of them. `lists`: `rules`, `ruleTags` and `ruleActions`, UTF-8.
    """
    texts = [text or b"" for text in lists]
    columns = _together(texts, any_bytes=False)
    if columns is None:
        every = [b""] * _LISTS
        for place, text in zip(_MATCHED, texts):
            every[place] = text
        found = _decoded(every)
        columns = [found[place] for place in _MATCHED]
    return [
        (id_.encode(), tag.encode(), action.encode()) for id_, tag, action in _rules_of(columns)
    ]


def items_of_lists(texts: Sequence[bytes]) -> list[list[str]]:
    """The items of lists that are `rules` or `ruleTags`, as text. `texts`: UTF-8, percent-encoded;
    at least one.
    """
    if len(texts) > _AT_ONCE:
        return items_of_lists(texts[:_AT_ONCE]) + items_of_lists(texts[_AT_ONCE:])
    lists = _together(texts, any_bytes=False)
    if lists is not None and not _has_escapes(lists):
        return lists
    if len(texts) == 1:
        return [text_items(texts[0].decode("utf-8", "surrogatepass"))]
    # One of the lists is odd. It is decoded alone.
    half = len(texts) // 2
    return items_of_lists(texts[:half]) + items_of_lists(texts[half:])


def _has_escapes(lists: Sequence[Sequence[str]]) -> bool:
    """Whether an item has what JSON escapes. It is then not text but the inside of a string."""
    return any("\\" in "".join(items) for items in lists)


def _decoded(texts: Sequence[bytes]) -> list[list[str]]:
    """The items of each list. `texts`: the lists of one event after the other."""
    lists = _together(texts, any_bytes=False)
    if lists is not None:
        return lists
    kinds = []
    for place in range(_LISTS):
        each, any_bytes = texts[place::_LISTS], place in _BYTES
        found = _together(each, any_bytes=any_bytes)
        kinds.append(found or [decoded_alone(text, any_bytes=any_bytes) for text in each])
    return list(chain.from_iterable(zip(*kinds)))


def _together(texts: Sequence[bytes], *, any_bytes: bool) -> list[list[str]] | None:
    """The same at once; None if the result might differ."""
    listed = percent_decoded_bytes(b"|".join(texts))
    lists = None if listed is None else decoded_together(listed, any_bytes=any_bytes)
    return lists if lists is not None and len(lists) == len(texts) else None


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
