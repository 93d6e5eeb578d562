"""Every search of README and docs/ runs over the demo's records, and returns the noted rows."""

from __future__ import annotations

import json

import pytest

from tests import ROOT
from tests.oracles.search_time import spl
from tests.oracles.search_time.knowledge import Knowledge
from tests.oracles.search_time.refusals import NotInSubset, Unspecified
from tests.oracles.search_time.spl_tables import Tables
from tests.product.search.documented_scenes import USUAL, tables_for
from tests.product.search.documented_searches import (
    EXCEPTIONS,
    KEPT,
    PAGES,
    RESULTS,
    documented,
    exception,
    run,
    sample,
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


def test_what_an_alert_stores_is_emptied() -> None:
    (empties,) = (search for _, search in FOUND if "| outputlookup" in search)
    shows = f"| inputlookup {USUAL}"
    known = Knowledge(ROOT)
    tables = Tables(known)
    tables.rows.update(tables_for(shows))
    searcher = spl.Searcher(sample(), known, tables=tables)
    assert len(searcher.found(shows)) == 1
    assert searcher.found(f"action=no_action {empties}") == []
    assert searcher.found(shows) == []


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
