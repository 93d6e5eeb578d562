"""In which indexes this host finds events of Akamai, and whether the add-on's macro looks there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ta_akamai_siem.timestamps import utc

from .search_side import CONNECTOR, MACRO

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ta_akamai_siem.splunk.search import Search

BACK = "-7d"
"""How far back events are looked for."""
_OURS = "akamai:siem"
_EVERYWHERE = (
    f"| tstats count max(_time) AS newest where index=* (sourcetype={_OURS} OR "
    f"sourcetype={CONNECTOR}) by index, sourcetype"
)
_BY_THE_MACRO = f"| tstats count where `{MACRO}` sourcetype={_OURS}"


@dataclass(frozen=True)
class Events:
    """Of one source type in one index. `newest`: epoch seconds."""

    index: str
    sourcetype: str
    count: int
    newest: float

    @property
    def label(self) -> str:
        """For a list to choose from."""
        what = "events of Akamai's own connector" if self.sourcetype == CONNECTOR else "events"
        return f"{self.index} ({self.count:,} {what} in 7 days, newest {utc(self.newest)})"


def find_events(search: Search) -> list[Events]:
    """The most first. Raises SearchFailed."""
    found = [_events(row) for row in search.rows(_EVERYWHERE, BACK)]
    return sorted(found, key=lambda each: (each.sourcetype != _OURS, -each.count, each.index))


def finds_any(search: Search) -> bool:
    """Whether the macro finds events. Raises SearchFailed."""
    return any(int(row.get("count") or 0) for row in search.rows(_BY_THE_MACRO, BACK))


def _events(row: Mapping[str, str]) -> Events:
    return Events(row["index"], row["sourcetype"], int(row["count"]), float(row["newest"]))


def missed(search: Search) -> list[str]:
    """Indexes with events, if the macro finds none; none if it finds some. Raises SearchFailed."""
    elsewhere = _indexes(each for each in find_events(search) if each.sourcetype == _OURS)
    return elsewhere if elsewhere and not finds_any(search) else []


def _indexes(found: Iterable[Events]) -> list[str]:
    return list(dict.fromkeys(each.index for each in found))
