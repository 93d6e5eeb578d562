"""The conf files are the output of `make props`, and fields that people search by are extracted."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.pcre import pattern
from tests.product.search import hot_fields

if TYPE_CHECKING:
    from pathlib import Path

sys.path.insert(0, str(ROOT / "packaging" / "search_side"))

import calculated
import extracted
import make_props
import pieces

FILES = make_props.files()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_files_are_as_made(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path], "make props"


@pytest.mark.parametrize("field", hot_fields.HOT)
def test_it_is_extracted(field: str) -> None:
    """Splunk has no terms for a calculated field: a search would read every event."""
    rules = Knowledge(ROOT).rules(Event("", "", "akamai:siem"))
    assert hot_fields.how(rules, field) not in ("calculated", "looked up")


def test_a_member_or_a_header_is_one_line() -> None:
    """And the pattern made from it finds it."""
    headers = {
        **extracted.REQUEST_HEADERS,
        "X-New": ("x_new", pieces.SOME.join(("(?<x_new>", ")"))),
    }
    members = {
        **extracted.HTTP,
        "requestHeaders": pieces.headers(headers),
        "new": pieces.text("new"),
    }
    made = pattern(pieces.HTTP_MESSAGE + pieces.members(members) + pieces.END)
    raw = '{"httpMessage":{"host":"a","new":"b","requestHeaders":["Host: a","x-new: c"]}}'
    match = made.search(raw)
    assert match is not None
    assert (match["dest"], match["new"], match["x_new"]) == ("a", "b", "c")


def test_each_field_is_written_once() -> None:
    """In the tables that the files are made from."""
    patterns = {
        name: pattern
        for name, pattern in extracted.PATTERNS.items()
        if not name.startswith(("http_before", "other_score", "action_", "user_by_uuid"))
    }
    named = [name for pattern in patterns.values() for name in re.findall(r"\(\?<(\w+)>", pattern)]
    assert sorted(named) == sorted(set(named))
    for field, expression in calculated.EVALS.items():
        assert expression.count("\n") == 0, field


def test_no_line_goes_on_in_the_next() -> None:
    """Splunk would join these lines, including comments; a pattern in a comment can end with any
    character.
    """
    for path, text in FILES.items():
        assert not [line for line in text.splitlines() if line.endswith("\\")], path
