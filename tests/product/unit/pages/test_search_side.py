"""The macro's definitions, and the form's fields."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ta_akamai_siem.pages.search_side import (
    ALERT_PROPS,
    ALIAS_PROPS,
    ALIAS_STANZA,
    ALL,
    LET_THROUGH,
    SOURCETYPE,
    SearchSide,
    definition_of,
    index_names,
    is_index_name,
    shown,
    wanted_of,
)
from tests import ROOT

NOW = SearchSide(
    ("main",),
    LET_THROUGH,
    watched=False,
    alerts=False,
    history=False,
    aliased=False,
    accelerated=False,
)
FORM = {
    "search_indexes": "main",
    "search_web": "let_through",
    "search_watched": "0",
    "search_alerts": "0",
    "search_history": "0",
    "search_aliased": "0",
    "search_accelerated": "0",
}


@pytest.mark.parametrize(
    ("definition", "names"),
    [
        ("(index=main)", ("main",)),
        ("index=main", ("main",)),
        (' ( index = "a" OR index=b-c ) ', ("a", "b-c")),
        ("(index=akamai* OR index=waf)", ("akamai*", "waf")),
        ('index IN (a, "b" c)', ("a", "b", "c")),
        ("(index=a sourcetype=b)", None),
        ("(index=a NOT index=b)", None),
        ("index=a index=b", None),
        ("index IN ()", None),
        ("", None),
        ("`other`", None),
    ],
)
def test_indexes_of_a_definition(definition: str, names: tuple[str, ...] | None) -> None:
    assert index_names(definition) == names


def test_a_definition_is_read_as_it_was_written() -> None:
    for names in (("main",), ("a", "b", "c*")):
        assert index_names(definition_of(names)) == names


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("main", True),
        ("waf_2-x", True),
        ("aka*", True),
        ("*", True),
        ("_internal", False),
        ("-a", False),
        ("Main", False),
        ("a b", False),
        ("a)", False),
        ("a\n", False),
        ("", False),
    ],
)
def test_names_of_indexes(name: str, is_one: bool) -> None:
    assert is_index_name(name) == is_one


def test_what_is_shown_is_what_is_wanted() -> None:
    assert shown(NOW) == FORM
    assert wanted_of(FORM, NOW) == (NOW, "")
    assert wanted_of({}, NOW) == (NOW, "")
    changed = {"search_indexes": "a;b, a", "search_web": "all", "search_watched": "1"}
    wanted = replace(NOW, indexes=("a", "b"), web=ALL, watched=True)
    assert wanted_of({**FORM, **changed}, NOW) == (wanted, "")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"search_indexes": "a;B"}, "Indexes: 'B' is not the name of an index."),
        ({"search_indexes": " ; "}, "Indexes: select at least one."),
        ({"search_web": "some"}, "Attacks in Web: one of let_through, all, nothing."),
    ],
)
def test_what_is_refused(changed: dict[str, str], told: str) -> None:
    assert wanted_of({**FORM, **changed}, NOW)[1].startswith(told)


def test_a_definition_of_another_form_stays() -> None:
    """The form shows no index, and saving the rest does not touch the macro."""
    other = replace(NOW, indexes=None)
    assert shown(other)["search_indexes"] == ""
    assert wanted_of({**FORM, "search_indexes": ""}, other) == (other, "")


def test_the_switch_for_alerts_sets_what_the_documentation_sets() -> None:
    page = (ROOT / "docs" / "cim.md").read_text(encoding="utf-8")
    (name,) = ALERT_PROPS[True]
    assert f"    [{SOURCETYPE}]\n    {name} = {ALERT_PROPS[True][name]}\n" in page
    # Off again: each event has its own value.
    assert {name: f"EVAL-{value}" for name, value in ALERT_PROPS[False].items()} == {name: name}


def test_the_switch_for_old_names_sets_what_the_documentation_sets() -> None:
    page = (ROOT / "docs" / "moving.md").read_text(encoding="utf-8")
    ((name, value),) = ALIAS_PROPS.items()
    assert f"    [{ALIAS_STANZA}]\n    {name} = {value}\n" in page
