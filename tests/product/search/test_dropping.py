"""The collector and the preview decide alike which events the rules of `drop` drop."""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.record.event import NotAnEvent, record_of, source_event
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.record.known_shapes import KnownShapes
from ta_akamai_siem.record.rules import ids_tags_actions
from ta_akamai_siem.record.shaped_records import rules_text
from ta_akamai_siem.record.source_members import raw_members, rules_of_event
from ta_akamai_siem.volume.grammar import Line, read_lines
from ta_akamai_siem.volume.matching import Dropping
from ta_akamai_siem.volume.members import NAMES
from ta_akamai_siem.volume.preview import MITIGATED, decision, preview_search
from ta_akamai_siem.volume.record_rules import is_mitigated
from ta_akamai_siem.writing.conversion import dropped_number
from tests import ROOT
from tests.measured.bench.mixes import event_lines
from tests.oracles.search_time.eval_expressions import expression
from tests.oracles.search_time.eval_values import as_field
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.pcre import pattern
from tests.oracles.search_time.refusals import Unspecified, UnsureResult
from tests.oracles.search_time.spl import searched
from tests.product.search.rule_sets import rules
from tests.product.search.test_long_records import items, source
from tests.standins.akamai.corpus import Corpus, CorpusChoices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracles.search_time.eval_values import Field

sys.path.insert(0, str(ROOT / "packaging" / "search_side"))

import pieces

IS_WHOLE = "LARGE_PAGE" in os.environ
EVENTS, SETS = (20_000, 200) if IS_WHOLE else (400, 200)
STEP = int(os.environ.get("STEP") or (1 if IS_WHOLE else 4))
"""Each set of rules is tried on one of so many events, each set on others."""
FIRST = 1_700_000_000
NOW = Moment.of(FIRST + 20_000.0, FIRST + 20_000.0)
RULE_KINDS = (
    *(("OWASP_CRS/WEB_ATTACK/XSS", action) for action in ("alert", "monitor", "deny")),
    *(("AKAMAI/BOT/UNKNOWN_BOT", action) for action in ("alert", "", "deny")),
    *(("AKAMAI/RATE_POLICY", "monitor"), ("", "alert")),
)
FIELDS = (
    *("vendor_action", "config_id", "policy_id", "dest", "http_method", "uri_path", "src"),
    *("vendor_status", "src_country", "src_asn", "signature_id_all", "signature_tag_all"),
    *("signature_id_decoded", "signature_tag", "bot_segment_id", "user_risk_score", "api_id"),
    "request_id",
)


def source_lines() -> Iterator[bytes]:
    """As customers have them, with everything that can be odd, and with mixtures of rules."""
    corpus = Corpus(CorpusChoices(seed=7, odd=0.5))
    few = event_lines("few", EVENTS // 2)
    for number, line in enumerate(few):
        yield line
        yield corpus.event(number, FIRST + number / 100)
    yield from mixtures()


def mixtures() -> Iterator[bytes]:
    """Rules of any kind after one another, with no action that Akamai applied; several ASNs."""
    for number, kinds in enumerate(itertools.product(RULE_KINDS, repeat=3)):
        event = source()
        attack = event["attackData"]
        del attack["appliedAction"]
        attack["rules"] = items([f"{tag[:6]}{place}" for place, (tag, _) in enumerate(kinds)])
        attack["ruleTags"] = items([tag for tag, _ in kinds])
        attack["ruleActions"] = items([action for _, action in kinds])
        for name in ("ruleMessages", "ruleVersions", "ruleData", "ruleSelectors"):
            attack[name] = ""
        event["geo"] = {**event.get("geo", {}), "asn": f"{64_496 + number % 5} 6450{number % 3}"}
        yield json.dumps(event, separators=(",", ":")).encode()


@lru_cache(1)
def lines() -> list[bytes]:
    return [line for line in source_lines() if is_event(line)]


def is_event(line: bytes) -> bool:
    try:
        source_event(line)
    except NotAnEvent:
        return False
    return True


@lru_cache(1)
def knowledge() -> Knowledge:
    return Knowledge(ROOT)


@lru_cache(1)
def searched_fields() -> list[dict[str, Field]]:
    """What a search knows of the record of each event."""
    found = []
    for line in lines():
        made = record_of(source_event(line), line, NOW)
        each = knowledge().fields(Event(made.text, made.time, "akamai:siem"))
        found.append({name: each[name] for name in FIELDS if name in each})
    return found


@lru_cache(1)
def seen() -> dict[str, list[str]]:
    """Values that events have, by the name of the field in a rule."""
    from ta_akamai_siem.volume.fields import FIELDS as OF_RULES

    made: dict[str, set[str]] = {name: set() for name in OF_RULES}
    for fields in searched_fields()[:2_000]:
        for name, field in OF_RULES.items():
            value = fields.get(field.search_field)
            each = value if isinstance(value, list) else [value] if isinstance(value, str) else []
            made[name] |= {one for one in each if "\n" not in one}
    return {name: sorted(values)[:60] for name, values in made.items()}


def read(text: str) -> tuple[Line, ...]:
    found, problems = read_lines(text)
    assert problems == [], text
    return found


def collected(dropping: Dropping, line: bytes) -> int:
    """The number of the rule that drops it in the collector, if its shape is not known."""
    event = source_event(line)
    return dropping.number(
        dropping.whole, raw_members(event), lambda: rules_of_event(event, with_data=True)
    )


class Preview:
    """The commands of the preview, on one event after the other."""

    def __init__(self, found: tuple[Line, ...]) -> None:
        _, first, second = decision(found).split("| eval ")
        self._given = {
            name: expression(text)
            for name, text in re.findall(r"(drop_\w+)=(.*?)(?:, (?=drop_\w+=)| ?\Z)", first)
        }
        self._rule = expression(second.removeprefix("drop_rule="))

    def of(self, fields: dict[str, Field]) -> int:
        """Raises UnsureResult and Unspecified if Splunk's documents do not say."""
        values: dict[str, Field] = dict(fields)
        for name, each in self._given.items():
            value = as_field(each.value(values))
            if value is not None:
                values[name] = value
        return int(str(self._rule.value(values)))


def test_collector_and_preview_agree() -> None:
    """On each event, for random rules. `make test-all` has 20,000 events."""
    dropped = unsure = 0
    for seed in range(SETS):
        text = rules(seed, seen())
        found = read(text)
        dropping, preview = Dropping(found), Preview(found)
        some = slice(seed % STEP, None, STEP)
        for line, fields in zip(lines()[some], searched_fields()[some]):
            number = collected(dropping, line)
            try:
                expected = preview.of(fields)
            except (UnsureResult, Unspecified):
                unsure += 1
                continue
            assert number == expected, (text, line, fields)
            dropped += number > 0
    assert dropped > 0.05 * SETS * len(lines()[some])
    assert unsure < 0.02 * SETS * len(lines()[some])


def test_events_of_known_shape() -> None:
    """The values that a shape has are those of the parsed event."""
    known = KnownShapes(first=50)
    some = lines()[: min(EVENTS, 2_000) * 9 // 10]
    for _ in range(3):
        each = [
            (line, shape, values)
            for line in some
            for _, _, shape, values in known.lines(line + b"\n")
        ]
    shaped = 0
    for seed in range(20):
        dropping = Dropping(read(rules(seed, seen())))
        for line, shape, values in each:
            if shape:
                shaped += 1
                number = dropped_number(dropping, shape, values, rules_text)
                assert number == collected(dropping, line), line
    assert shaped > 20 * len(each) // 3


def test_other_lists_may_have_more_rules() -> None:
    """The last of all rules decided. Ids, tags and actions do not tell whether it is theirs."""
    lists = (b"MQ%3d%3d", b"", b"YWxlcnQ%3d")
    for rule, wanted in (("deciding_rule=1", None), ("NOT deciding_rule=2", 1), ("rule=1", 1)):
        dropping = Dropping(read(rule))
        raw = (None,) * len(NAMES)
        left = dropping.left(dropping.whole, raw)
        number = dropping.number_by_lists(left, dropping.whole, raw, lists, ids_tags_actions)
        assert number == wanted, rule


def test_what_mitigates_is_the_same_everywhere() -> None:
    """The table of actions, the patterns of the search side, the collector and the preview."""
    table = (ROOT / "lookups" / "akamai_siem_action.csv").read_text(encoding="utf-8")
    for row in table.splitlines()[1:]:
        word, action = row.split(",")
        for text in {word.replace("*", "custom"), word.replace("*", "custom").upper()}:
            assert is_mitigated(text.encode()) is (action == "blocked"), text
            assert (pattern(MITIGATED).search(text) is not None) is (action == "blocked"), text
    assert f"^{pieces.MITIGATED}|^[aA]\\z" == MITIGATED


def test_a_mitigated_request_is_dropped_only_by_its_action() -> None:
    """Each action is dropped by a rule that names it; a mitigated one by no other."""
    for action in ("deny", "deny_custom_1", "TARPIT", "js_challenge", "alert", "monitor", ""):
        line = b'{"attackData":{"appliedAction":"%b"},"httpMessage":{"host":"a"}}' % action.encode()
        known = action and is_mitigated(action.encode())
        for rule in ("host=a", "action=* host=a", "NOT action=x", "NOT tag=*"):
            dropped = collected(Dropping(read(rule)), line) == 1
            assert dropped is (not known and bool(action or "action=*" not in rule)), (action, rule)
        if action:
            assert collected(Dropping(read(f"host=b\naction={action[:3].lower()}*")), line) == 2


def test_the_preview_counts_by_rule() -> None:
    """The whole search, on some events."""
    found = read("action=deny*\nstatus=4* sample=2\nmethod=GET")
    events = []
    for line in lines()[:120]:
        made = record_of(source_event(line), line, NOW)
        events.append(Event(made.text, made.time, "akamai:siem"))
    wanted = Counter(collected(Dropping(found), line) for line in lines()[:120])
    search = preview_search("sourcetype=akamai:siem", found)
    whole, *rows = searched(search, events, knowledge())
    assert {int(row["drop_rule"]): row["events"] for row in rows} == wanted
    assert [row["rule"] for row in rows][:2] == ["kept", "action=deny*"]
    assert sum(float(row["bytes_percent"].rstrip("%")) for row in rows) == pytest.approx(100, abs=1)
    dropped = sum(wanted.values()) - wanted[0]
    size = sum(len(event.raw) for event in events)
    kept = next(row["bytes"] for row in rows if row["drop_rule"] == "0")
    assert (whole["drop_rule"], whole["events"], whole["bytes"]) == ("all", dropped, size - kept)
    shares = [round(100 * dropped / len(events), 1), round(100 * (size - kept) / size, 1)]
    assert re.findall(r"[\d.]+", whole["rule"]) == [f"{one:g}" for one in shares]
    assert searched(search, [], knowledge()) == []
