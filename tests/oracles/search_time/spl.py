"""Searches of the subset: the part before the first pipe finds events, commands change rows.

The first part may name a time range (`time_range.py`). A search that begins with a pipe begins with
a command that makes rows: `tstats`, `from datamodel:`, `inputlookup`, `makeresults`. `|` inside a
string, a bracket or backticks is not a pipe. A row is a dict of fields.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.oracles.search_time import spl_subsearch
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.data_models import DataModels
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified, Unsummed
from tests.oracles.search_time.search_expressions import as_text, search_expression
from tests.oracles.search_time.spl_commands import COMMANDS, Row
from tests.oracles.search_time.spl_tables import Tables
from tests.oracles.search_time.spl_timechart import timechart
from tests.oracles.search_time.spl_tstats import Tstats
from tests.oracles.search_time.time_range import ALL_TIME, TimeRange, time_range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.oracles.search_time.knowledge import Event, Knowledge
    from tests.oracles.search_time.spl_subsearch import Run

MAKE_ROWS = ("tstats", "from", "inputlookup", "makeresults")
"""Commands that a search can begin with, after a pipe."""
_KNOWN = frozenset(
    [
        "addinfo",
        "bin",
        "bucket",
        "collect",
        "datamodel",
        "delete",
        "format",
        "iplocation",
        "join",
        "rest",
        "spath",
        "tail",
        "transaction",
        "union",
    ]
)


def searched(
    search: str, events: Iterable[Event], knowledge: Knowledge, tables: Tables | None = None
) -> list[Row]:
    """The rows that a search returns. `tables`: the lookups that it reads and writes.

    Raises Refused, Unspecified, NotInSubset.
    """
    first, *commands = split(knowledge.expanded(search))
    within, first = time_range(first, CLOCK.now())
    rows = _found(first, (one for one in events if within.holds(float(one.time))), knowledge)
    return _piped(commands, rows, tables or Tables(knowledge), within)


def found(search: str, events: Iterable[Event], knowledge: Knowledge) -> list[Row]:
    """The rows of the events that a search without pipes finds."""
    within, rest = time_range(search, CLOCK.now())
    return _found(rest, (one for one in events if within.holds(float(one.time))), knowledge)


def _found(search: str, events: Iterable[Event], knowledge: Knowledge) -> list[Row]:
    wanted = search_expression(_without_command(search))
    rows: list[Row] = []
    for event in events:
        fields = knowledge.fields(event)
        if wanted.holds(fields):
            rows.append({**fields, "_time": float(event.time)})
    return rows


def searched_again(
    search: str, rows: Iterable[Row], knowledge: Knowledge, within: TimeRange = ALL_TIME
) -> list[Row]:
    """The same of events whose fields are known: many searches of the same events."""
    return Searcher([*rows], knowledge).found(search, within)


class Searcher:
    """Many searches of the same events. `rows`: their fields; `accelerated`: the data models;
    `tables`: those of the KV store.
    """

    def __init__(
        self,
        rows: list[Row],
        knowledge: Knowledge,
        *,
        accelerated: bool = True,
        tables: Tables | None = None,
    ) -> None:
        self._rows = rows
        self._knowledge = knowledge
        self._models = DataModels(knowledge.app, rows, accelerated=accelerated)
        self._tables = tables or Tables(knowledge)
        self._kept: dict[tuple[str, TimeRange], list[Row]] = {}

    def expanded(self, search: str) -> str:
        """A search with its macros replaced."""
        return self._knowledge.expanded(search)

    def found_again(self, search: str, within: TimeRange) -> list[Row]:
        """The same as `found`; it is run once."""
        if (search, within) not in self._kept:
            self._kept[search, within] = self.found(search, within)
        return [dict(row) for row in self._kept[search, within]]

    def found(self, search: str, within: TimeRange = ALL_TIME) -> list[Row]:
        """`within`: the time picker's range; a search that names one overrides it."""
        search = spl_subsearch.replaced(
            self._knowledge.expanded(search), lambda inner: self.found(inner, within)
        )
        first, *commands = split(search)
        if not first.strip() and commands and commands[0].split()[0] == "search":
            first = commands.pop(0)
        named, first = time_range(first, CLOCK.now())
        within = within if named is ALL_TIME else named
        if first.strip():
            wanted = search_expression(_without_command(first))
            rows = [dict(row) for row in self._within(within) if wanted.holds(as_text(row))]
        elif not commands:
            raise Refused("an empty search")
        else:
            rows = self._made(commands.pop(0).strip(), within)
        return self.piped(commands, rows, within)

    def piped(self, commands: list[str], rows: list[Row], within: TimeRange) -> list[Row]:
        """The rows after commands."""
        return _piped(commands, rows, self._tables, within, lambda inner: self.found(inner, within))

    def _within(self, within: TimeRange) -> list[Row]:
        if within is ALL_TIME:
            return self._rows
        return [row for row in self._rows if within.holds(float(row["_time"]))]

    def _made(self, command: str, within: TimeRange) -> list[Row]:
        name, _, arguments = command.partition(" ")
        if name == "tstats":
            wanted = Tstats(arguments)
            dataset = self._models.dataset(wanted.model, wanted.name)
            rows = self._of_model(wanted.model, wanted.name, within)
            unseen = wanted.summaries_only and not self._models.accelerated
            return wanted.of([] if unseen else rows, dataset)
        if name == "from":
            match = re.fullmatch(r'datamodel:"?(\w+)\.(\w+)"?', arguments.strip())
            if match is None:
                raise NotInSubset(f"from {arguments}")
            start = f"{match[2]}."
            return [
                {field.removeprefix(start): value for field, value in row.items()}
                for row in self._of_model(match[1], match[2], within)
            ]
        if name == "inputlookup":
            return self._tables.whole(arguments.strip())
        if name == "makeresults":
            if arguments.strip():
                raise NotInSubset(f"makeresults {arguments}")
            return [{"_time": CLOCK.now()}]
        raise Refused(f"{name} does not make rows: it cannot be the first command")

    def _of_model(self, model: str, name: str, within: TimeRange) -> list[Row]:
        rows = self._models.rows(
            model,
            name,
            self._knowledge.expanded,
            lambda commands, some: self.piped(commands, some, ALL_TIME),
        )
        return [row for row in rows if within is ALL_TIME or within.holds(float(row["_time"]))]


def _without_command(search: str) -> str:
    words = search.strip()
    if words == "search" or words.startswith("search "):
        words = words[len("search") :].strip()
    return words or "*"


def _piped(
    commands: list[str],
    rows: list[Row],
    tables: Tables,
    within: TimeRange = ALL_TIME,
    run: Run | None = None,
) -> list[Row]:
    """`run`: what runs a subsearch."""
    for command in commands:
        if command.split()[0] == "append":
            rows = spl_subsearch.appended(command.strip(), rows, run)
        else:
            rows = _run(command.strip(), rows, tables, within)
    for row in rows if any("stats" in command for command in commands) else ():
        for name, value in row.items():
            if isinstance(value, Unsummed):
                raise Unspecified(f"{name}: {value.why}")
    return rows


def split(search: str) -> list[str]:
    """Split at the pipes."""
    parts, quoted, depth = [""], False, 0
    for place, letter in enumerate(search):
        if letter == '"' and search[place - 1 : place] != "\\":
            quoted = not quoted
        if not quoted:
            depth += (letter in "([") - (letter in ")]")
            if letter == "[" and not parts[-1].lstrip().startswith(spl_subsearch.OF_ROWS):
                message = f"a subsearch: {search}"
                raise NotInSubset(message)
            if letter == "|" and not depth:
                parts.append("")
                continue
        parts[-1] += letter
    return parts


def _run(command: str, rows: list[Row], tables: Tables, within: TimeRange) -> list[Row]:
    name, _, arguments = command.partition(" ")
    if name == "timechart":
        return timechart(arguments, rows, within)
    if name in COMMANDS:
        return COMMANDS[name](arguments.strip(), rows)
    made = tables.run(
        name, arguments.strip(), rows, lambda commands, some: _piped(commands, some, tables, within)
    )
    if made is not None:
        return made
    message = f"{name} is {'not in the subset' if name in _KNOWN else 'no command'}"
    raise (NotInSubset if name in _KNOWN else Refused)(message)
