"""Tables of a search head that are kept in splunkd's KV store, for `Tables.rows`."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracles.search_time.knowledge import Knowledge
    from tests.standins.splunk.client import SplunkStandin

_AT_ONCE = 1000
"""splunkd takes no more documents in one call."""
Row = dict[str, Any]


class KvTables(MutableMapping[str, list[Row]]):
    """By lookup. `splunk`: has the app, so its collections."""

    def __init__(self, splunk: SplunkStandin, knowledge: Knowledge) -> None:
        self._splunk = splunk
        self._collections = {
            name: stanza["collection"]
            for name, stanza in knowledge.conf("transforms").items()
            if "collection" in stanza
        }

    def __getitem__(self, name: str) -> list[Row]:
        found = self._splunk.kv_documents(self._collections[name]).values()
        return [{key: value for key, value in each.items() if key != "_user"} for each in found]

    def __setitem__(self, name: str, rows: list[Row]) -> None:
        before = {each["_key"]: each for each in self[name]}
        place = ("storage", "collections", "data", self._collections[name])
        changed = [row for row in rows if "_key" not in row or row != before.get(row["_key"])]
        for at in range(0, len(changed), _AT_ONCE):
            path = self._splunk.app_path(*place, "batch_save")
            self._splunk.call("POST", path, document=changed[at : at + _AT_ONCE])
        for gone in set(before) - {row.get("_key") for row in rows}:
            self._splunk.delete(*place, gone)

    def __delitem__(self, name: str) -> None:
        self[name] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self._collections)

    def __len__(self) -> int:
        return len(self._collections)
