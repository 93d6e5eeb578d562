"""Searches of the subset: the part before the first pipe finds events, commands change rows.

The first part may name a time range (`time_range.py`). `|` inside a string, a bracket or backticks
is not a pipe. A row is a dict of fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.refusals import NotInSubset, Refused
from tests.oracles.search_time.search_expressions import search_expression
from tests.oracles.search_time.spl_commands import COMMANDS, Row
from tests.oracles.search_time.spl_tables import Tables
from tests.oracles.search_time.spl_timechart import timechart
from tests.oracles.search_time.time_range import ALL_TIME, TimeRange, time_range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.oracles.search_time.knowledge import Event, Knowledge

_KNOWN = frozenset(
    [
        "append",
        "bin",
        "bucket",
        "chart",
        "collect",
        "datamodel",
        "delete",
        "fillnull",
        "from",
        "iplocation",
        "join",
        "makeresults",
        "mvexpand",
        "rest",
        "rex",
        "spath",
        "streamstats",
        "tail",
        "transaction",
        "tstats",
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


def searched_again(search: str, rows: Iterable[Row], knowledge: Knowledge) -> list[Row]:
    """The same for events whose fields are known, to run many searches over the same events."""
    first, *commands = split(knowledge.expanded(search))
    within, first = time_range(first, CLOCK.now())
    start = f"search {_without_command(first)}"
    held = [dict(row) for row in rows if within is ALL_TIME or within.holds(float(row["_time"]))]
    return _piped([start, *commands], held, Tables(knowledge), within)


def _without_command(search: str) -> str:
    words = search.strip()
    if words == "search" or words.startswith("search "):
        words = words[len("search") :].strip()
    return words or "*"


def _piped(
    commands: list[str], rows: list[Row], tables: Tables, within: TimeRange = ALL_TIME
) -> list[Row]:
    for command in commands:
        rows = _run(command.strip(), rows, tables, within)
    return rows


def split(search: str) -> list[str]:
    """Split at the pipes."""
    parts, quoted, depth = [""], False, 0
    for place, letter in enumerate(search):
        if letter == '"' and search[place - 1 : place] != "\\":
            quoted = not quoted
        if not quoted:
            depth += (letter in "([") - (letter in ")]")
            if letter == "[" and not parts[-1].lstrip().startswith("appendpipe"):
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
