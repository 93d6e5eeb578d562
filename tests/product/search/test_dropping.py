"""The collector and the preview decide alike which events the rules of `drop` drop."""

from __future__ import annotations

import os
import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from ta_akamai_siem.record.event import NotAnEvent, record_of, source_event
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.record.known_shapes import KnownShapes
from ta_akamai_siem.record.shaped_records import rules_text
from ta_akamai_siem.record.source_members import raw_members, rules_of_event
from ta_akamai_siem.volume.grammar import Line, read_lines
from ta_akamai_siem.volume.matching import Dropping
from ta_akamai_siem.volume.preview import decision
from tests import ROOT
from tests.measured.bench.mixes import event_lines
from tests.oracles.search_time.eval_expressions import expression
from tests.oracles.search_time.eval_values import as_field
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.refusals import Unspecified, UnsureResult
from tests.product.search.rule_sets import rules
from tests.standins.akamai.corpus import Corpus, CorpusChoices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracles.search_time.eval_values import Field, Value

IS_WHOLE = "LARGE_PAGE" in os.environ
EVENTS, SETS = (20_000, 200) if IS_WHOLE else (400, 200)
FIRST = 1_700_000_000
NOW = Moment.of(FIRST + 20_000.0, FIRST + 20_000.0)
FIELDS = (
    *("vendor_action", "config_id", "policy_id", "dest", "http_method", "uri_path", "src"),
    *("vendor_status", "src_country", "src_asn", "signature_id_all", "signature_tag_all"),
    *("signature_id_decoded", "signature_tag", "bot_segment_id", "user_risk_score", "api_id"),
    "request_id",
)


def source_lines() -> Iterator[bytes]:
    """As customers have them, and with everything that can be odd."""
    corpus = Corpus(CorpusChoices(seed=7, odd=0.5))
    few = event_lines("few", EVENTS // 2)
    for number, line in enumerate(few):
        yield line
        yield corpus.event(number, FIRST + number / 100)


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

    def of(self, fields: dict[str, Field]) -> Value:
        """Raises UnsureResult and Unspecified if Splunk's documents do not say."""
        values: dict[str, Field] = dict(fields)
        for name, each in self._given.items():
            value = as_field(each.value(values))
            if value is not None:
                values[name] = value
        return self._rule.value(values)


def test_collector_and_preview_agree() -> None:
    """On each event, for random rules. `make test-all` has 20,000 events."""
    dropped = unsure = 0
    for seed in range(SETS):
        text = rules(seed, seen())
        found = read(text)
        dropping, preview = Dropping(found), Preview(found)
        some = slice(None) if IS_WHOLE else slice(seed % 4, None, 4)
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
    data = b"".join(line + b"\n" for line in lines())
    known = KnownShapes(first=50)
    for _ in range(3):
        each = list(known.lines(data))
    shaped = 0
    for seed in range(20):
        dropping = Dropping(read(rules(seed, seen())))
        for begin, end, shape, values in each:
            if shape:
                shaped += 1
                plan = dropping.plan(shape.members)
                number = dropping.number(plan, values, partial(rules_text, shape, values))
                assert number == collected(dropping, data[begin:end]), data[begin:end]
    assert shaped > 20 * len(each) // 3
