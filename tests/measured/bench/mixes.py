"""What is measured: the mixes of events, and the properties of each mix."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tests.measured.bench import few_rules
from tests.standins.akamai.corpus import Corpus, CorpusChoices

if TYPE_CHECKING:
    from collections.abc import Iterator

MIXES = {
    "few": "few rules",
    "new": "few rules, never the same twice",
    "ten": "ten rules",
    "unrepeated": "ten rules, never the same twice",
}
"""The first is like customers' events; in the second each of their rules has a message and data of
its own. The others are events of the Akamai stand-in; 4 % of them have a backslash or a character
beyond ASCII.
"""
_SEED = 1
_FIRST = 1_700_000_000
_ODD = ("non_ascii", "quotes_and_backslashes")
_DESCRIBED = 5_000


def event_lines(mix: str, count: int) -> Iterator[bytes]:
    """That many events without line ends, the same at each call. `mix`: a key of `MIXES`."""
    if mix in ("few", "new"):
        for number in range(count):
            start = _FIRST + number / 100
            yield few_rules.event(_SEED, number, start, unrepeated=mix == "new")
        return
    repetition = {"ten": "usual", "unrepeated": "none"}[mix]
    corpus = Corpus(CorpusChoices(seed=_SEED, repetition=repetition, odd=0.04, odd_kinds=_ODD))
    for number in range(count):
        yield corpus.event(number, _FIRST + number / 100)


@dataclass(frozen=True)
class Described:
    """Means of a mix's events.

    `compression`: ratio to one. `escapes`: number of percent signs. `unrepeated`: the share of
    events whose rule lists no earlier event has.
    """

    bytes: float
    compression: float
    rules: float
    escapes: float
    unrepeated: float


@cache
def described(mix: str) -> Described:
    """Counted in the events themselves."""
    lines = list(event_lines(mix, _DESCRIBED))
    data = b"\n".join(lines)
    rules = [_rules(line) for line in lines]
    return Described(
        bytes=len(data) / len(lines),
        compression=len(data) / len(gzip.compress(data, 6)),
        rules=sum(count for count, _ in rules) / len(lines),
        escapes=data.count(b"%") / len(lines),
        unrepeated=len({lists for _, lists in rules}) / len(lines),
    )


def _rules(line: bytes) -> tuple[int, str]:
    """The number of rules of an event, and all its rule lists as one text."""
    attack = json.loads(line)["attackData"]
    lists = {name: text for name, text in attack.items() if name.startswith("rule")}
    ids = lists["rules"].removesuffix("%3b")
    return ids.count("%3b") + 1 if ids else 0, json.dumps(lists, sort_keys=True)
