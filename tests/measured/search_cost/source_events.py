"""Source events of about 3, 20 and 64 KB, as many of each size as a search is measured on.

The stand-in's usual events, a third of them without rules. Long events are long in the same places
as real ones: in a cookie, in the query, in what rules matched, in the response's headers.
"""

from __future__ import annotations

import base64
import json
import random
from typing import Any

from tests.standins.akamai.corpus import Corpus, CorpusChoices

SIZES = (3, 20, 64)
"""Sizes in KB."""
_FIRST = 1_700_000_000
_WORDS = ["session=9f3b21e;", "theme=dark;", "cart=A-17|B-4;", "ref=https://www.example.com/a?b=c;"]


def source_events(count: int, size: int) -> list[bytes]:
    """`size`: KB, about."""
    corpus, dice = Corpus(CorpusChoices(odd=0.0)), random.Random(size)
    made = []
    for number in range(count):
        event = json.loads(corpus.event(number, _FIRST + number / 10))
        if number % 3 == 0:
            attack = event["attackData"]
            for name in [*attack]:
                if name.startswith("rule") or name == "appliedAction":
                    del attack[name]
        _lengthen(event, number, size * 1024 - len(json.dumps(event)) * 3 // 4, dice)
        made.append(json.dumps(event, ensure_ascii=False).encode())
    return made


def _lengthen(event: dict[str, Any], number: int, more: int, dice: random.Random) -> None:
    http, attack = event["httpMessage"], event["attackData"]
    text = " ".join(dice.choices(_WORDS, k=more // 14))[:more]
    place = number % 4
    if place == 0:
        http["requestHeaders"] += "Cookie%3A%20" + text.replace(" ", "%20") + "%0d%0a"
    elif place == 1:
        http["query"] = text.replace(" ", "+")
    elif place == 2 and "ruleData" in attack:
        item = base64.b64encode(text.encode()).decode()
        attack["ruleData"] = item.replace("=", "%3d").replace("+", "%2b")
    else:
        http["responseHeaders"] += "Set-Cookie%3A%20" + text.replace(" ", "%20") + "%0d%0a"
