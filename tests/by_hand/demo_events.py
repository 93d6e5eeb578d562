"""The events of the demo: two hours of two sites, with clients that come back.

Made from those of `tests.measured.bench.few_rules`, with what an analyst looks for: a few clients
that attack again and again, each from one country; two security configurations; APIs with ids.
Event `i` depends only on `i` and its time.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

from tests.measured.bench import few_rules
from tests.standins.akamai.vocabulary import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST, SECOND = 4_000, 500
"""Number of events in the two runs of the demo."""
LASTS_S = 6_900.0
"""Number of events in the first run, up to `BEFORE_S` before now."""
BEFORE_S = 12.0
CONFIG_IDS = {76213: "Main site", 14227: "Shop"}
_SEED = 2
_REGULARS = tuple(f"203.0.113.{last}" for last in (7, 23, 41, 66, 90, 118, 154, 201))
_OFTEN = (34, 21, 13, 8, 8, 5, 5, 3)
"""The relative frequency of each regular client."""
_APIS = {"orders": ("API_4401", "orders"), "login": ("API_4402", "identity")}


def events(count: int, begin: float, end: float, first: int = 0) -> Iterator[bytes]:
    """`count` events, evenly in time, as the API writes them. `first`: number of the first
    event.
    """
    step = (end - begin) / max(1, count - 1)
    for place in range(count):
        yield event(first + place, begin + place * step)


def event(number: int, start: float) -> bytes:
    """Event `number`. `start`: epoch seconds."""
    made = json.loads(few_rules.event(_SEED, number, start))
    dice = random.Random(_SEED << 32 | number)
    attack, message = made["attackData"], made["httpMessage"]
    if dice.random() < 0.4:
        attack["clientIP"] = dice.choices(_REGULARS, _OFTEN)[0]
    made["geo"] = _place(attack["clientIP"])
    if message["host"] == "shop.example.com":
        attack["configId"] = "14227"
        attack["policyId"] = attack["policyId"].replace("76213", "14227")
    api = _APIS.get(message["path"].rpartition("/")[2])
    if message["host"] == "api.example.com" and api:
        attack["apiId"], attack["apiKey"] = api
    return json.dumps(made, separators=(",", ":"), ensure_ascii=False).encode()


def _place(client: str) -> dict[str, str]:
    """A value that is always the same for a client."""
    names = ("asn", "city", "continent", "country", "regionCode")
    continent, country, region, city, asn = random.Random(client).choice(PLACES)
    return dict(zip(names, (asn, city, continent, country, region)))
