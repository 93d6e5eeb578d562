"""What Splunk's stand-in has indexed and logged, as events to search, newest first.

Their fields are computed once and kept in `fields.pickle` beside them, until the records, the
search side or the emulation change.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from tests import ROOT
from tests.oracles.search_time.index_time import IndexTime
from tests.oracles.search_time.knowledge import Event, Knowledge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEWEST = 5_000
"""Maximum number of events, so that a search takes seconds."""
_AT_ONCE = 250


class Indexed:
    """`folder`: of the demo or the workbench. `total`: number of events there; `events`: the newest
    of them, `rows`: with their fields.
    """

    def __init__(self, folder: Path) -> None:
        self._home = folder / "splunk" / "var"
        self._kept = folder / "fields.pickle"
        found = sorted(self._found(), key=lambda event: -float(event.time))
        self.total = len(found)
        self.events = found[:NEWEST]
        self.now = float(self.events[0].time) + 1 if self.events else 0.0
        """One second after the newest event. Searches use it as the current time, so that they find
        the demo's events later too.
        """

    def rows(self) -> list[dict[str, Any]]:
        """All fields of the newest events."""
        mark = self._mark()
        if self._kept.is_file():
            with self._kept.open("rb") as file:
                # This program wrote the file, as this user, in this folder.
                known, rows = pickle.load(file)
            if known == mark:
                return rows  # type: ignore[no-any-return]
        pieces = [self.events[at : at + _AT_ONCE] for at in range(0, len(self.events), _AT_ONCE)]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            rows = list(chain.from_iterable(pool.map(_fields, pieces)))
        with self._kept.open("wb") as file:
            pickle.dump((mark, rows), file)
        return rows

    def _found(self) -> Iterator[Event]:
        props = Knowledge(ROOT).props
        known = {name: IndexTime(props[name]) for name in ("akamai:siem", "akamai:siem:names")}
        for path in self._home.glob("lib/splunk/*/records.ndjson"):
            with path.open(encoding="utf-8") as file:
                for line in file:
                    if not line.endswith("\n"):
                        break  # it is being written
                    kept = json.loads(line)
                    stanza = known.get(kept["sourcetype"], known["akamai:siem"])
                    kept["time"] = f"{stanza.time(kept['raw']) or 0:.3f}"
                    yield Event(**kept)
        for path in self._home.glob("log/splunk/ta_akamai_siem_*.log*"):
            yield from map(_logged, [path.name] * 10**6, path.read_text("utf-8").splitlines())

    def _mark(self) -> str:
        """A value that changes if anything changes that fields are made from."""
        digest = hashlib.sha256()
        sources = [ROOT / "default", ROOT / "lookups", ROOT / "tests" / "oracles" / "search_time"]
        for path in sorted(chain.from_iterable(source.glob("*.*") for source in sources)):
            digest.update(path.read_bytes())
        for event in self.events:
            digest.update(event.raw.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def default_indexes(search: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that a search reads: the index main, unless it names another. `search`: without
    macros.
    """
    if re.search(r"\bindex\s*=", search):
        return rows
    return [row for row in rows if row["index"] == "main"]


def _logged(name: str, line: str) -> Event:
    """A line of the add-on's log, as an event of `_internal`."""
    try:
        time = datetime.strptime(line[:28], "%Y-%m-%d %H:%M:%S.%f%z").timestamp()
    except ValueError:
        time = 0.0
    return Event(
        line,
        f"{time:.3f}",
        "akamai:siem:log",
        f"/opt/splunk/var/log/splunk/{name}",
        index="_internal",
    )


def _fields(events: list[Event]) -> list[dict[str, Any]]:
    knowledge = Knowledge(ROOT)
    return [{**knowledge.fields(event), "_time": float(event.time)} for event in events]
