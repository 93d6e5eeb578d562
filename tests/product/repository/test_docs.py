"""What the documents say about settings, errors and log events is what the code has."""

from __future__ import annotations

import json
import re

from ta_akamai_siem import errors
from ta_akamai_siem.limits import PAGE_EVENTS_MAX
from ta_akamai_siem.pages.input_state import STATES
from ta_akamai_siem.record.masking import KINDS
from ta_akamai_siem.run.trail import PATIENCE
from ta_akamai_siem.settings import LIMIT_DEFAULT
from ta_akamai_siem.splunk.scheme import scheme_xml
from tests import ROOT

DOCS = ROOT / "docs"
PACKAGE = ROOT / "bin" / "ta_akamai_siem"


def rows(page: str) -> dict[str, list[str]]:
    """The cells of each table row, by the first name in backticks of its first cell."""
    found = {}
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        for name in re.findall(r"`([^`]+)`", cells[0]) if line.startswith("|") else []:
            found[name] = cells
    return found


def kinds(kind: type[errors.CollectionError]) -> list[type[errors.CollectionError]]:
    """Documents that are generated, and say so."""
    below = [each for sub in kind.__subclasses__() for each in kinds(sub)]
    return [kind, *below] if {"code", "advice"} & {*vars(kind)} else below


def test_every_error_has_its_row_with_the_same_advice() -> None:
    documented = rows("troubleshooting.md")
    advices: dict[str, list[str]] = {}
    for error in kinds(errors.CollectionError):
        if error is not errors.CollectionError:
            advices.setdefault(error.code, []).append(error.advice)
    assert set(advices) <= set(documented)
    for code, told in advices.items():
        if any(told):
            assert documented[code][2] == " ".join(told)


def test_every_state_of_an_input_has_its_row() -> None:
    text = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    part = text.partition("## States of an input")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE)) == set(STATES)


def test_every_event_of_the_log_has_its_row() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    logged = set(re.findall(r"log\.(?:info|warning|error|debug)\(\s*\"([a-z.]+)\"", text))
    assert {"page.collected", "run.finished"} <= logged
    assert logged <= set(rows("troubleshooting.md"))


def test_no_row_without_code() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert [name for name in rows("troubleshooting.md") if f'"{name}' not in text] == []


def test_settings() -> None:
    documented = rows("settings.md")
    page = json.loads((ROOT / "globalConfig.json").read_text(encoding="utf-8"))["pages"]
    services = page["inputs"]["services"]
    fields = [entity["field"] for service in services for entity in service["entity"]]
    for tab in page["configuration"]["tabs"]:
        entities = tab.get("entity", [])
        fields += [entity["field"] for entity in entities if entity["type"] != "helpLink"]
    # The framework provides the logging tab, including its field.
    assert set(documented) == set(fields) - {"name"} | {"loglevel"}
    for service in services:
        shown = {entity["field"] for entity in service["entity"]}
        for name in re.findall(r'<arg name="([a-z_]+)"', scheme_xml(service["name"])):
            assert name in documented
            assert name in shown
    assert documented["limit"][1] == f"`{LIMIT_DEFAULT}`"
    assert str(PAGE_EVENTS_MAX) in documented["limit"][2]


def test_what_is_masked() -> None:
    documented = rows("masking.md")
    assert [name for name in documented if name in KINDS] == list(KINDS)
    for name, kind in KINDS.items():
        members = [f"{parent}.{each}" for parent, names in kind.members.items() for each in names]
        cells = [re.findall(r"`([^`]+)`", cell) for cell in documented[name][1:]]
        assert cells == [members, list(kind.headers), list(kind.parameters)]


def test_contributing_names_what_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    part = text.partition("## Where it happens")[2].partition("\n## ")[0]
    named = re.findall(r"`([a-z_/]+\.py)`(?: \(`(\w+)`\))?", part)
    assert len(named) > 10
    for path, name in named:
        file = next(root / path for root in (PACKAGE, ROOT) if (root / path).is_file())
        assert re.search(rf"\b{name}\b", file.read_text(encoding="utf-8")), f"{path}: {name}"


def test_the_tests_that_contributing_runs_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    shown = re.findall(r"make one T=\"?([\w/]+\.py)(?:::(\w+))?", text)
    assert len(shown) >= 3
    for path, name in shown:
        assert f"def {name}" in (ROOT / path).read_text(encoding="utf-8"), path


def test_each_decision_has_its_number() -> None:
    pages = sorted(path.name for path in (DOCS / "decisions").iterdir())
    assert [name[:4] for name in pages] == [f"{n:04}" for n in range(1, len(pages) + 1)]


def test_links_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def table(page: str) -> dict[str, str]:
    """The rows of a page's first table, by their first cell."""
    text = (DOCS / page).read_text(encoding="utf-8")
    lines = text[text.index("| cause |") :].partition("\n\n")[0].splitlines()[2:]
    return {line.split("|")[1].strip(): line for line in lines}


def test_each_cause_of_duplicates_has_its_tests_and_its_figures() -> None:
    causes, proofs = table("delivery.md"), table("delivery-measured.md")
    assert list(causes) == list(proofs)
    text = (DOCS / "delivery-measured.md").read_text(encoding="utf-8")
    for cause, row in proofs.items():
        tests = re.findall(r"`([a-z_/]+\.py)`", row)
        assert tests, cause
        assert [each for each in tests if not (ROOT / "tests/product" / each).exists()] == []
    for name in re.findall(r"WHAT=([a-z]+)", text):
        assert name == "name" or (ROOT / f"tests/measured/shown/{name}.py").exists()


def test_splunkd_has_half_a_second_to_read_the_rest() -> None:
    text = (DOCS / "delivery.md").read_text(encoding="utf-8")
    assert "reads the rest of the pipe within half a second" in text
    assert PATIENCE == 0.5
