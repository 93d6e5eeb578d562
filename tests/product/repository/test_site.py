"""The site has every page, and its links fit the places of the pages there.

`make docs` runs mkdocs with `--strict`, which checks each link and anchor of what this copies.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from tests import ROOT

sys.path.insert(0, str(ROOT / "packaging"))

from doc_site import DECISIONS, moved, sources

NAV = (ROOT / "packaging" / "site.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
LINK = re.compile(r"\]\(([^)#\s:]+\.(?:md|png|conf))(?:#[^)\s]*)?\)")


def test_every_page_is_in_the_navigation() -> None:
    pages = {place.as_posix() for place in sources().values() if place.suffix == ".md"}
    listed = set(re.findall(r"([\w./-]+\.md)$", NAV, re.MULTILINE))
    assert {page for page in pages if not page.startswith(DECISIONS)} == listed
    assert f"Decisions: {DECISIONS}" in NAV


def test_links_lead_to_what_is_on_the_site() -> None:
    places = sources()
    on_the_site = {place.as_posix() for place in places.values()}
    seen = 0
    for path, place in places.items():
        if path.suffix == ".md":
            for target in LINK.findall(moved(path.read_text(encoding="utf-8"), path, places)):
                seen += 1
                assert os.path.normpath(place.parent / target) in on_the_site, (path, target)
    assert seen > 100


def test_a_link_moves_with_its_page() -> None:
    places = sources()
    readme, page = ROOT / "README.md", ROOT / "docs" / "cim.md"
    assert moved("[a](docs/cim.md#b)", readme, places) == "[a](cim.md#b)"
    assert moved("[a](../README.md)", page, places) == "[a](index.md)"
    assert moved("[a](Makefile) [b](https://example.com)", readme, places) == (
        "a [b](https://example.com)"
    )
    assert moved("[a](docs/nothing.md)", readme, places) == "[a](docs/nothing.md)"
    assert moved("![a](images/view_bots.png)", page, places) == "![a](images/view_bots.png)"


def test_nothing_is_loaded_from_elsewhere() -> None:
    settings = (ROOT / "packaging" / "site.yml").read_text(encoding="utf-8")
    assert "font: false" in settings
    assert not re.search(r"repo_url|extra_javascript|extra_css|analytics|offline", settings)
    assert Path(ROOT / "packaging" / "site.lock").is_file()
