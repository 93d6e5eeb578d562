"""Every search in README and the pages of docs/, over the records of the demo.

`python -m tests.product.search.documented_searches` runs them all, prints the number of rows of
each, writes these numbers to `documented_rows.json`, and results to docs/searches.md.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from tests import ROOT
from tests.by_hand import demo_events
from tests.by_hand.indexed import default_indexes
from tests.by_hand.preview import cell
from tests.oracles.search_time import spl
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.spl_tables import Tables
from tests.product.search.alert_scene import HOUR, NOW, Input
from tests.product.search.alert_scene import line as log_line
from tests.product.search.documented_scenes import rows_for, tables_for

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.errors import ServerTrouble
from ta_akamai_siem.record.event import record
from ta_akamai_siem.record.event_time import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = (
    ROOT / "README.md",
    ROOT / "packaging" / "package_readme.txt",
    *sorted((ROOT / "docs").glob("*.md")),
)
RESULTS = ROOT / "docs" / "searches.md"
KEPT = ROOT / "tests" / "product" / "search" / "documented_rows.json"
EXCEPTIONS = {
    "| outputlookup akamai_siem_usual_denied": "the end of a search without rows: empties a table",
    "(index=a OR index=b)": "the form of a macro's definition, with names that stand for any",
    'policy_name="storefront"': "needs an input of names; test_names_between_hosts.py runs it",
    "kind=snapshot_end | dedup": "needs an input of names; test_names_between_hosts.py runs it",
    "kind=blind_spot | stats": "needs an input of names; test_names_between_hosts.py runs it",
}
"""A piece of a search, and why it finds nothing here."""
DELETES = "| delete"
"""Is left out of a search: the emulation deletes nothing, and the rest finds what is deleted."""
_SEARCH = re.compile(
    r"(?:^|\s|\()(?:index|sourcetype)=|^`akamai_siem_\w+`|^\| |^NOT action=|^\w+=\S+ \|"
)
_NOT_WHOLE = re.compile(r"\u2026|\.\.\.|^curl |^make ")
_OF_PACKAGE = "4. Search: "
_ROWS_MAX = 5
DEMO = NOW - 9
"""The time of the demo's run, so that its newest event is one second before `NOW`."""


def documented() -> Iterator[tuple[str, str]]:
    """Page and search, in their order."""
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        for search in searches(page.read_text(encoding="utf-8")):
            yield name, search


def searches(text: str) -> list[str]:
    """The searches of a page, from its code blocks and from code within sentences."""
    found: list[str] = []
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        code = line.startswith(("    ", _OF_PACKAGE))
        stripped = line.strip().removeprefix(_OF_PACKAGE).removeprefix("search = ")
        if block and not (code and stripped.startswith("|")) and not _open(" ".join(block)):
            found.append(" ".join(block))
            block = []
        if code:
            block.append(stripped)
    prose = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
    found += re.findall(r"(?<!`)`([^`]+)`(?!`)", prose)
    found += [inner.strip() for inner in re.findall(r"``(.+?)``(?!`)", prose)]
    found = [" ".join(one.split()) for one in found]
    return [one for one in found if _SEARCH.search(one) and not _NOT_WHOLE.search(one)]


def _open(text: str) -> bool:
    return text.count("[") > text.count("]")


def exception(search: str) -> str | None:
    """Why a search is not run, or finds nothing."""
    return next((why for piece, why in EXCEPTIONS.items() if piece in search), None)


@cache
def _knowledge() -> Knowledge:
    return Knowledge(ROOT)


@cache
def sample() -> list[dict[str, Any]]:
    """Records of the demo and lines of the add-on's log, newest first, with all fields."""
    first, last = DEMO - demo_events.LASTS_S - demo_events.BEFORE_S, DEMO - demo_events.BEFORE_S
    lines = [*demo_events.events(demo_events.FIRST, first, last)]
    lines += demo_events.events(demo_events.SECOND, DEMO, DEMO + 8, demo_events.FIRST)
    events = [*map(indexed, lines), *_logged()]
    events.sort(key=lambda event: -float(event.time))
    known = _knowledge()
    return [{**known.fields(event), "_time": float(event.time)} for event in events]


def indexed(line: bytes) -> Event:
    """A line of Akamai's, as the add-on indexes it."""
    made = record(line, Moment.of(DEMO, DEMO))
    return Event(made.text, made.time, "akamai:siem", "akamai_siem://first")


def _logged() -> Iterator[Event]:
    """An input that collects each minute, and for which Akamai was unavailable once."""
    one = Input("first")
    yield one.told(2 * HOUR, "input.created")
    yield from one.every(60, 2 * HOUR - 30, HOUR)
    yield from one.every(60, HOUR - 30, HOUR - 200, ServerTrouble("Akamai answered 503"))
    yield from one.every(60, HOUR - 210, 10)
    text = 'WARNING server.trouble input=first kind=akamai_siem reason="Akamai answered 503"'
    yield from (log_line(text, ago) for ago in (HOUR - 35, HOUR - 95, HOUR - 155))
    for ago in range(20, 2 * HOUR, 60):
        yield one.told(ago, "page.collected", events=38, lag_seconds=9.5)
    rule = 'action=monitor path="/a b"'
    yield one.told(11, "events.dropped", number=1, count=24, bytes=51_000, rule=rule)


def run(search: str) -> list[dict[str, Any]]:
    """Its rows; of a piece behind a search, those after all events. Raises Refused, Unspecified,
    NotInSubset.
    """
    CLOCK.moment = NOW
    if search.startswith("|") and search[1:].split(maxsplit=1)[0] not in spl.MAKE_ROWS:
        search = f"* {search}"
    known = _knowledge()
    search = search.removesuffix(DELETES)
    rows = default_indexes(known.expanded(search), rows_for(search, known, sample()))
    tables = Tables(known)
    tables.rows.update(tables_for(search))
    return spl.Searcher(rows, known, tables=tables).found(search)


def shown(rows: list[dict[str, Any]]) -> str:
    """The first rows, as a table of a page."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, ["---"] * len(names)]
    lines += [[_cell(name, row.get(name)) for name in names] for row in rows[:_ROWS_MAX]]
    count = f"{len(rows)} row{'s' * (len(rows) != 1)}"
    more = f", {_ROWS_MAX} shown" if len(rows) > _ROWS_MAX else ""
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + f"\n{count}{more}.\n"


def _cell(name: str, value: object) -> str:
    return cell(name, value).replace("|", "\\|").replace("<", "&lt;")


def with_results(text: str) -> str:
    """docs/searches.md with current results."""
    pieces = re.split(r"(<!-- result -->\n).*?(<!-- end -->)", text, flags=re.DOTALL)
    made = []
    for place, piece in enumerate(pieces):
        made.append(piece)
        if piece == "<!-- result -->\n":
            made.append(shown(run(searches(pieces[place - 1])[-1])))
    return "".join(made)


def counted() -> dict[str, dict[str, int | str]]:
    """Pages, their searches, and how many rows each has, or why it is not run."""
    made: dict[str, dict[str, int | str]] = {}
    for page, search in documented():
        made.setdefault(page, {})[search] = exception(search) or len(run(search))
    return made


def main() -> None:
    """Run all, write, print."""
    RESULTS.write_text(with_results(RESULTS.read_text(encoding="utf-8")), encoding="utf-8")
    kept = counted()
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for page, of_it in kept.items():
        print(page)
        for search, rows in of_it.items():
            print(f"  {rows if isinstance(rows, str) else f'{rows:6,} rows'}  {search}")


if __name__ == "__main__":
    main()
