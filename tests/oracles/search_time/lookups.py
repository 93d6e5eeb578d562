"""Lookup tables: a stanza of transforms.conf with its CSV file, and the rows that match a value."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_KNOWN = {
    "filename",
    "max_matches",
    "min_matches",
    "default_match",
    "case_sensitive_match",
    "match_type",
}


_STORED = {"external_type", "collection", "fields_list", "max_matches", "case_sensitive_match"}


class Stored:
    """A table in the KV store. `rows`: what is in it now.

    Raises Unspecified where several rows match and differ: nobody says which max_matches takes.
    https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/use-lookups-in-splunk-web/define-a-kv-store-lookup-in-splunk-web
    """

    fills = False

    def __init__(
        self, name: str, stanza: Mapping[str, str], rows: Callable[[], Sequence[Mapping[str, str]]]
    ) -> None:
        unknown = set(stanza) - _STORED
        if unknown or stanza.get("external_type") != "kvstore":
            raise NotInSubset(f"lookup [{name}] has {', '.join(sorted(unknown))}")
        if stanza.get("max_matches") != "1":
            raise Unspecified(f"lookup [{name}] may find several rows: max_matches is not 1")
        if stanza.get("case_sensitive_match", "true") != "true":
            raise NotInSubset(f"lookup [{name}]: the KV store compares case")
        self.name = name
        self.columns = [column.strip() for column in stanza["fields_list"].split(",")]
        self._rows = rows

    def check(self, columns: Sequence[str]) -> None:
        """Raise Refused for a missing column."""
        for column in columns:
            if column not in self.columns:
                raise Refused(f"lookup [{self.name}] has no column {column}")

    def find(
        self, wanted: tuple[tuple[str, str], ...], outputs: tuple[str, ...]
    ) -> dict[str, str] | None:
        """As `Lookup.find`; a cell that a row lacks is empty."""
        found = [
            {column: row.get(column, "") for column in outputs}
            for row in self._rows()
            if all(row.get(column) == value for column, value in wanted)
        ]
        if any(one != found[0] for one in found):
            raise Unspecified(f"lookup [{self.name}] of {wanted}: one of {found}")
        return found[0] if found else None


class Lookup:
    """One table. Raises Refused if a file, a column or a row is invalid."""

    def __init__(self, name: str, stanza: Mapping[str, str], folder: Path) -> None:
        unknown = set(stanza) - _KNOWN
        if unknown:
            message = f"lookup [{name}] has {', '.join(sorted(unknown))}"
            raise NotInSubset(message)
        self.name = name
        path = folder / stanza["filename"]
        if not path.is_file():
            message = f"lookup [{name}]: there is no {path.name}"
            raise Refused(message)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        self.columns = rows[0]
        for number, row in enumerate(rows[1:], 2):
            if len(row) != len(self.columns):
                message = f"{path.name}:{number} has {len(row)} columns of {len(self.columns)}"
                raise Refused(message)
        self.rows = [dict(zip(self.columns, row)) for row in rows[1:]]
        self._sensitive = stanza.get("case_sensitive_match", "true").lower() in ("true", "1")
        self.wild = set(re.findall(r"WILDCARD\(\s*(\w+)\s*\)", stanza.get("match_type", "")))
        self._default = stanza.get("default_match")
        if stanza.get("max_matches") != "1":
            message = f"lookup [{name}] may find several rows: max_matches is not 1"
            raise Unspecified(message)
        self.fills = int(stanza.get("min_matches", "0")) > 0
        self.find = lru_cache(8192)(self._find)

    def check(self, columns: Sequence[str]) -> None:
        """Raise Refused for a missing column."""
        for column in columns:
            if column not in self.columns:
                message = f"lookup [{self.name}] has no column {column}"
                raise Refused(message)

    def compared(self, wanted: tuple[tuple[str, str], ...]) -> int:
        """The number of rows compared until one matches."""
        for number, row in enumerate(self.rows, 1):
            if all(self._fits(column, row[column], value) for column, value in wanted):
                return number
        return len(self.rows)

    def _find(
        self, wanted: tuple[tuple[str, str], ...], outputs: tuple[str, ...]
    ) -> dict[str, str] | None:
        """The first matching row. `wanted`: columns and their values."""
        for row in self.rows:
            if all(self._fits(column, row[column], value) for column, value in wanted):
                return {column: row[column] for column in outputs}
        if self.fills and self._default is not None:
            return dict.fromkeys(outputs, self._default)
        return None

    def _fits(self, column: str, cell: str, value: str) -> bool:
        if not self._sensitive:
            cell, value = cell.lower(), value.lower()
        if column not in self.wild:
            return cell == value
        form = "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", cell))
        return re.fullmatch(form, value, re.DOTALL) is not None
