"""What usual rules of `drop` take from sight, for docs/volume.md:
`python -m tests.product.search.drop_table`.

The searches of the panels, and what the alerts read, over one of `EACH` events of the views' scene,
with and without the events that the rule drops.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache, partial
from typing import TYPE_CHECKING

from tests import ROOT
from tests.by_hand import demo_events
from tests.oracles.search_time.spl import Searcher
from tests.product.search import documented_searches, view_scene, volume_tables

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.record.event import source_event
from ta_akamai_siem.record.selection import Selection
from ta_akamai_siem.record.source_members import raw_members, rules_of_event
from ta_akamai_siem.volume.grammar import read_lines

if TYPE_CHECKING:
    from tests.oracles.search_time.spl_commands import Row

RULES = (
    "action=monitor",
    "tag=AUTOMATION/*",
    "host=static.example.com",
    "policy=pol3_14227",
    "host=* sample=10",
)
EACH = 4
VIEWS = ("overview", "tuning", "bots", "apis")
"""Those that count all events. Investigation shows those of one client or the like."""
_ALERT = "Akamai SIEM - "
_TABLE = re.compile(r"(<!-- dropped -->\n).*?(<!-- end -->)", re.DOTALL)


def dropped(rule: str) -> set[str]:
    """Request ids of the events that the input drops."""
    lines, problems = read_lines(rule)
    dropping = Selection(drop=lines).dropping()
    assert dropping is not None, problems
    found = set()
    for line in _lines():
        event = source_event(line)
        members = raw_members(event)
        rules = partial(rules_of_event, event, with_data=True)
        if dropping.number(dropping.whole, members, rules):
            found.add(json.loads(line)["httpMessage"]["requestId"])
    return found


@cache
def _lines() -> tuple[bytes, ...]:
    last = documented_searches.DEMO - demo_events.BEFORE_S
    return tuple(demo_events.events(demo_events.FIRST, last - demo_events.LASTS_S, last))


def scene() -> list[Row]:
    """Some of the events, and all of what else there is."""
    rows = view_scene.rows()
    events = [row for row in rows if row["sourcetype"] == "akamai:siem"]
    rest = [row for row in rows if row["sourcetype"] != "akamai:siem"]
    return sorted([*rest, *events[::EACH]], key=lambda row: -float(row["_time"]))


def searcher(rows: list[Row]) -> Searcher:
    view_scene.searcher("none")  # sets the clock
    return Searcher(rows, view_scene.knowledge(), tables=view_scene.names().tables)


def panels(over: Searcher) -> dict[str, int]:
    """The number of rows of each panel, 0 if all that it counts is 0."""
    found = {}
    for name, board in view_scene.dashboards().items():
        for panel in board.panels.values() if name in VIEWS else ():
            rows = board.rows(panel["dataSources"]["primary"], over) or []
            values = [value for row in rows for key, value in row.items() if key != "_time"]
            seen = any(value not in (0, "0", None) for value in values)
            found[f"{board.label}: {panel['title']}"] = len(rows) if seen else 0
    return found


def read_by_alerts(over: Searcher) -> dict[str, int]:
    """How many events each alert reads that looks at events."""
    found = {}
    for name, search in volume_tables.alerts().items():
        if search.startswith("`akamai_siem_events`"):
            base = search.partition("| stats")[0]
            (row,) = over.found(f"{base} | stats count")
            found[name.removeprefix(_ALERT)] = int(str(row["count"]))
    return found


def of_models(rows: list[Row]) -> dict[str, int]:
    """How many events each data model of CIM has."""
    tags = [set(_texts(row.get("tag"))) for row in rows if row["sourcetype"] == "akamai:siem"]
    return {
        "Intrusion Detection": sum({"ids", "attack"} <= each for each in tags),
        "Web": sum("web" in each for each in tags),
    }


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def table() -> str:
    lines = [
        "| rule | events | models | alerts read | panels without rows | panels with fewer rows |",
        "|---|---:|---|---|---|---|",
    ]
    whole = scene()
    before = searcher(whole)
    seen, read, modelled = panels(before), read_by_alerts(before), of_models(whole)
    total = sum(row["sourcetype"] == "akamai:siem" for row in whole)
    for rule in RULES:
        gone = dropped(rule)
        rest = [row for row in whole if row.get("request_id") not in gone]
        after = searcher(rest)
        left = panels(after)
        empty = [name for name, count in seen.items() if count and not left[name]]
        fewer = [name for name, count in seen.items() if 0 < left[name] < count]
        columns = (
            f"`{rule}`",
            f"−{(len(whole) - len(rest)) / total:.0%}",
            _less(modelled, of_models(rest)),
            _less(read, read_by_alerts(after)),
            ", ".join(empty) or "–",
            ", ".join(fewer) or "–",
        )
        lines.append(f"| {' | '.join(columns)} |")
    return "\n".join(lines) + "\n"


def _less(before: dict[str, int], after: dict[str, int]) -> str:
    shares = {name: 1 - after[name] / count for name, count in before.items() if count}
    return ", ".join(f"{name} −{share:.0%}" for name, share in shares.items() if share) or "–"


def shown() -> str:
    """The table that the page has."""
    found = _TABLE.search(volume_tables.PAGE.read_text(encoding="utf-8"))
    return found[0] if found else ""


def main() -> None:
    page, made = volume_tables.PAGE, table()
    text = page.read_text(encoding="utf-8")
    page.write_text(_TABLE.sub(lambda found: found[1] + made + found[2], text), encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()
