"""The last paragraph of `make test`: what took part and what did not, in sentences."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.measured.reached.report import FLOOR, FOLDER, report

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

BROWSER = "any: the pages in a browser"
SLOWEST = 20
NONE_OF_SPLUNKS = (
    "ATTENTION: none of the Pythons that Splunk runs add-ons on ({}) took part, so this is no "
    "proof for Splunk. Install them (apt, pyenv or uv) and run `make test` again."
)
"""The last line of the output."""


@dataclass(frozen=True)
class Outcome:
    """How a part ended. `report`: pytest's JUnit XML; None if no test ran."""

    title: str
    code: int
    printed: str
    seconds: float
    report: Path | None

    def cases(self) -> list[ET.Element]:
        """The tests of a part; none if pytest ended before it wrote its report."""
        if self.report is None or not self.report.is_file():
            return []
        return list(ET.parse(self.report).getroot().iter("testcase"))


def summary(
    outcomes: Sequence[Outcome],
    versions: Sequence[str],
    wanted: Sequence[str],
    began: float,
    folder: Path,
) -> tuple[bool, str]:
    """Whether all is well, and the text. Writes the slowest tests and the lines to `folder`."""
    keep_slowest(outcomes, folder / "slowest.txt")
    reached_enough, reached = lines(folder / "lines_not_reached.txt")
    failed = [outcome.title for outcome in outcomes if outcome.code != 0]
    minutes, seconds = divmod(int(time.time() - began), 60)
    none_of_splunks = all(not _is(version, wanted) for version in versions)
    text = " ".join(
        [
            pythons(versions, wanted),
            browser(outcomes),
            counts([case for outcome in outcomes for case in outcome.cases()]),
            reached,
            f"Failed parts: {', '.join(failed)}." if failed else "No part failed.",
            f"It took {minutes} min {seconds} s.",
        ]
    )
    if none_of_splunks:
        text += f"\n{NONE_OF_SPLUNKS.format(' and '.join(wanted))}"
    return not failed and reached_enough, text


def pythons(versions: Sequence[str], wanted: Sequence[str]) -> str:
    """Which of Splunk's Pythons took part."""
    missing = [one for one in wanted if not any(_is(version, [one]) for version in versions)]
    text = f"Python {' and '.join(versions)} took part"
    return (
        f"{text}; Splunk's {' and '.join(missing)} did not: not found." if missing else f"{text}."
    )


def _is(version: str, wanted: Sequence[str]) -> bool:
    return any(version.startswith(f"{one}.") for one in wanted)


def browser(outcomes: Iterable[Outcome]) -> str:
    """Whether a browser took part."""
    (pages,) = [outcome for outcome in outcomes if outcome.title == BROWSER]
    if pages.report is None:
        return "The pages were not tried in a browser: there is none."
    return "The pages were tried in Chromium."


def counts(cases: Iterable[ET.Element]) -> str:
    """Passed, failed, skipped and expected to fail, with the reasons of the last two."""
    numbers: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {"skipped": Counter(), "expected to fail": Counter()}
    for case in cases:
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            numbers["failed"] += 1
        elif skipped is None:
            numbers["passed"] += 1
        else:
            expected = skipped.get("type") == "pytest.xfail"
            kind = "expected to fail" if expected else "skipped"
            reasons[kind][_reason(skipped.get("message") or "no reason given")] += 1
    text = f"{numbers['passed']:,} tests passed, {numbers['failed']} failed"
    for kind, why in reasons.items():
        text += f", {sum(why.values())} {kind}"
        text += f" ({'; '.join(f'{n} × {one}' for one, n in why.most_common())})" if why else ""
    return f"{text}."


def _reason(message: str) -> str:
    """On one line, without pytest's file positions."""
    if message.startswith("got empty parameter set"):
        return "Splunk's test-suite derives nothing to try from this app"
    return " ".join(message.split())


def lines(kept: Path) -> tuple[bool, str]:
    """Whether enough of `bin/` was reached, and a sentence that says how much."""
    if not FOLDER.is_dir():
        return True, "Which lines of bin/ were reached was not measured: that needs Python 3.12."
    per_cent, table = report()
    kept.write_text(table, encoding="utf-8")
    verdict = "at least" if per_cent >= FLOOR else "LESS THAN"
    text = f"The tests reached {per_cent:.1f} % of the lines of bin/, {verdict} {FLOOR:g} %."
    return per_cent >= FLOOR, text


def keep_slowest(outcomes: Iterable[Outcome], kept: Path) -> None:
    """Parts by their time, and the slowest tests of all of them, setup included."""
    parts = sorted(((one.seconds, one.title) for one in outcomes), reverse=True)
    tests = [
        (float(case.get("time") or 0), f"{one.title}: {case.get('classname')}::{case.get('name')}")
        for one in outcomes
        for case in one.cases()
    ]
    rows = [*parts, (0.0, ""), *sorted(tests, reverse=True)[:SLOWEST]]
    text = "".join(f"{seconds:8.1f} s  {title}\n" if title else "\n" for seconds, title in rows)
    kept.write_text(text, encoding="utf-8")
