"""Searches without Splunk: `python -m tests.by_hand.preview FOLDER SEARCH`, `make search Q='...'`.

FOLDER: `demo` or `workbench`, whose records and logs are searched. The search must be in the
emulated subset (`tests/oracles/search_time/README.md`); a message names what is not. A search that
returns events shows the fields that an analyst reads first.
"""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import Any

from tests import ROOT
from tests.by_hand.indexed import Indexed, default_indexes
from tests.oracles.search_time import spl
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.eval_values import shown
from tests.oracles.search_time.knowledge import Knowledge
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified

USAGE = """What to search? For instance:
  make search Q='index=main sourcetype=akamai:siem action=blocked | top src'
docs/searches.md has more. IN=workbench searches what a running `make workbench` has indexed."""
_USUAL = ("_time", "src", "action", "severity", "category", "signature", "http_method", "url")
_REASONS = {
    Refused: "Splunk refuses this search",
    NotInSubset: "Splunk can run this search, this preview cannot",
    Unspecified: "Splunk's documentation does not say what this search finds",
}
_NOTHING = {
    "demo": "There are no records yet: run `make demo` first.",
    "workbench": "No workbench is running: start `make workbench` in another terminal.",
}
_ROWS_MAX, _WIDTH_MAX = 50, 60
_BEGINS_WITH_DATE = "%Y-%m-%d %H:%M:%S"


def main() -> int:
    """Print the table; return 2 if the search cannot be run."""
    folder, search = ROOT / "build" / sys.argv[1], " ".join(sys.argv[2:]).strip()
    if not search:
        print(USAGE)
        return 2
    if not (folder / "splunk").is_dir():
        print(_NOTHING.get(sys.argv[1], f"There is nothing to search in {folder}."))
        return 2
    indexed = Indexed(folder)
    if not indexed.total:
        print("Nothing is indexed yet.")
        return 2
    CLOCK.moment = indexed.now
    knowledge = Knowledge(ROOT)
    try:
        known = default_indexes(knowledge.expanded(search), indexed.rows())
        rows = spl.searched_again(search, known, knowledge)
    except (Refused, NotInSubset, Unspecified) as error:
        print(f"{_REASONS[type(error)]}: {error}")
        return 2
    print_table(rows)
    searched = min(indexed.total, len(indexed.rows()))
    moment = datetime.fromtimestamp(indexed.now, timezone.utc).strftime(_BEGINS_WITH_DATE)
    print(
        f"\n{len(rows):,} rows" + (f", {_ROWS_MAX} shown" if len(rows) > _ROWS_MAX else ""),
        f"from {'the newest ' if searched < indexed.total else ''}{searched:,} events.",
        f"Now is {moment} UTC, a second after the newest event.",
    )
    return 0


def print_table(rows: list[dict[str, Any]]) -> None:
    """The first rows as columns."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    if "_raw" in names:
        names = [name for name in _USUAL if name in names]
    table = [names, *([cell(name, row.get(name)) for name in names] for row in rows[:_ROWS_MAX])]
    widths = [max(len(row[place]) for row in table) for place in range(len(names))]
    for row in table:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


def cell(name: str, value: object) -> str:
    """A value as Splunk Web shows it, truncated if it is long."""
    if value is None:
        return ""
    if name == "_time" and isinstance(value, float):
        return datetime.fromtimestamp(value, timezone.utc).isoformat(timespec="milliseconds")
    if isinstance(value, (int, float)):
        return shown(value)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _WIDTH_MAX else text[: _WIDTH_MAX - 1] + "\u2026"


if __name__ == "__main__":
    sys.exit(main())
