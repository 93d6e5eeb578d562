"""Every search of README and docs/ runs over the demo's records, and returns the noted rows."""

from __future__ import annotations

import json

import pytest

from tests import ROOT
from tests.oracles.search_time.refusals import NotInSubset, Unspecified
from tests.product.search.documented_searches import (
    EXCEPTIONS,
    KEPT,
    PAGES,
    RESULTS,
    documented,
    exception,
    run,
    searches,
    with_results,
)

FOUND = list(documented())


@pytest.mark.parametrize(("page", "search"), FOUND)
def test_it_brings_rows(page: str, search: str) -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))[page][search]
    if exception(search) is not None:
        assert kept == exception(search)
        return
    rows = run(search)
    assert rows
    assert len(rows) == kept


def test_each_exception_is_one() -> None:
    """Each exception belongs to a documented search, and is refused or finds nothing."""
    for piece in EXCEPTIONS:
        ours = [search for _, search in FOUND if piece in search]
        assert ours, piece
        assert [search for search in ours if finds(search)] == []


def finds(search: str) -> bool:
    try:
        return run(search) != []
    except (NotInSubset, Unspecified):
        return False


def test_none_is_overlooked() -> None:
    found = {name: [s for page, s in FOUND if page == name] for name, _ in FOUND}
    assert len(found["docs/searches.md"]) == RESULTS.read_text(encoding="utf-8").count("\n## ")
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        for line in page.read_text(encoding="utf-8").splitlines():
            stripped = line.strip()
            drawn = stripped.endswith(("|", "+"))
            if (
                not drawn
                and line.startswith("    ")
                and stripped.startswith(("index=", "| ", "`akamai"))
            ):
                assert any(stripped in search for search in found[name]), f"{name}: {line}"


def test_the_results_are_those_of_the_page() -> None:
    text = RESULTS.read_text(encoding="utf-8")
    assert with_results(text) == text
    assert text.count("<!-- result -->") == len(searches(text)) == 12


def test_it_can_fail() -> None:
    """A search with a typing error finds nothing, and a result that is not the search's is
    detected.
    """
    assert run("index=main sourcetype=akamai:siem action=bloked") == []
    text = RESULTS.read_text(encoding="utf-8")
    assert with_results(text.replace("| 203.0.113.7 | BR |", "| 203.0.113.7 | DE |")) == text
