"""Records of generated events, as they are indexed.

The Akamai stand-in's events. Every other one is changed so that all data models occur: without
rules, with a referrer, with the score of an anomaly rule.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import TYPE_CHECKING

from tests import ROOT
from tests.oracles.search_time.knowledge import Event
from tests.standins.akamai.corpus import Corpus, CorpusChoices

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.record.event import record
from ta_akamai_siem.record.event_time import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = 1_700_000_000
_RULES = ("ruleVersions", "ruleMessages", "ruleTags", "ruleData", "ruleSelectors", "ruleActions")
_SCORED = {
    "rules": "XSS-ANOMALY",
    "ruleMessages": "Score of cross-site scripting exceeded",
    "ruleTags": "AKAMAI/POLICY/XSS_ANOMALY",
    "ruleData": "Vector Score: {score}, DENY threshold: 9, Alert Rules: 958051",
    "ruleActions": "deny",
}


def events(count: int, odd: float = 0.05) -> Iterator[Event]:
    """`odd`: the share of unusual events among those that are not changed."""
    plain, usual = Corpus(CorpusChoices(odd=odd)), Corpus(CorpusChoices(odd=0.0))
    for number in range(count):
        start = FIRST + number / 10
        line = plain.event(number, start) if number % 2 else _changed(usual, number, start)
        made = record(line, Moment.of(FIRST, FIRST))
        yield Event(made.text, made.time, "akamai:siem")


def _changed(corpus: Corpus, number: int, start: float) -> bytes:
    event = json.loads(corpus.event(number, start))
    attack, http = event["attackData"], event["httpMessage"]
    if number % 4:
        for name in ("rules", *_RULES, "appliedAction"):
            attack.pop(name, None)
    elif number % 8:
        for name, text in _SCORED.items():
            item = base64.b64encode(text.format(score=number % 20).encode()).decode()
            attack[name] = item.replace("=", "%3d").replace("+", "%2b").replace("/", "%2f")
        attack["appliedAction"] = "deny"
    if number % 3:
        http["requestHeaders"] = (
            f"Referer%3a%20https://from{number}.example.com/a?b=c%0d%0a" + (http["requestHeaders"])
        )
    return json.dumps(event, ensure_ascii=False).encode()
