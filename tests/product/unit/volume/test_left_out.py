"""The setting `leave_out`: its words."""

from __future__ import annotations

import sys

import pytest

from ta_akamai_siem.errors import SettingsInvalid
from ta_akamai_siem.record.masking import KINDS
from ta_akamai_siem.volume.header_names import SEARCHED
from ta_akamai_siem.volume.left_out import SETS, WORDS, left_out
from tests import ROOT
from tests.product.messages import subject
from tests.product.unit.test_settings import read

sys.path.insert(0, str(ROOT / "packaging" / "search_side"))

import extracted

PAGE = (ROOT / "docs" / "volume.md").read_text(encoding="utf-8")
PAGE = PAGE.partition("\n## Leave out\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ("", ()),
        (" ; ", ()),
        ("Cookies; response_headers", ("response_headers", "cookies")),
        ("header:X-Acme-*,header:dnt", ("header:dnt", "header:x-acme-*")),
        (";".join(WORDS), WORDS),
    ],
)
def test_words(entered: str, words: tuple[str, ...]) -> None:
    assert read(leave_out=entered).selection.leave_out == words
    assert (left_out(words) is None) is (words == ())


@pytest.mark.parametrize(
    "entered", ["cookie", "headers", "header:", "header:*", "header:a b:", "header:a:b", "header:é"]
)
def test_refused(entered: str) -> None:
    """No event is better than one with a part that should have been left out."""
    with pytest.raises(SettingsInvalid) as caught:
        read(leave_out=f"cookies;{entered}")
    (problem,) = caught.value.problems
    assert subject(problem) == "leave_out"
    assert all(word in problem for word in WORDS)


def test_the_page_has_each_word() -> None:
    for word in (*WORDS, "header:NAME"):
        assert f"\n| `{word}` | " in PAGE
    for name in ("cookies", "sensor_data"):
        (row,) = [line for line in PAGE.split("\n") if line.startswith(f"| `{name}` |")]
        assert all(f"`{header}`" in row.lower() for header in SETS[name])


def test_headers_that_stay_are_those_of_the_fields() -> None:
    assert [name.lower() for name in extracted.REQUEST_HEADERS] == list(SEARCHED)
    (row,) = [line for line in PAGE.split("\n") if line.startswith("| `request_headers` |")]
    assert all(f"`{header}`" in row.lower() for header in SEARCHED)


def test_credentials_are_what_the_mask_knows() -> None:
    assert {*SETS["credentials"]} == {*KINDS["api_keys"].headers, *KINDS["cookies"].headers}
