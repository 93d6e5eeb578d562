"""The collector and the preview decide alike which events the rules of `drop` drop."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import sys
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.record.encoded_items import finder
from ta_akamai_siem.record.event import NotAnEvent, record_of, source_event
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.record.known_shapes import KnownShapes
from ta_akamai_siem.record.rules import ids_tags_actions, items_of_lists
from ta_akamai_siem.record.selection import Selection
from ta_akamai_siem.record.shaped_records import ShapedRecords
from ta_akamai_siem.record.source_members import SourceMembers, rules_of_event
from ta_akamai_siem.volume.fields import FIELDS as OF_RULES
from ta_akamai_siem.volume.grammar import Line, Term, read_lines
from ta_akamai_siem.volume.masks import Masks, terms_on
from ta_akamai_siem.volume.matching import Dropping
from ta_akamai_siem.volume.members import NAMES, PLACES, VALUES
from ta_akamai_siem.volume.patterns import contained, lowered, predicate
from ta_akamai_siem.volume.preview import MITIGATED, decision, preview_search
from ta_akamai_siem.volume.record_rules import is_mitigated, record_rules
from ta_akamai_siem.volume.rule_masks import (
    CACHED_LIST,
    CACHED_LIST_LENGTH,
    OF_LISTS,
    Decoders,
    ListMasks,
)
from ta_akamai_siem.volume.steps import LAST, REMEMBERED, REMEMBERED_LENGTH, Step, Steps
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
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ta_akamai_siem.record.encoded_items import Finder
    from ta_akamai_siem.volume.record_rules import RecordRules
    from tests.oracles.search_time.eval_values import Field

sys.path.insert(0, str(ROOT / "packaging" / "search_side"))

import pieces

IS_WHOLE = "LARGE_PAGE" in os.environ
EVENTS, SETS = (20_000, 200) if IS_WHOLE else (400, 200)
STEP = int(os.environ.get("STEP") or (1 if IS_WHOLE else 4))
"""Each set of rules is tried on one of so many events, each set on others."""
FIRST = 1_700_000_000
NOW = Moment.of(FIRST + 20_000.0, FIRST + 20_000.0)
MEMBERS = {"ids": "rules", "tags": "ruleTags", "actions": "ruleActions"}
DECODERS = Decoders(items_of_lists, finder, ids_tags_actions)
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
    """Rules of any kind after one another, with no action that Akamai applied, some with an outcome
    of Slow POST protection; several ASNs.
    """
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
        if number % 7 == 0 or not any(action for _, action in kinds):
            for outcome in ("A", "W"):
                attack["slowPostAction"] = outcome
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


def dropping_of(text: str) -> Dropping:
    dropping = Selection(drop=read(text)).dropping()
    assert dropping is not None
    return dropping


def collected(dropping: Dropping, line: bytes) -> int:
    """The number of the rule that drops it in the collector, by the record's list of rules."""
    event = source_event(line)
    return dropping.number(
        dropping.whole, SourceMembers(event), lambda: rules_of_event(event, with_data=True)
    )


@lru_cache(1)
def parsed() -> list[tuple[list[bytes | None], bytes | None]]:
    """The members of each event, and its list of rules as in the record."""
    events = list(map(source_event, lines()))
    members = map(SourceMembers, events)
    return [
        ([each[index] for index in range(len(PLACES))], rules_of_event(event, with_data=True))
        for event, each in zip(events, members)
    ]


class Preview:
    """The commands of the preview, on one event after the other.

    Events that do not differ in the fields that the commands name are evaluated once.
    """

    def __init__(self, found: tuple[Line, ...]) -> None:
        commands = decision(found)
        self._named = [name for name in FIELDS if re.search(rf"\b{name}\b", commands)]
        self._known: dict[str, int | UnsureResult | Unspecified] = {}
        _, first, second = commands.split("| eval ")
        self._given = {
            name: expression(text)
            for name, text in re.findall(r"(drop_\w+)=(.*?)(?:, (?=drop_\w+=)| ?\Z)", first)
        }
        self._rule = expression(second.removeprefix("drop_rule="))

    def of(self, fields: dict[str, Field]) -> int:
        """Raises UnsureResult and Unspecified if Splunk's documents do not say."""
        key = repr([fields.get(name) for name in self._named])
        if key not in self._known:
            try:
                self._known[key] = self._evaluated(fields)
            except (UnsureResult, Unspecified) as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, Exception):
            raise found
        return found

    def _evaluated(self, fields: dict[str, Field]) -> int:
        values: dict[str, Field] = dict(fields)
        for name, each in self._given.items():
            value = as_field(each.value(values))
            if value is not None:
                values[name] = value
        return int(str(self._rule.value(values)))


def giving(listed: bytes | None) -> Callable[[], bytes | None]:
    return lambda: listed


def test_collector_and_preview_agree() -> None:
    """On each event, for random rules. `make dropping` and `make test-all` have 20,000 events."""
    dropped = unsure = 0
    for seed in range(SETS):
        text = rules(seed, seen())
        found = read(text)
        dropping, preview = dropping_of(text), Preview(found)
        some = slice(seed % STEP, None, STEP)
        for (raw, listed), fields in zip(parsed()[some], searched_fields()[some]):
            number = dropping.number(dropping.whole, raw, giving(listed))
            try:
                expected = preview.of(fields)
            except (UnsureResult, Unspecified):
                unsure += 1
                continue
            assert number == expected, (text, raw, fields)
            dropped += number > 0
    print(f"{SETS * len(lines()[some]):,} decisions, {dropped:,} dropped, {unsure:,} unsure")
    assert dropped > 0.05 * SETS * len(lines()[some])
    assert unsure < 0.02 * SETS * len(lines()[some])


@pytest.mark.parametrize("kind", ["customers' events", "mixtures"])
def test_other_ways_decide_alike(kind: str) -> None:
    """Events of known shape, and events that are parsed, by the source's lists of rules."""
    some = [*mixtures()] if kind == "mixtures" else lines()[: min(EVENTS, 1_000)]
    sets = [rules(seed, seen()) for seed in range(12)]
    sets += [naming(action, text) for action, text in zip(("monitor", "alert"), sets)]
    sets.append(
        "action=a\naction=w sample=2\naction=monitor tag=akamai/*\nNOT action=alert rule=*1"
    )
    shaped = dropped = 0
    for text in sets:
        dropping = dropping_of(text)
        known, records = KnownShapes(first=50, dropping=dropping), ShapedRecords(NOW.latest)
        wanted = [collected(dropping, line) for line in some]
        dropped += len(some) - wanted.count(0)
        for _ in range(3):
            for line, number in zip(some, wanted):
                for each in known.lines(line + b"\n"):
                    if each[2]:
                        shaped += 1
                        assert records.dropped_numbers(dropping, [each]) == [number], line
        # A whole block: lists that are new are looked through together.
        dropping = dropping_of(text)
        known = KnownShapes(first=50, dropping=dropping)
        for _ in range(3):
            block = list(known.lines(b"\n".join(some) + b"\n"))
        numbers = records.dropped_numbers(dropping, block)
        for line, (_, _, shape, _), number, right in zip(some, block, numbers, wanted):
            assert number == (right if shape else 0), line
        for line, number in zip(some, wanted):
            assert dropped_number(dropping, source_event(line)) == number, line
    assert shaped > len(sets) * len(some)
    assert dropped > len(sets) * len(some) / 10


def naming(action: str, text: str) -> str:
    """Rules that all ask for an action."""
    each = text.splitlines()
    return "\n".join(line if "action=" in line else f"{line} action={action}" for line in each)


def test_items_of_one_list() -> None:
    """What one of the source's lists says is what the record's list of rules says, or undecided."""
    decided = undecided = 0
    for seed in range(60):
        found = read(rules(seed, seen()))
        for list_name, member in MEMBERS.items():
            masks = ListMasks(list_name, found, DECODERS)
            tests = {name: terms_on(name, found) for name in OF_LISTS[list_name] if name}
            for line in lines()[seed::30]:
                event = source_event(line)
                attack = event.get("attackData")
                if type(attack) is not dict or type(attack.get("rules")) is not str:
                    continue
                made = record_rules(rules_of_event(event, with_data=True) or b"[]")
                given = attack.get(member)
                raw = given.encode() if type(given) is str else None
                left, open_ = masks[raw]
                assert masks[raw] == (left, open_)
                exact = of_record(list_name, tests, made, (1 << len(found)) - 1)
                assert exact & ~left == 0, (found, line)
                assert left & ~open_ & ~exact & masks.asking == 0, (found, line)
                decided += left != -1
                undecided += open_ > 0
    assert decided > 100
    assert undecided > 20


def of_record(
    name: str, tests: Mapping[str, list[tuple[int, Term]]], made: RecordRules, every: int
) -> int:
    """The rules that the values of a record leave, by one of the lists."""
    if name == "actions":
        by_action = Masks(every, tests["action"], lambda raw: (raw,))
        return by_action.of_values((made.action.lower(),) if made.action else ())
    any_rule, deciding = OF_LISTS[name]
    assert any_rule
    given = made.ids if name == "ids" else made.tags
    one = made.deciding_id if name == "ids" else made.deciding_tag
    by_any = Masks(every, tests[any_rule], lambda raw: (raw,))
    by_deciding = Masks(every, tests[deciding], lambda raw: (raw,))
    left = by_any.of_values(tuple(each.lower() for each in given))
    return left & by_deciding.of_values((one.lower(),) if one else ())


def test_an_item_with_the_end_inside() -> None:
    """`contained` only tells where to look."""
    decoders = Decoders(
        lambda lists: [[raw.decode()] for raw in lists], lambda _: None, ids_tags_actions
    )
    masks = ListMasks("ids", read("rule=a"), decoders)
    assert masks[b"b\0a"] == (~1, 0)
    assert masks[b"a"] == (-1, 0)


def source_lists() -> list[bytes]:
    """Of rules, tags and actions, as customers have them and with everything that can be odd."""
    found = {b"", b"%", b"a;b", b"a|b", "ü".encode(), b"IA%3d%3d;", b"YQBi", b"XA%3d%3d"}
    # A border of lists, a length that base64 does not have, bits after the end, a control code.
    found |= {b"YWJj|YQ%3d%3d", b"YWJj;YWJjZ;YQ%3d%3d", b"YWJ%3d", b"YQFi"}
    for line in lines():
        attack = source_event(line).get("attackData")
        if type(attack) is not dict:
            continue
        for member in MEMBERS.values():
            if type(text := attack.get(member)) is str:
                found.add(text.encode("utf-8", "surrogatepass"))
    return sorted(found)


def test_lists_decoded_together() -> None:
    """Some lists together have the items that each has alone."""
    known = [text for text in source_lists() if text]
    for at in range(0, len(known), 5):
        some = known[at : at + 5]
        assert items_of_lists(some) == [items_of_lists([one])[0] for one in some]


def test_lists_learnt_together() -> None:
    """They say what they say one after the other."""
    known = source_lists()
    matched = 0
    for seed in range(20):
        found = read(rules(seed, seen()))
        for name in OF_LISTS:
            together, alone = (ListMasks(name, found, DECODERS) for _ in range(2))
            for at in range(0, len(known), 40):
                together.learn(known[at : at + 40])
            for raw in known:
                assert together[raw] == alone[raw], (found, raw)
                matched += alone[raw] != alone[None]
            assert len(together) <= CACHED_LIST
            assert max(map(len, (raw for raw in together if raw))) <= CACHED_LIST_LENGTH
    assert matched > 100


@pytest.mark.parametrize(
    ("rule", "decodes_all"),
    [("tag=akamai/bot/*", False), ("tag=aka*", False), ("tag=ak*", True), ("tag=*/bot/*", True)],
)
def test_lists_are_decoded_only_if_they_may_match(rule: str, *, decodes_all: bool) -> None:
    decoded: list[bytes] = []

    def decoding(some: Sequence[bytes]) -> list[list[str]]:
        decoded.extend(some)
        return items_of_lists(some)

    other, bot = (items(tags).encode() for tags in (["OWASP/A", "B/C"], ["AKAMAI/BOT/D"]))
    masks = ListMasks("tags", read(rule), DECODERS._replace(items=decoding))
    masks.learn([other, bot])
    assert decoded == ([other, bot] if decodes_all else [bot])
    assert masks[other] == (~1, 0)
    assert masks[bot] == (-1, 0)


@pytest.mark.parametrize(
    ("action", "asked"), [("alert", []), ("monitor", ["tags"]), ("deny", ["ids"])]
)
def test_actions_tell_which_other_lists_are_looked_through(action: str, asked: list[str]) -> None:
    """If no member tells the action."""
    found: list[bytes] = []

    def noting(texts: Iterable[bytes]) -> Finder:
        find = finder(texts)
        assert find

        def noted(some: Sequence[bytes]) -> Sequence[bytes]:
            found.extend(some)
            return find(some)

        return noted

    rule_set = read("action=monitor tag=none/*\naction=deny rule=none*")
    dropping = Dropping(rule_set, DECODERS._replace(finder=noting))
    lists = {"ids": items(["950001"]), "tags": items(["OWASP/A"]), "actions": items([action])}
    values = [text.encode() for text in lists.values()]
    plan = dropping.plan((*[None] * (len(PLACES) - len(values)), *range(len(values))))
    assert dropping.numbers_by_lists([plan], [values]) == [0]
    assert found == [lists[name].encode() for name in ("actions", *asked)]


def test_what_each_match_contains() -> None:
    for pattern_ in ("a", "A*", "*a", "a*bc*d", "*ab*", "ü*"):
        for text in ("a", "abcd", "aXbcXd", "cab", "üb", "A", "xa"):
            if predicate(pattern_)(lowered(text)):
                assert contained(pattern_, b"\0") in b"\0" + lowered(text) + b"\0", pattern_
    assert contained("AKA*/LONGER", b"\0") == b"\0aka"
    assert contained("AK*/LONGER", b"\0") == b"/longer\0"


def test_steps_lead_where_each_member_does() -> None:
    """Also after more values than are remembered, for events that lack members, and for values that
    are too long to remember.
    """
    found = read("status=4* method=GET\nNOT status=403 host=b\nmethod=P*\nstatus=5*")
    names = ("method", "status", "host")
    each = [Masks(15, terms_on(name, found), VALUES[name]) for name in names]
    steps = Steps(each)
    shapes = [
        (places, steps.start(15, places)) for places in ((0, 1, 2), (0, None, 1), (None, 1, 0))
    ]
    most = 0
    for number in range(REMEMBERED + 200):
        method = (b"GET", b"post", b"", b"P" * 300)[number % 4]
        raw = (method, b"%d" % number, b"b" * (number % 3))
        for places, start in shapes:
            values = [None if place is None else raw[place] for place in places]
            step, left = start, 15
            while step.member != LAST:
                step = step[values[step.member]]
            for masks, value in zip(each, values):
                left &= masks.of(value)
            assert step.left == left, (values, number)
        if number % 100 == 0:
            known = reached([start for _, start in shapes])
            most = max(most, sum(map(len, known)))
            assert all(len(value) <= REMEMBERED_LENGTH for step in known for value in step if value)
    assert REMEMBERED / 2 < most <= REMEMBERED


def reached(starts: list[Step]) -> list[Step]:
    """These steps and all to which they are known to lead."""
    known: dict[int, Step] = {}
    new = starts
    while new:
        known.update((id(step), step) for step in new)
        new = [after for step in new for after in step.values() if id(after) not in known]
    return list(known.values())


def test_rules_that_are_no_list() -> None:
    """Such a record has no tags: its `rules` are what Akamai sent, and `ruleTags` too."""
    line = (
        b'{"attackData":{"rules":{"a":"b"},"ruleTags":"QUJD"},"httpMessage":{"host":"a",'
        b'"start":"1700000000.5"}}'
    )
    for rule, wanted in (("tag=*", 0), ("NOT tag=abc", 1)):
        dropping = dropping_of(rule)
        known, records = KnownShapes(first=1, dropping=dropping), ShapedRecords(NOW.latest)
        for _ in range(4):
            ((_, _, shape, values),) = known.lines(line + b"\n")
        assert shape is not None
        assert records.dropped_numbers(dropping, [(0, 0, shape, values)]) == [wanted]
        assert dropped_number(dropping, source_event(line)) == wanted


def test_other_lists_may_have_more_rules() -> None:
    """The last of all rules decided. Ids, tags and actions do not tell whether it is theirs."""
    raw = (*(None for _ in NAMES), b"MQ%3d%3d", b"", b"YWxlcnQ%3d")
    assert len(raw) == len(PLACES)
    for rule, wanted in (("deciding_rule=1", None), ("NOT deciding_rule=2", 1), ("rule=1", 1)):
        dropping = dropping_of(rule)
        assert dropping.number_by_lists(dropping.whole, raw) == wanted, rule


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
            dropped = collected(dropping_of(rule), line) == 1
            assert dropped is (not known and bool(action or "action=*" not in rule)), (action, rule)
        if action:
            assert collected(dropping_of(f"host=b\naction={action[:3].lower()}*"), line) == 2


def test_a_sample_is_the_documented_one() -> None:
    """The same at every input: by the request's id alone. Without one, all are kept."""
    dropping = dropping_of("sample=7")
    for number in range(300):
        line = b'{"httpMessage":{"requestId":"id%d"}}' % number
        first = hashlib.sha256(b"id%d" % number).hexdigest()[:8]
        assert collected(dropping, line) == (int(first, 16) % 7 != 0)
    for line in (b'{"httpMessage":{"requestId":""}}', b'{"httpMessage":{}}'):
        assert collected(dropping, line) == 0


@pytest.mark.parametrize("score", ['"high"', '""', '"-3"', '"1e3"', "null", "[50]"])
def test_a_score_that_is_no_number_matches_nothing(score: str) -> None:
    line = b'{"httpMessage":{"host":"a"},"userRiskData":{"score":%b}}' % score.encode()
    for rule in ("user_risk>5", "user_risk<=5", "user_risk=5", "user_risk=*"):
        assert collected(dropping_of(rule), line) == 0, rule
        assert collected(dropping_of(f"NOT {rule}"), line) == 1, rule
        assert collected(dropping_of(rule), line.replace(score.encode(), b"5")) == (">" not in rule)


def test_the_preview_counts_by_rule() -> None:
    """The whole search, on some events."""
    found = read("action=deny*\nstatus=4* sample=2\nmethod=GET")
    events = []
    for line in lines()[:120]:
        made = record_of(source_event(line), line, NOW)
        events.append(Event(made.text, made.time, "akamai:siem"))
    dropping = dropping_of("\n".join(each.text for each in found))
    wanted = Counter(collected(dropping, line) for line in lines()[:120])
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
