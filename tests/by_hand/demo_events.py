"""The events of the demo: two hours of two sites, with clients that come back.

Made from those of `tests.measured.bench.few_rules`, with what an analyst looks for: a few clients
that attack again and again, each from one country; two security configurations; APIs with ids, and
calls that break their rules; a policy that only alerts, so that attacks get through; bots that
pretend to be others; floods and slow POSTs. Event `i` depends only on `i` and its time.
"""

from __future__ import annotations

import json
import random
from base64 import b64decode
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.measured.bench import few_rules
from tests.standins.akamai.encodings import base64_list
from tests.standins.akamai.fragments import RULE_MEMBERS
from tests.standins.akamai.vocabulary import PLACES, Rule

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
ALERTS_ONLY = "pol3_14227"
"""The policy that is being tuned: its rules alert, and the request goes on."""
_THRESHOLD = 9
_SPECIAL = (
    (
        "www.example.com",
        Rule("3900201", "1", "Impersonator of a search engine", "BOT/IMPERSONATOR", "", "", "deny"),
    ),
    (
        "login.example.com",
        Rule("URL-P-101", "1", "Login page protected", "URL_PROTECTION/LOGIN", "", "", "deny"),
    ),
    (
        "api.example.com",
        Rule("API-CONSTRAINT", "1", "Body not as declared", "API/BODY", "type", "BODY:$", "deny"),
    ),
)
"""What a few of the requests to a host set off instead of their rules."""


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
    _special(made, dice)
    _scored(made, dice)
    return json.dumps(made, separators=(",", ":"), ensure_ascii=False).encode()


def _special(made: dict[str, Any], dice: random.Random) -> None:
    """A few requests of bots and apps: other rules, or a body that comes slowly."""
    attack, message = made["attackData"], made["httpMessage"]
    chance = dice.random()
    if "botData" not in made or not attack["rules"]:
        return
    rule = dict(_SPECIAL).get(message["host"])
    if rule and chance < 0.1:
        _set_rules(attack, [rule])
        message["status"] = "403"
    elif chance > 0.97:
        attack["slowPostAction"] = dice.choice("AWW")
        attack["slowPostRate"] = str(dice.randrange(5, 20))


def _scored(made: dict[str, Any], dice: random.Random) -> None:
    """The anomaly score as Akamai writes it; below the threshold, or in a policy that only alerts,
    the request goes on.
    """
    attack, message = made["attackData"], made["httpMessage"]
    rules = _rules(attack)
    if not rules or not rules[-1].rule_id.endswith("-ANOMALY"):
        return
    score = dice.choice((3, 5, 8, 9, 12, 14, 15, 18, 20, 21, 25, 30))
    fired = "-".join(rule.rule_id for rule in rules[:-1])
    data = f"Vector Score: {score}, DENY threshold: {_THRESHOLD}, Alert Rules: {fired}, Deny Rule: "
    let_through = score < _THRESHOLD or attack["policyId"] == ALERTS_ONLY
    if let_through:
        rules = [rule._replace(action="alert") for rule in rules]
        message["status"] = dice.choice(("200", "200", "200", "404", "500"))
    _set_rules(attack, [*rules[:-1], rules[-1]._replace(data=data)])


def _rules(attack: dict[str, Any]) -> list[Rule]:
    """The rules of an event."""
    lists = [
        [b64decode(item).decode("utf-8", "replace") for item in unquote(attack[name]).split(";")]
        for name in RULE_MEMBERS
    ]
    return [Rule(*values) for values in zip(*lists)] if attack["rules"] else []


def _set_rules(attack: dict[str, Any], rules: list[Rule]) -> None:
    for place, name in enumerate(RULE_MEMBERS):
        attack[name] = base64_list([rule[place] for rule in rules])
    attack["appliedAction"] = rules[-1].action


def _place(client: str) -> dict[str, str]:
    """A value that is always the same for a client."""
    names = ("asn", "city", "continent", "country", "regionCode")
    continent, country, region, city, asn = random.Random(client).choice(PLACES)
    return dict(zip(names, (asn, city, continent, country, region)))
