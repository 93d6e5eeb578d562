"""All rule lists of an event decoded together, compared with decoding item by item.

The reference decoder tests decoding item by item (`test_event_reference.py`). Here both ways are
compared, on lists made to break the fast one. `FUZZED` sets the number of events.
"""

from __future__ import annotations

import base64
import json
import os
import random
import re

from ta_akamai_siem.record.decoding import data_items, text_items
from ta_akamai_siem.record.rules import RULE_LISTS, all_rules_as_json, rules_as_json
from ta_akamai_siem.record.xml_text import is_xml_text

FUZZED = int(os.environ.get("FUZZED", "5000"))
LISTS_OF_BYTES = ("ruleData", "ruleSelectors")
TRAPS = (
    *("", "", "=", "==", "===", ";", " ", "A", "AA", "AAA", "AAAA", "AA==", "AAA=", "AAAAAA=="),
    *("QQ==", "QQ=", "QQ", "QR==", "QS==", "QX==", "QQA=", "QQB=", "QQAA", "QUJDAA==", "QUJDAAA="),
    *("=QQ=", "Q=Q=", "QQ==QQ==", "QUI=QUI=", "Qg==QQ", "QUJD====", "QUI==", "QQ-_", "QQ_-"),
    *("deny", "alert", "950002", "monitor", "a|b", "|", "%7c", "%", "%%3b", "%253b", "%3", "%zz"),
    *("Q\nQ==", "QQ==\r", "Q Q==", "\tQQ==", "ZeN0", "w6k=", "w6k", "/w==", "AH8=", "fw==", "wqA="),
    *("\u00e9", "\ud800", "\u2028", "Ilw=", "XHUwMDAx", "PGI+", "XlwifQ==", "fHw=", "CQ==", "DQo="),
    *("77++", "QTs7", "77+/77++", "7bOA"),
)


def an_item(dice: random.Random) -> str:
    """A difficult item, or base64 of text or of any bytes, whole or damaged."""
    kind = dice.randrange(10)
    if kind == 0:
        return dice.choice(TRAPS)
    length = dice.randrange(12)
    if kind == 1:
        data = dice.randbytes(length)
    else:
        data = bytes(dice.choices(b'abcXYZ019 "\\|;=%^~<>&/', k=length))
    item = base64.b64encode(data).decode()
    if kind == 2:
        place = dice.randrange(len(item) + 1)
        item = item[:place] + dice.choice(("", "=", "A", ";", "%")) + item[place + 1 :]
    return item.rstrip("=") if kind == 3 else item


def a_list(dice: random.Random, odd: float) -> str | None:
    """A list as Akamai escapes it, sometimes only partly. `odd`: share of unusual items."""
    if dice.random() < 0.05:
        return None
    usual = [base64.b64encode(b"rule %d" % dice.randrange(10**5)).decode() for _ in range(3)]
    items = [
        an_item(dice) if dice.random() < odd else dice.choice(usual)
        for _ in range(dice.randrange(6))
    ]
    text = ";".join(items) + dice.choice(("", "", ";"))
    style = dice.randrange(6)
    if style == 0:
        return text
    escapes = {";": "%3b", "=": "%3d", "+": "%2b", "/": "%2F"}
    if style == 1:
        escapes = {";": "%3B", "=": dice.choice(("=", "%3D"))}
    return "".join(escapes.get(character, character) for character in text)


def plain_rules(lists: list[str | None]) -> list[dict[str, str]]:
    """The rules, item by item."""
    columns = [
        (data_items if name in LISTS_OF_BYTES else text_items)(text) if text is not None else []
        for name, text in zip(RULE_LISTS, lists)
    ]
    length = max(map(len, columns))
    padded = [items + [""] * (length - len(items)) for items in columns]
    return [dict(zip(RULE_LISTS.values(), row)) for row in zip(*padded)]


def as_json(lists: list[str | None]) -> str:
    """The rules, item by item, as JSON that XML can carry."""
    plain = json.dumps(plain_rules(lists), ensure_ascii=False, separators=(",", ":"))
    return plain.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def test_all_roads_give_the_same_rules() -> None:
    """With few unusual items, and with many; alone, and together."""
    dice = random.Random(os.environ.get("SEED", "1"))
    for number in range(FUZZED // 4):
        odd = (0.0, 0.03, 0.3, 1.0)[number // 20 % 4]
        events = [[a_list(dice, odd) for _ in RULE_LISTS] for _ in range(dice.randrange(1, 9))]
        sent = [
            [None if text is None else text.encode("utf-8", "surrogatepass") for text in one]
            for one in events
        ]
        for one, made in zip(events, all_rules_as_json(sent)):
            assert unescaped(made) == as_json(one), one
            assert rules_as_json(*one) == made
            assert is_xml_text(made)


def unescaped(made: str) -> str:
    """A half of a surrogate pair may be escaped with its neighbours, but need not be."""
    return re.sub(r"\\u(d[89a-f]..)", lambda found: chr(int(found[1], 16)), made)
