"""Lists that may have an item with a text are found without decoding them."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ta_akamai_siem.record.encoded_items import finder
from ta_akamai_siem.record.rules import items_of_lists
from ta_akamai_siem.volume.patterns import lowered

TEXTS = st.text(st.sampled_from("abcABC/;-+_ 0189üé\\=|\x01"), max_size=14)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


ITEMS = st.one_of(
    TEXTS.map(encoded),
    TEXTS.map(lambda text: encoded(text).rstrip("=")),
    st.binary(max_size=9).map(lambda data: base64.b64encode(data).decode()),
    TEXTS.filter(lambda text: "|" not in text),
)
LISTS = st.lists(ITEMS, min_size=1, max_size=4).map(
    lambda items: quote(";".join(items), safe="/+=" if len(items) % 2 else "").encode()
)


@st.composite
def lists_and_texts(draw: st.DrawFn) -> tuple[list[bytes], list[bytes]]:
    """Lists, and parts of their items as a rule may ask for them, in another case."""
    lists = draw(st.lists(LISTS, min_size=1, max_size=5))
    every = [f"\0{item}\0" for items in items_of_lists(lists) for item in items if item] or ["\0a"]
    texts = []
    for _ in range(draw(st.integers(1, 3))):
        item = draw(st.sampled_from(every))
        begin = draw(st.integers(0, len(item) - 1))
        end = draw(st.integers(begin + 1, len(item)))
        texts.append(lowered(draw(st.sampled_from([item, item.upper()]))[begin:end]))
    return lists, [text for text in texts if text.strip(b"\0")] or [b"\0none/"]


@given(lists_and_texts())
def test_no_list_with_a_match_is_missed(drawn: tuple[list[bytes], list[bytes]]) -> None:
    lists, texts = drawn
    find = finder(texts)
    if find is None:
        return
    found = find(lists)
    for raw, items in zip(lists, items_of_lists(lists)):
        joined = lowered("\0".join(["", *items, ""]))
        assert raw in found or not any(text in joined for text in texts), (raw, items)


BOTS = b"QUtBTUFJL0JPVC9B%3bT1dBU1A%3d"  # AKAMAI/BOT/A;OWASP
OTHERS = b"QUtBTUFJL0JPRA%3d%3d%3bbm9uZS9h"  # AKAMAI/BOD;none/a


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"\0akamai/bot/", [BOTS]),
        (b"\0akamai/bod\0", [OTHERS]),
        (b"\0akamai/bo", [BOTS, OTHERS]),
        (b"\0none/", [OTHERS]),
        (b"\0nonesuch", []),
        (b"\0owasp/", []),
        (b"\0owasp\0", [BOTS]),
        (b"\0owas\0", []),
        (b"\0owa\0", []),
        (b"\0akamai/bot/\0", []),
        (b"\0akamai/bot/a\0", [BOTS]),
    ],
)
def test_what_is_found(text: bytes, expected: list[bytes]) -> None:
    find = finder([text])
    assert find
    assert list(find([BOTS, OTHERS])) == expected


@pytest.mark.parametrize("text", [b"\0no", b"none/", b"ne/\0", b"\0a\\xb4bcd", b"\0a\0b\0"])
def test_what_is_no_begin_or_too_short_or_unusual(text: bytes) -> None:
    assert finder([b"\0none/", text]) is None


@pytest.mark.parametrize(
    "odd", [b"Tk9O!", b"Tk=9O", "ü".encode(), b"%zz", b"a|b", b"a%7cb", b"Tk9O\n"]
)
def test_lists_of_which_it_cannot_tell(odd: bytes) -> None:
    """All of them are then decoded."""
    find = finder([b"\0other/"])
    assert find
    assert list(find([BOTS, odd])) == [BOTS, odd]


def test_text_that_was_never_encoded() -> None:
    find = finder([b"\0none/"])
    assert find
    assert list(find([b"NONE/a", b"x%3bnone/b", b"x/none/c"])) == [b"NONE/a", b"x%3bnone/b"]
