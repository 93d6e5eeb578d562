"""Which rule decided, and what was done, for every mixture of rules, computed with plain Python
too.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
import sys
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.record.event import record
from tests import ROOT
from tests.oracles.golden_files import COLLECTED
from tests.oracles.reference import cim
from tests.oracles.search_time.knowledge import Event, Knowledge, tags_of
from tests.oracles.search_time.pcre import pattern
from tests.product.search.test_long_records import items, source

sys.path.insert(0, str(ROOT / "packaging" / "search_side"))

import pieces

if TYPE_CHECKING:
    from tests.oracles.search_time.eval_values import Field

ATTACK, BOT, RATE = "OWASP_CRS/WEB_ATTACK/XSS", "AKAMAI/BOT/UNKNOWN_BOT", "AKAMAI/RATE_POLICY"
KINDS = (
    *((ATTACK, "alert"), (ATTACK, "monitor"), (ATTACK, ""), (ATTACK, "deny")),
    *((BOT, "alert"), (BOT, "monitor"), (BOT, ""), (BOT, "deny")),
    *((RATE, "alert"), ("", "alert"), ("", "")),
)
DECIDED = ("signature_id", "signature", "signature_tag", "vendor_action", "action", "severity")
MANY = 600


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge(ROOT)


def fields(
    knowledge: Knowledge, rules: list[tuple[str, str]], message: str = "Rule"
) -> tuple[str, dict[str, Field]]:
    """Expected result for a request with these rules and no action that Akamai applied; and its
    record.
    """
    made = source()
    attack = made["attackData"]
    del attack["appliedAction"]
    attack["rules"] = items([f"id{number}" for number in range(len(rules))])
    attack["ruleMessages"] = items([f"{message} {number}" for number in range(len(rules))])
    attack["ruleTags"] = items([tag for tag, _ in rules])
    attack["ruleActions"] = items([action for _, action in rules])
    attack["ruleVersions"] = attack["ruleData"] = attack["ruleSelectors"] = ""
    one = record(json.dumps(made).encode(), COLLECTED)
    return one.text, knowledge.fields(Event(one.text, one.time, "akamai:siem"))


@pytest.mark.parametrize("first", KINDS)
def test_every_mixture(knowledge: Knowledge, first: tuple[str, str]) -> None:
    for others in itertools.chain(*(itertools.product(KINDS, repeat=n) for n in (0, 1, 2))):
        rules = [first, *others]
        text, found = fields(knowledge, rules)
        wanted = cim.fields(text)
        for name in DECIDED:
            assert found.get(name) == wanted[name], (rules, name)


def test_a_bot_rule_that_watched_does_not_hide_an_attack(knowledge: Knowledge) -> None:
    _, found = fields(knowledge, [(ATTACK, "alert"), (BOT, "monitor"), (RATE, "alert")])
    assert (found["signature"], found["category"]) == ("Rule 0", "Cross-Site Scripting")
    assert {"ids", "attack", "web"} <= tags_of(found)


def test_a_bot_rule_that_denied_decides(knowledge: Knowledge) -> None:
    _, found = fields(knowledge, [(ATTACK, "alert"), (BOT, "monitor"), (BOT, "deny")])
    assert (found["signature"], found["attack_family"]) == ("Rule 2", "bot")


@pytest.mark.parametrize("last", [(ATTACK, "alert"), (BOT, "monitor")])
@pytest.mark.parametrize("others", [(ATTACK, "alert"), (BOT, "monitor")])
def test_many_rules(knowledge: Knowledge, others: tuple[str, str], last: tuple[str, str]) -> None:
    """Backtracking does not reach a limit: a client can make many rules fire."""
    text, found = fields(knowledge, [(ATTACK, "alert"), *[others] * MANY, last])
    wanted = cim.fields(text)
    assert {name: found.get(name) for name in DECIDED} == {name: wanted[name] for name in DECIDED}


def test_a_path_in_a_message_is_no_tag(knowledge: Knowledge) -> None:
    rules = [("AKAMAI/POLICY/OTHER", "alert")]
    _, found = fields(knowledge, rules, "SQL Injection in /xss/ or /bot/")
    assert (found["category"], found["attack_family"]) == ("SQL Injection", "web attack")


def _families() -> list[tuple[str, str]]:
    path = ROOT / "lookups" / "akamai_siem_category.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = [row for row in rows if re.fullmatch(r"\*/[A-Z_/*]+/\*", row["category_key"])]
    return [
        (row["category_key"][2:-2].replace("*", "X"), row["attack_family"])
        for row in named
        if row["category_key"] != "*/CUSTOM/*"
    ]


@pytest.mark.parametrize(("tag", "family"), _families())
@pytest.mark.parametrize("form", ["AKAMAI/{}", "OWASP_CRS/{}/X", "AKAMAI/POLICY/{}_ANOMALY"])
def test_families_of_the_table(tag: str, family: str, form: str) -> None:
    """The pattern knows the families in the lookup that only alert."""
    watched = pattern(f'"{pieces.WATCHED}').search(f'"{form.format(tag)}"')
    assert (watched is not None) == (family in ("bot", "rate", "reputation"))
