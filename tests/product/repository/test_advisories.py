"""The page on advisories agrees with the dated list about the locked versions, and its reasons
hold.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

APP = ROOT / "build" / "TA_akamai_siem"
sys.path.insert(0, str(ROOT / "packaging"))

import page_packages  # noqa: E402 - from the folder just added
from runtime_libraries import LOCKS, locked  # noqa: E402 - likewise

LIST = json.loads((ROOT / "packaging" / "advisories.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "advisories.md").read_text(encoding="utf-8")
SUPPORT = {"9.4": "2026-12-16", "10.0": "2027-07-28"}
pytestmark = pytest.mark.usefixtures("built_app")


def rows() -> set[tuple[str, ...]]:
    """Advisory, what it affects, severity, fixed in, what, why: the rows of both tables."""
    lines = [line for line in PAGE.splitlines() if re.match(r"\| `(CVE|GHSA)-", line)]
    return {tuple(cell.strip(" `") for cell in line.strip("|").split("|")) for line in lines}


def expected(
    versions: set[tuple[str, str]], advisories: list[dict[str, str]]
) -> set[tuple[str, ...]]:
    return {
        (
            advisory["id"],
            f"{name} {version}",
            *(advisory[key] for key in ("severity", "fixed", "what", "why")),
        )
        for advisory in advisories
        for name, version in versions
        if advisory["library"] == name and Version(version) in SpecifierSet(advisory["affected"])
    }


def test_the_page_has_a_row_for_each_advisory_of_a_locked_version_and_no_other() -> None:
    libraries = {(each.name, each.version) for folder in LOCKS for each in locked(folder)}
    scripts = {*page_packages.licensed(APP).items()}
    found = expected(libraries, LIST["advisories"]) | expected(scripts, LIST["pages"])
    assert len(found) > 5
    assert rows() == found


def test_the_page_has_the_packages_of_the_scripts() -> None:
    text = page_packages.text_of_scripts(APP)
    known = page_packages.listed()["in_the_scripts"]
    shipped = page_packages.in_the_scripts(APP)
    row = re.compile(r"^\| (\S+) (\d\S*) \| (its place|its version|the text)", re.MULTILINE)
    rows = row.findall(PAGE)
    assert {(name, version) for name, version, _ in rows} == {*shipped.items()}
    assert len(rows) == len(shipped)
    for name, version, how in rows:
        mark = known[name]
        assert (how == "its place") == (mark is None), name
        assert mark is None or mark in text, f"the scripts no longer contain {name}"
        assert how != "its version" or version in mark


def test_packages_with_advisories_that_are_not_in_the_scripts_are_not(tools: Path) -> None:
    """Their text is in UCC's own scripts, so that it would be found, and not in the package's."""
    ucc = next(tools.parents[1].glob("lib/python3*/site-packages/splunk_add_on_ucc_framework"))
    everything = page_packages.text_of_scripts(ucc / "package")
    shipped = page_packages.text_of_scripts(APP)
    versions = page_packages.licensed(APP)
    others = page_packages.listed()["only_in_others"]
    for name, other in others.items():
        assert other["mark"] in everything, name
        assert other["mark"] not in shipped, name
        row = f"| {name} {versions[name]} | {other['fixed']} | "
        assert row + ", ".join(f"`{each}`" for each in other["advisories"]) + " |" in PAGE
    assert not {*others} & {*page_packages.in_the_scripts(APP)}


def test_the_list_of_packages_is_that_of_the_locked_ucc() -> None:
    locked_ucc = re.search(
        r"^splunk-add-on-ucc-framework==(\S+)",
        (ROOT / "packaging" / "tools.lock").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert locked_ucc is not None
    assert locked_ucc[1] == page_packages.listed()["ucc"], "review page_packages.json"
    assert f"UCC framework {locked_ucc[1]}," in PAGE


def test_what_runs_on_the_newest_python_has_none() -> None:
    newest = {(each.name, each.version) for each in locked("lib313")}
    assert expected(newest, LIST["advisories"]) == set()


def test_the_page_is_as_old_as_the_list() -> None:
    assert f"Reviewed on {LIST['reviewed']}." in PAGE


def test_support_ends_when_splunk_says() -> None:
    for version, date in SUPPORT.items():
        assert re.search(rf"^\| {re.escape(version)} \| 3\.9 \| {date} \|$", PAGE, re.MULTILINE)
    assert f"release after {max(SUPPORT.values())}" in " ".join(PAGE.split())


def test_the_reasons_are_facts() -> None:
    """What the page says is not called is not called, and what it says is off is off."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "bin").rglob("*.py")]
    calls = r"extract_zipped_paths|drain_conn|read_chunked|iter_content|iter_lines|\.stream\("
    assert not [text for text in sources if re.search(calls, text)]
    session = next(text for text in sources if "class _Adapter(HTTPAdapter)" in text)
    assert '"Accept-Encoding": "gzip"' in session
    assert "CERT_REQUIRED" in session
    assert not re.search(r"CERT_NONE|CERT_OPTIONAL|verify *=|check_hostname", session)
    asked = [text for text in sources if "_session.get(" in text or "session.get(" in text]
    assert asked
    assert all("allow_redirects=False" in text for text in asked)
    assert not [path for path in APP.glob("lib*/*") if "brotli" in path.name.lower()]
