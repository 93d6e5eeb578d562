"""Commands that read and write lookup tables, or run searches over the rows so far.

`inputlookup`, `outputlookup`, `lookup` (CIDR tables, and those that automatic lookups use),
`eventstats`, `appendpipe`.
"""

from __future__ import annotations

import csv
import ipaddress
import re
from typing import TYPE_CHECKING

from tests.oracles.search_time.lookups import Lookup
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.oracles.search_time.search_expressions import as_text
from tests.oracles.search_time.spl_statistics import statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.oracles.search_time.knowledge import Knowledge
    from tests.oracles.search_time.spl_commands import Row

    Piped = Callable[[list[str], list[Row]], list[Row]]

_KV = {"external_type", "collection", "fields_list"}
_CIDR = {"filename", "match_type", "max_matches"}


class Tables:
    """An app's lookup tables. Those in the KV store start empty and keep what is written.

    `rows`: of each table in the KV store, by the lookup's name; values as text.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._app = knowledge.app
        self._transforms = knowledge.conf("transforms")
        self._collections = knowledge.conf("collections")
        self.rows: dict[str, list[Row]] = {}

    def run(self, name: str, arguments: str, rows: list[Row], piped: Piped) -> list[Row] | None:
        """The rows after a command; None if this module does not have the command."""
        if name == "inputlookup":
            return self._input(arguments, rows)
        if name == "outputlookup":
            return self._output(arguments, rows)
        if name == "lookup":
            return self._look_up(arguments, rows)
        if name == "eventstats":
            return _eventstats(arguments, rows)
        if name == "appendpipe":
            return _appendpipe(arguments, rows, piped)
        return None

    def _fields(self, name: str) -> list[str]:
        """The rows of a table in the KV store."""
        stanza = self._stanza(name)
        if set(stanza) != _KV or stanza["external_type"] != "kvstore":
            raise NotInSubset(f"lookup [{name}] is no table in the KV store")
        if stanza["collection"] not in self._collections:
            raise Refused(f"collections.conf has no [{stanza['collection']}]")
        return [field.strip() for field in stanza["fields_list"].split(",")]

    def _stanza(self, name: str) -> dict[str, str]:
        if name not in self._transforms:
            raise Refused(f"transforms.conf has no [{name}]")
        return self._transforms[name]

    def whole(self, name: str) -> list[Row]:
        """`| inputlookup name` as the first command."""
        if "filename" in self._stanza(name):
            path = self._app / "lookups" / self._stanza(name)["filename"]
            with path.open(encoding="utf-8", newline="") as file:
                return [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]
        self._fields(name)
        return [dict(row) for row in self.rows.get(name, [])]

    def _input(self, arguments: str, rows: list[Row]) -> list[Row]:
        match = re.fullmatch(r"append=true\s+(\w+)", arguments)
        if match is None:
            raise NotInSubset(f"inputlookup {arguments}")
        self._fields(match[1])
        return [*rows, *[dict(row) for row in self.rows.get(match[1], [])]]

    def _output(self, arguments: str, rows: list[Row]) -> list[Row]:
        """Replaces the table; unlisted fields are omitted. Returns the rows unchanged."""
        if not re.fullmatch(r"\w+", arguments):
            raise NotInSubset(f"outputlookup {arguments}")
        fields = self._fields(arguments)
        written: list[Row] = []
        for row in rows:
            kept = {name: value for name, value in as_text(row).items() if name in fields}
            if set(kept) | {"_key"} != {*fields, "_key"}:
                raise Unspecified(f"outputlookup {arguments} of a row that lacks a field: {kept}")
            if any(isinstance(value, list) for value in kept.values()):
                raise Unspecified(f"outputlookup {arguments} of several values")
            written.append(dict(kept))
        self.rows[arguments] = written
        return rows

    def _look_up(self, arguments: str, rows: list[Row]) -> list[Row]:
        match = re.fullmatch(r"(\w+) (\w+)(?: AS (\w+))? OUTPUT (\w+)(?: AS (\w+))?", arguments)
        if match is None:
            raise NotInSubset(f"lookup {arguments}")
        name, column, field, output, target = match.groups()
        field, target = field or column, target or output
        if "CIDR" not in self._stanza(name).get("match_type", ""):
            return self._exact(name, (column, field), (output, target), rows)
        table = self._networks(name, column, output)
        for row in rows:
            found = next((text for network, text in table if _within(row.get(field), network)), "")
            row.pop(target, None)
            if found:
                row[target] = found
        return rows

    def _exact(
        self, name: str, compared: tuple[str, str], given: tuple[str, str], rows: list[Row]
    ) -> list[Row]:
        """Of a CSV table: `compared` and `given` are a column and a field each."""
        table = Lookup(name, self._stanza(name), self._app / "lookups")
        table.check([compared[0], given[0]])
        for row in rows:
            value = row.get(compared[1])
            row.pop(given[1], None)
            if isinstance(value, list):
                raise Unspecified(f"lookup {name} of {compared[1]}, which has several values")
            found = value and table.find(((compared[0], str(value)),), (given[0],))
            if found:
                row[given[1]] = found[given[0]]
        return rows

    def _networks(self, name: str, column: str, output: str) -> list[tuple[str, str]]:
        """The match in a CSV table whose `column` has networks."""
        stanza = self._stanza(name)
        if set(stanza) != _CIDR or stanza["match_type"] != f"CIDR({column})":
            raise NotInSubset(f"lookup [{name}] of networks: {stanza}")
        if stanza["max_matches"] != "1":
            raise Unspecified(f"lookup [{name}] may find several rows: max_matches is not 1")
        path = self._app / "lookups" / stanza["filename"]
        with path.open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
        if not table or not {column, output} <= set(table[0]):
            raise Refused(f"{path.name} has no row, or not the columns {column} and {output}")
        return [(row[column], row[output]) for row in table]


def _within(value: object, network: str) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(network)
    except ValueError:
        return False


def _eventstats(arguments: str, rows: list[Row]) -> list[Row]:
    if re.search(r"\sby\s", arguments, re.IGNORECASE):
        raise NotInSubset(f"eventstats {arguments}")
    for one in statistics(arguments):
        value = one.of(rows)
        if value is not None:
            for row in rows:
                row[one.name] = value
    return rows


def _appendpipe(arguments: str, rows: list[Row], piped: Piped) -> list[Row]:
    match = re.fullmatch(r"\[([^\[\]|]+(?:\|[^\[\]|]+)*)\]", arguments)
    if match is None:
        raise NotInSubset(f"appendpipe {arguments}")
    return [*rows, *piped(match[1].split("|"), [dict(row) for row in rows])]
