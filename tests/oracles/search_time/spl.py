"""Searches of the subset: the part before the first pipe finds events, commands change rows.

`|` inside a string, a bracket or backticks separates nothing. A row is a dict of fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracles.search_time.refusals import NotInSubset, Refused
from tests.oracles.search_time.search_expressions import search_expression
from tests.oracles.search_time.spl_commands import COMMANDS
from tests.oracles.search_time.spl_tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.oracles.search_time.knowledge import Event, Knowledge
    from tests.oracles.search_time.spl_commands import Row

_KNOWN = frozenset(
    [
        "append",
        "bin",
        "bucket",
        "chart",
        "collect",
        "datamodel",
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
        "timechart",
        "transaction",
        "tstats",
        "union",
    ]
)


def searched(
    search: str, events: Iterable[Event], knowledge: Knowledge, tables: Tables | None = None
) -> list[Row]:
    """The rows that a search gives. `tables`: what the search reads and writes.

    Raises Refused, Unspecified, NotInSubset.
    """
    first, *commands = split(knowledge.expanded(search))
    return _piped(commands, found(first, events, knowledge), tables or Tables(knowledge))


def found(search: str, events: Iterable[Event], knowledge: Knowledge) -> list[Row]:
    """The rows of the events that a search without pipes finds."""
    wanted = search_expression(_without_command(search))
    rows: list[Row] = []
    for event in events:
        fields = knowledge.fields(event)
        if wanted.holds(fields):
            rows.append({**fields, "_time": float(event.time)})
    return rows


def searched_again(search: str, rows: Iterable[Row], knowledge: Knowledge) -> list[Row]:
    """The same of events whose fields are known: many searches of the same events."""
    first, *commands = split(knowledge.expanded(search))
    start = [f"search {_without_command(first)}"]
    return _piped([*start, *commands], [dict(row) for row in rows], Tables(knowledge))


def _without_command(search: str) -> str:
    words = search.strip()
    if words == "search" or words.startswith("search "):
        words = words[len("search") :].strip()
    return words or "*"


def _piped(commands: list[str], rows: list[Row], tables: Tables) -> list[Row]:
    for command in commands:
        rows = _run(command.strip(), rows, tables)
    return rows


def split(search: str) -> list[str]:
    """At the pipes."""
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


def _run(command: str, rows: list[Row], tables: Tables) -> list[Row]:
    name, _, arguments = command.partition(" ")
    if name in COMMANDS:
        return COMMANDS[name](arguments.strip(), rows)
    made = tables.run(
        name, arguments.strip(), rows, lambda commands, some: _piped(commands, some, tables)
    )
    if made is not None:
        return made
    message = f"{name} is {'not in the subset' if name in _KNOWN else 'no command'}"
    raise (NotInSubset if name in _KNOWN else Refused)(message)
