"""What some documented searches look for and the demo does not have: copies of events, an action
that is not in the table, a quotation mark, a table that an alert keeps.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.oracles.search_time.knowledge import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.oracles.search_time.knowledge import Knowledge

    Row = dict[str, Any]

COPIES = 3
USUAL = "akamai_siem_usual_denied"


def rows_for(search: str, known: Knowledge, sample: list[Row]) -> list[Row]:
    """Those of the demo, and what this search looks for."""
    found = next((rows for piece, rows in _SCENES.items() if piece in search), None)
    return found(known, sample) if found else sample


def tables_for(search: str) -> dict[str, list[Row]]:
    """What alerts keep in the KV store, by the lookup's name."""
    if USUAL not in search:
        return {}
    return {USUAL: [{"_key": "www.example.com", "dest": "www.example.com", "usual": "4"}]}


def _events(sample: list[Row]) -> list[Row]:
    return [row for row in sample if row["sourcetype"] == "akamai:siem"]


def _copied(_: Knowledge, sample: list[Row]) -> list[Row]:
    """The newest once more, in another place of the index."""
    placed = [
        {**row, "_bkt": "main~1~standin", "_cd": f"1:{number}"} for number, row in enumerate(sample)
    ]
    again = [{**row, "_cd": f"2:{row['_cd']}"} for row in _events(placed)[:COPIES]]
    return [*again, *placed]


def _of_two_versions(known: Knowledge, sample: list[Row]) -> list[Row]:
    """As version 0.1.0 wrote them: the request headers are one text."""

    def older(event: Row) -> None:
        event["httpMessage"]["requestHeaders"] = "\r\n".join(event["httpMessage"]["requestHeaders"])

    return [*_changed(known, sample, older), *sample]


def _of_an_unknown_action(known: Knowledge, sample: list[Row]) -> list[Row]:
    def unknown(event: Row) -> None:
        event["attackData"]["appliedAction"] = "quarantine"

    return [*_changed(known, sample, unknown), *sample]


def _with_a_quotation_mark(known: Knowledge, sample: list[Row]) -> list[Row]:
    def quoting(event: Row) -> None:
        event["attackData"]["clientIP"] = "203.0.113.7"
        event["httpMessage"]["requestHeaders"] = ['User-Agent: a "browser"']

    return [*_changed(known, sample, quoting), *sample]


def _changed(known: Knowledge, sample: list[Row], change: Callable[[Row], None]) -> list[Row]:
    made = []
    for row in [row for row in _events(sample) if row.get("rule")][:COPIES]:
        event = json.loads(row["_raw"])
        change(event)
        raw = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        one = Event(raw, str(row["_time"]), row["sourcetype"], source=row["source"])
        made.append({**known.fields(one), "_time": row["_time"]})
    return made


_SCENES: dict[str, Callable[[Knowledge, list[Row]], list[Row]]] = {
    "dc(_raw) as forms": _of_two_versions,
    "where count > 1": _copied,
    "where copy > 1": _copied,
    "action=unknown": _of_an_unknown_action,
    "like(http_user_agent_decoded": _with_a_quotation_mark,
}
"""By a piece of the search."""
