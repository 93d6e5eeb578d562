"""Runs a search over the demo's records: `python -m tests.by_hand.preview SEARCH`, `make search`.

It supports a subset of SPL (`tests/oracles/search_time/README.md`). All records are in index main.
A search without a table shows the fields that an analyst needs first.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from tests import ROOT
from tests.oracles.search_time import spl
from tests.oracles.search_time.eval_values import shown
from tests.oracles.search_time.index_time import IndexTime
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDS = ROOT / "build" / "demo" / "records.ndjson"
_USUAL = ("_time", "src", "action", "severity", "category", "signature", "http_method", "url")
_ROWS_MAX, _WIDTH_MAX = 50, 60


def events(knowledge: Knowledge) -> Iterator[Event]:
    """The demo's records with their index-time `_time`."""
    stanza = IndexTime(knowledge.props["akamai:siem"])
    with RECORDS.open(encoding="utf-8") as file:
        for line in file:
            raw = line.rstrip("\n")
            time = stanza.time(raw)
            yield Event(raw, f"{time or 0:.3f}", "akamai:siem", "akamai_siem://demo")


def main() -> int:
    """Print the table. Returns 2 if the search cannot be run."""
    search = " ".join(sys.argv[1:]).strip()
    if not search:
        print("What to search? make search Q='`akamai_siem_events` action=blocked | top src'")
        return 2
    knowledge = Knowledge(ROOT)
    try:
        rows = spl.searched(search, events(knowledge), knowledge)
    except (Refused, NotInSubset, Unspecified) as error:
        print(f"{type(error).__name__}: {error}")
        return 2
    names = list(dict.fromkeys(name for row in rows for name in row))
    if "_raw" in names:
        names = [name for name in _USUAL if name in names]
    table = [names, *([_cell(name, row.get(name)) for name in names] for row in rows[:_ROWS_MAX])]
    widths = [max(len(row[place]) for row in table) for place in range(len(names))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(f"\n{len(rows):,} rows" + (f", {_ROWS_MAX} shown" if len(rows) > _ROWS_MAX else ""))
    return 0


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "_time" and isinstance(value, float):
        return datetime.fromtimestamp(value, timezone.utc).isoformat(timespec="milliseconds")
    if isinstance(value, (int, float)):
        return shown(value)
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) <= _WIDTH_MAX else text[: _WIDTH_MAX - 1] + "\u2026"


if __name__ == "__main__":
    sys.exit(main())
