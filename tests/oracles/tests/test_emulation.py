"""Tests of the emulation: what the documents define, and that it refuses the rest."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracles.search_time import spl
from tests.oracles.search_time.eval_expressions import Expression
from tests.oracles.search_time.event_types import EventTypes
from tests.oracles.search_time.extractions import extract, transform
from tests.oracles.search_time.index_time import IndexTime
from tests.oracles.search_time.json_fields import json_fields
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.lookups import Lookup
from tests.oracles.search_time.macros import expanded
from tests.oracles.search_time.pcre import LimitHit
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified, Unsure
from tests.oracles.search_time.search_expressions import SearchExpression
from tests.oracles.search_time.search_time import Rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.oracles.search_time.eval_values import Field
    from tests.standins.splunk.conf_file import Stanzas

FIELDS: dict[str, Field] = {
    "a": "x",
    "n": "5",
    "many": ["1", "2"],
    "p.q": "z",
    "odd": Unsure("null"),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a."-".n', "x-5"),
        ("'p.q'", "z"),
        ("a.missing", None),
        ('if(isnull(missing),"no",a)', "no"),
        ('if(missing="x","yes","no")', "no"),
        ('case(a="y",1,true(),tonumber(n)+2)', 7),
        ('case(a="y",1)', None),
        ("coalesce(missing,null(),a)", "x"),
        ('a="y" OR n="5" AND a="y"', False),
        ('NOT a="y"', True),
        ("mvindex(many,-1)", "2"),
        ("mvcount(many)", 2),
        ("tonumber(a)", None),
        ('replace("abc","b(.)","\\1-")', "ac-"),
        ('match(a,"^X")', False),
        ('match(a,"(?i)^X")', True),
        ('urldecode("a%20%C3%BC")', "a ü"),
        (r'json_extract("{\"v\":\"a \".n.\"\"}","v")', None),
        (r'json_extract("{\"v\":\"".a."\"}","v")', "x"),
        ('like(a,"_%")', True),
        ("10/4", 2.5),
        ("5/0", None),
        ('mvindex(split("a,b",","),1)', "b"),
        ("max(3,tonumber(n))", 5),
    ],
)
def test_eval(text: str, value: object) -> None:
    assert Expression(text).value(FIELDS) == value


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("nosuch(1)", Refused),
        ("if(1)", Refused),
        ("if(a,1,2)", Refused),
        ('case(a="x",1,2)', Refused),
        ('replace(a,"(","x")', Refused),
        ("md5(a)", NotInSubset),
        ("a+1", Unspecified),
        ("n>3", Unspecified),
        ('a<"b"', Unspecified),
        ("lower(many)", Unspecified),
        ('many="1"', Unspecified),
        ('"two\\\\backslashes"', Unspecified),
        ('urldecode("a+b")', Unspecified),
        ('urldecode("%zz")', Unspecified),
        ('urldecode("%e9")', Unspecified),
        ("isnull(odd)", Unspecified),
        (r'json_extract("{\"v\":[]}","v")', Unspecified),
        (r'json_extract("{\"v\":\"x\"}","v{}")', NotInSubset),
    ],
)
def test_eval_refuses(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        Expression(text).value(FIELDS)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a=X", True),
        ("NOT missing=1", True),
        ("missing!=1", False),
        ("a=y OR n>=5 a=x", True),
        ("a=x b=1 OR a=y", False),
        ("a IN (q, x)", True),
        ('"LLO w"', True),
        ("hell*rld", True),
        ("many=2", True),
        ("p.q=z*", True),
    ],
)
def test_search_command(text: str, holds: bool) -> None:
    assert SearchExpression(text).holds({**FIELDS, "_raw": "Hello world"}) is holds


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("many!=1", Unspecified), ("odd=1", Unspecified), ("a>3", Unspecified), ("(a=x", Refused)],
)
def test_search_command_refuses(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        SearchExpression(text).holds({**FIELDS, "_raw": ""})


def test_json_names() -> None:
    raw = '{"a":{"b":"1","c":[{"x":"1"},{"x":"2"}]},"d":2.50,"l":["q"]}'
    assert json_fields(raw) == {"a.b": "1", "a.c{}.x": ["1", "2"], "d": "2.50", "l{}": "q"}


def test_json_stops() -> None:
    """A value that is not complete by then gives no field."""
    raw = '{"a":"1","b":"' + "x" * 4980 + '","c":"3"}'
    assert list(json_fields(raw)) == ["a", "b"]
    assert list(json_fields(raw.replace("x", "ü", 20))) == ["a"]


def test_json_leaves_open() -> None:
    found = json_fields('{"a":"","b":null,"c":[{"x":""},{"x":"1"}]}')
    assert {name: type(value) for name, value in found.items()} == {
        "a": Unsure,
        "b": Unsure,
        "c{}.x": Unsure,
    }


def test_a_pattern_that_gives_up_is_an_error() -> None:
    text = '"k":"%s"' % ("x" * 30_000)
    with pytest.raises(LimitHit):
        extract("EXTRACT-x", r'"k":"(?<v>(?:[^"\\]|\\.)*)"').found({"_raw": text})
    assert extract("EXTRACT-x", r'"k":"(?<v>(?:[^"\\]++|\\.)*+)"').found({"_raw": text})


@pytest.mark.parametrize(
    ("stanza", "refusal"),
    [
        ({"REGEX": "(a)"}, Refused),
        ({"REGEX": "(a)", "FORMAT": "x::$2"}, Refused),
        ({"REGEX": "(a)", "FORMAT": "x_$1::$1"}, Unspecified),
        ({"REGEX": "(?<a>b)", "DELIMS": ","}, NotInSubset),
    ],
)
def test_transforms_refuse(stanza: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        transform("t", stanza)


def test_names_that_a_transform_finds() -> None:
    rule = transform("t", {"REGEX": "([a-z]+)=([0-9]+)", "FORMAT": "$1::$2"})
    assert rule.found({"_raw": "a=1 b=2 a=3"}) == {"a": ["1", "3"], "b": ["2"]}


@pytest.mark.parametrize(
    ("stanza", "refusal"),
    [
        ({"FIELDALIAS-a": "x AS y", "FIELDALIAS-b": "y AS z"}, Unspecified),
        ({"FIELDALIAS-a": "x AS y", "FIELDALIAS-b": "z AS y"}, Unspecified),
        ({"REPORT-a": "nosuch"}, Refused),
        ({"LOOKUP-a": "nosuch x OUTPUT y"}, Refused),
        ({"EVAL-a": "nosuch(1)"}, Refused),
        ({"NOSUCHKEY": "1"}, NotInSubset),
    ],
)
def test_props_refuse(stanza: dict[str, str], refusal: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(refusal):
        Rules.of(stanza, {}, tables(tmp_path))


def test_evals_see_one_snapshot(tmp_path: Path) -> None:
    rules = Rules.of({"EVAL-a": '"new"', "EVAL-b": "a"}, {}, tables(tmp_path))
    found = rules.fields("raw", {"a": "old"})
    assert (found["a"], found["b"]) == ("new", "old")


def test_two_rules_of_one_field(tmp_path: Path) -> None:
    rules = Rules.of({"EXTRACT-a": "(?<x>a)", "EXTRACT-b": "(?<x>b)"}, {}, tables(tmp_path))
    with pytest.raises(Unspecified):
        rules.fields("ab", {})


def test_a_value_that_nobody_knows_is_one(tmp_path: Path) -> None:
    """The field exists, and anything that reads it fails."""
    rules = Rules.of({"EVAL-b": r'json_extract("{\"v\":\"".a."\"}","v")'}, {}, tables(tmp_path))
    assert isinstance(rules.fields("raw", {"a": "\\ud800"})["b"], Unsure)


def test_two_transforms_of_one_field(tmp_path: Path) -> None:
    """The first value stays, as transforms.conf.spec says of MV_ADD."""
    transforms = {"one": {"REGEX": "(?<x>a)"}, "two": {"REGEX": "(?<x>b)(?<y>c)?"}}
    rules = Rules.of({"REPORT-a": "one, two"}, transforms, tables(tmp_path))
    found = rules.fields("abc", {})
    assert (found["x"], found["y"]) == ("a", "c")


def test_a_lookup_without_its_input(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("key,value\ndeny,1\n", encoding="utf-8")
    rules = Rules.of({"LOOKUP-a": "t key OUTPUT value"}, {"t": TABLE}, tables(tmp_path))
    assert "value" not in rules.fields("raw", {})
    assert rules.fields("raw", {"key": "x"})["value"] == "other"


def tables(folder: Path) -> Callable[[str], Lookup]:
    return lambda name: Lookup(name, TABLE, folder)


TABLE = {
    "filename": "t.csv",
    "max_matches": "1",
    "min_matches": "1",
    "default_match": "other",
    "case_sensitive_match": "false",
    "match_type": "WILDCARD(key)",
}


def test_lookups(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("key,value\ndeny,1\ndeny*,2\n", encoding="utf-8")
    table = Lookup("t", TABLE, tmp_path)
    found = [
        table.find((("key", key),), ("value",)) for key in ("DENY", "deny_custom_1", "nothing")
    ]
    assert found == [{"value": "1"}, {"value": "2"}, {"value": "other"}]
    with pytest.raises(Refused, match="no column"):
        table.check(["nosuch"])
    with pytest.raises(Unspecified, match="max_matches"):
        Lookup("t", {"filename": "t.csv"}, tmp_path)


def test_event_types_and_tags() -> None:
    types = {"one": {"search": "a=x"}, "off": {"search": "a=x", "disabled": "1"}}
    tags = {"eventtype=one": {"web": "enabled", "old": "disabled"}, "a=x": {"extra": "enabled"}}
    assert EventTypes(types, tags).of({"a": "x"}) == (["one"], ["extra", "web"])


@pytest.mark.parametrize(
    ("types", "tags"),
    [
        ({"one": {"search": "a=x | head 1"}}, {}),
        ({"one": {"search": "`macro`"}}, {}),
        ({"one": {"search": "a=x"}}, {"eventtype=two": {"web": "enabled"}}),
        ({"one": {"search": "a=x"}}, {"eventtype=one": {"web": "yes"}}),
    ],
)
def test_event_types_refuse(types: Stanzas, tags: Stanzas) -> None:
    with pytest.raises(Refused):
        EventTypes(types, tags)


def test_macros() -> None:
    macros = {"a": {"definition": "x `b(1)`"}, "b(1)": {"args": "n", "definition": "y=$n$"}}
    assert expanded("`a` z", macros) == "x y=1 z"
    with pytest.raises(Refused):
        expanded("`nosuch`", macros)


def app(folder: Path) -> Knowledge:
    (folder / "default").mkdir()
    (folder / "default" / "props.conf").write_text(
        "[s]\nEXTRACT-a = k=(?<k>\\w+) n=(?<n>\\d+)\n", encoding="utf-8"
    )
    return Knowledge(folder)


EVENTS = [
    Event(raw=f"k={key} n={number}", time=str(number), sourcetype="s")
    for number, key in enumerate("abcab")
]


@pytest.mark.parametrize(
    ("search", "rows"),
    [
        ("k=a | table n", [{"n": "0"}, {"n": "3"}]),
        (
            "* | stats count sum(n) AS total BY k | sort -count k | head 1",
            [{"k": "a", "count": 2, "total": 3}],
        ),
        (
            '| eval m=tonumber(n)*2, q="|" | where m>6 | fields - _raw, _time | table m q',
            [{"m": 8, "q": "|"}],
        ),
        (
            "* | stats latest(n) AS n BY k | search k=b | rename n AS number",
            [{"k": "b", "number": "4"}],
        ),
        ("* | dedup k | sort -n | table n", [{"n": "2"}, {"n": "1"}, {"n": "0"}]),
        ("* | top limit=1 k", [{"k": "a", "count": 2, "percent": "40.000000"}]),
        ("nothing | stats count", [{"count": 0}]),
    ],
)
def test_searches(tmp_path: Path, search: str, rows: list[dict[str, Any]]) -> None:
    assert spl.searched(search, EVENTS, app(tmp_path)) == rows


@pytest.mark.parametrize(
    ("search", "refusal"),
    [
        ("* | nosuch", Refused),
        ("* | transaction k", NotInSubset),
        ("* | where n>1", Unspecified),
        ("* | stats median(n)", NotInSubset),
        ("[search a]", NotInSubset),
    ],
)
def test_searches_refuse(tmp_path: Path, search: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        spl.searched(search, EVENTS, app(tmp_path))


STANZA = {
    "SHOULD_LINEMERGE": "false",
    "LINE_BREAKER": r"([\r\n]+)",
    "TIME_PREFIX": "at=",
    "TIME_FORMAT": "%s.%3N",
}


def test_a_time_that_does_not_fit_is_the_one_before() -> None:
    stanza = IndexTime(STANZA)
    records = ("at=x", "at=12.345", "at=13", "none", "at=14.000")
    assert [stanza.time(one) for one in records] == [
        None,
        Decimal("12.345"),
        Decimal("12.345"),
        Decimal("12.345"),
        Decimal("14.000"),
    ]


def test_what_is_too_long_is_cut() -> None:
    assert [len(one) for one in IndexTime(STANZA).records("x" * 10_001 + "\ny")] == [10_000, 1]
    with pytest.raises(Refused):
        IndexTime({**STANZA, "SHOULD_LINEMERGE": "true"})
    with pytest.raises(Refused):
        IndexTime({**STANZA, "INDEXED_EXTRACTIONS": "json"})
