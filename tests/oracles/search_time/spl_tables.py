"""Commands that read and write lookup tables, or run searches over the rows so far.

`inputlookup`, `outputlookup`, `lookup` (CIDR tables, those that automatic lookups use, and tables
in the KV store with `local=true`), `eventstats`, `appendpipe`.
https://help.splunk.com/en/splunk-enterprise/spl-search-reference/9.4/search-commands/outputlookup
"""

from __future__ import annotations

import csv
import ipaddress
import re
from typing import TYPE_CHECKING

from tests.oracles.search_time.lookups import Lookup, Stored
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.oracles.search_time.search_expressions import as_text
from tests.oracles.search_time.spl_statistics import statistics

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from tests.oracles.search_time.knowledge import Knowledge
    from tests.oracles.search_time.spl_commands import Row

    Piped = Callable[[list[str], list[Row]], list[Row]]

_KV = {"external_type", "collection", "fields_list"}
_KEYED = "append=true key_field=_key override_if_empty=false "
_LOOKUP = re.compile(r"(local=true )?(\w+) (.+?) OUTPUT (.+)")
_PAIRS = re.compile(r"\s*,?\s*(\w+)(?: AS (\w+))?")
_CIDR = {"filename", "match_type", "max_matches"}


class Tables:
    """An app's lookup tables. Those in the KV store start empty and keep what is written.

    `rows`: of each table in the KV store, by the lookup's name; values as text.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._app = knowledge.app
        self._transforms = knowledge.conf("transforms")
        self._collections = knowledge.conf("collections")
        self.rows: MutableMapping[str, list[Row]] = {}

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
        if set(stanza) - {"max_matches"} != _KV or stanza["external_type"] != "kvstore":
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
        if arguments.startswith(_KEYED):
            return self._update(arguments.removeprefix(_KEYED), rows)
        keeps = arguments.startswith("override_if_empty=false ")
        arguments = arguments.removeprefix("override_if_empty=false ")
        if not re.fullmatch(r"\w+", arguments):
            raise NotInSubset(f"outputlookup {arguments}")
        if keeps:
            if rows:
                self.rows[arguments] = [self._written(arguments, row) for row in rows]
            return rows
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

    def _update(self, name: str, rows: list[Row]) -> list[Row]:
        """`key_field=_key`: a row replaces the whole record with its key, or is a new one."""
        kept = {row["_key"]: row for row in self.rows.get(name, []) if "_key" in row}
        for row in rows:
            written = self._written(name, row)
            if "_key" not in written:
                raise Refused(f"outputlookup {name} of a row without _key")
            kept[written["_key"]] = written
        self.rows[name] = [*kept.values()]
        return rows

    def _written(self, name: str, row: Row) -> Row:
        fields = self._fields(name)
        if "_key" not in fields:
            raise Refused(f"lookup [{name}] does not list _key")
        kept = {field: value for field, value in as_text(row).items() if field in fields}
        if any(isinstance(value, list) for value in kept.values()):
            raise Unspecified(f"outputlookup {name} of several values")
        return dict(kept)

    def _look_up(self, arguments: str, rows: list[Row]) -> list[Row]:
        match = _LOOKUP.fullmatch(arguments)
        if match is None:
            raise NotInSubset(f"lookup {arguments}")
        local, name = match[1], match[2]
        inputs, outputs = _pairs(match[3]), _pairs(match[4])
        if "collection" in self._stanza(name):
            if not local:
                raise Refused(f"lookup {name} without local=true: indexers may not have the table")
            return self._keyed(name, inputs, outputs, rows)
        if len(inputs) > 1 or len(outputs) > 1 or local:
            raise NotInSubset(f"lookup {arguments}")
        (column, field), (output, target) = inputs[0], outputs[0]
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

    def _keyed(
        self,
        name: str,
        inputs: list[tuple[str, str]],
        outputs: list[tuple[str, str]],
        rows: list[Row],
    ) -> list[Row]:
        """Of a table in the KV store. Pairs of a column and a field."""
        table = Stored(name, self._stanza(name), lambda: self.rows.get(name, []))
        columns = tuple(column for column, _ in outputs)
        table.check([column for column, _ in (*inputs, *outputs)])
        for row in rows:
            values = [as_text(row).get(field) for _, field in inputs]
            if any(isinstance(value, list) for value in values):
                raise Unspecified(f"lookup {name} of several values")
            wanted = tuple((column, str(value)) for (column, _), value in zip(inputs, values))
            found = None if None in values else table.find(wanted, columns)
            for column, field in outputs:
                row.pop(field, None)
                if found and found[column]:
                    row[field] = found[column]
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


def _pairs(text: str) -> list[tuple[str, str]]:
    """Columns and fields, from `column [AS field], …`."""
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _PAIRS.match(text, at)
        if match is None:
            raise NotInSubset(f"lookup … {text}")
        found.append((match[1], match[2] or match[1]))
        at = match.end()
    return found


def _within(value: object, network: str) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(network)
    except ValueError:
        return False


def _eventstats(arguments: str, rows: list[Row]) -> list[Row]:
    """BY leaves rows that lack one of its fields as they are."""
    head, *by = re.split(r"\s+[bB][yY]\s+", arguments)
    names = re.split(r"[,\s]+", by[0].strip()) if by else []
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        values = [row.get(name) for name in names]
        if any(isinstance(value, list) for value in values):
            raise Unspecified(f"eventstats BY {names}, one of which has several values")
        if None not in values:
            groups.setdefault(tuple(map(str, values)), []).append(row)
    for one in statistics(head):
        for group in groups.values():
            value = one.of(group)
            if value is not None:
                for row in group:
                    row[one.name] = value
    return rows


def _appendpipe(arguments: str, rows: list[Row], piped: Piped) -> list[Row]:
    match = re.fullmatch(r"\[([^\[\]|]+(?:\|[^\[\]|]+)*)\]", arguments)
    if match is None:
        raise NotInSubset(f"appendpipe {arguments}")
    return [*rows, *piped(match[1].split("|"), [dict(row) for row in rows])]
