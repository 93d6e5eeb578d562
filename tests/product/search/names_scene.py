"""Names at Akamai as an input indexed them, and the tables that scheduled searches make of them.

The samples are those of docs/names.md. Their times are moved, so that `complete` and `account` are
a day old at `NOW`, and `changed` is new.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tests import ROOT
from tests.oracles.search_time import spl
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.index_time import IndexTime
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.spl_tables import Tables
from tests.product.search.alert_scene import DAY, NOW
from tests.standins.splunk import conf_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SAMPLES = ROOT / "tests" / "oracles" / "golden" / "names"
SOURCE = "akamai_siem_names://names"
SMALL = {
    "configuration": "akamai_siem_configuration_names",
    "policy": "akamai_siem_policy_names",
    "api": "akamai_siem_api_names",
}
RULES = "akamai_siem_rule_names"
SAVED = conf_file.read(ROOT / "default" / "savedsearches.conf")
_OF_SAMPLES = 1_732_700_000
"""When the first of them was seen."""
Line = dict[str, Any]


def lines(sample: str) -> list[Line]:
    """The objects of a sample, a day ago or later."""
    text = (SAMPLES / f"{sample}.ndjson").read_text(encoding="utf-8")
    return [later(json.loads(line), NOW - DAY - 60 - _OF_SAMPLES) for line in text.splitlines()]


def later(line: Line, seconds: float) -> Line:
    times = ("seen_at", "activated_at")
    return {name: value + seconds if name in times else value for name, value in line.items()}


def indexed(objects: Iterable[Line], source: str = SOURCE) -> list[Event]:
    """As splunkd stores them; the time is what TIME_PREFIX finds."""
    stanza = IndexTime(conf_file.read(ROOT / "default" / "props.conf")["akamai:siem:names"])
    made = []
    for one in objects:
        text = json.dumps(one, ensure_ascii=False, separators=(",", ":"))
        text = re.sub(r'^\{"seen_at":([\d.]+)', lambda at: f'{{"seen_at":{float(at[1]):.3f}', text)
        made.append(Event(text, f"{stanza.time(text):.3f}", "akamai:siem:names", source))
    return made


class Head:
    """A search head: what it can search, and its tables. `app`: the add-on that it has."""

    def __init__(self, app: Path = ROOT) -> None:
        self.knowledge = Knowledge(app)
        self.tables = Tables(self.knowledge)
        self.events: list[Event] = []

    def index(self, *samples: str) -> Head:
        for one in samples:
            self.events += indexed(lines(one))
        return self

    def rows(self) -> list[dict[str, Any]]:
        """The fields of all events."""
        return [{**self.knowledge.fields(one), "_time": float(one.time)} for one in self.events]

    def run(self, name: str = "names", at: float = NOW) -> list[dict[str, Any]]:
        """A scheduled search; its tables are replicated to the indexers."""
        found = self.search(SAVED[f"Akamai SIEM - {name}"]["search"], at)
        self.knowledge.stored.update({one: self.tables.rows.get(one, []) for one in SMALL.values()})
        return found

    def search(self, text: str, at: float = NOW) -> list[dict[str, Any]]:
        CLOCK.moment = at
        rows = sorted(self.rows(), key=lambda row: -row["_time"])
        return spl.Searcher(rows, self.knowledge, tables=self.tables).found(text)

    def names(self, table: str) -> dict[str, str]:
        """Name by id, of those that Akamai lists."""
        rows = self.tables.rows.get(table, [])
        return {
            row["id"]: row["name"] for row in rows if "retired_at" not in row and row["id"] != "-"
        }

    @property
    def is_empty(self) -> bool:
        """Each table has its one row for nothing."""
        tables = (*SMALL.values(), RULES)
        return [[row["id"] for row in self.tables.rows[one]] for one in tables] == [["-"]] * 4

    def retired(self, table: str) -> set[str]:
        return {row["id"] for row in self.tables.rows.get(table, []) if "retired_at" in row}
