"""`| tstats [options] count dc(D.f) … FROM datamodel=M.D [WHERE search] [BY D.f _time span=1m]`.

BY drops events without the field, unless `fillnull_value` gives one. Fields are named with their
dataset; what is not in it is refused, since Splunk would silently find nothing.
https://help.splunk.com/en/splunk-enterprise/spl-search-reference/9.4/search-commands/tstats
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.oracles.search_time.data_models import INHERITED
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.oracles.search_time.search_expressions import as_text, search_expression
from tests.oracles.search_time.spl_statistics import Statistic, statistics

if TYPE_CHECKING:
    from tests.oracles.search_time.data_models import Dataset
    from tests.oracles.search_time.spl_commands import Row

_OPTION = re.compile(r"(\w+)=(\"[^\"]*\"|\S+)\s+")
_FORM = re.compile(
    r"(?P<functions>.+?)\s+FROM\s+datamodel=(?P<model>\w+)\.(?P<name>\w+)"
    r"(?:\s+WHERE\s+(?P<where>.+?))?(?:\s+BY\s+(?P<by>[\w.,\s=]+))?",
    re.DOTALL | re.IGNORECASE,
)
_SPAN = re.compile(r"(\d+)(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_OPTIONS = {"summariesonly", "allow_old_summaries", "fillnull_value"}
_KNOWN = {"prestats", "local", "append", "include_reduced_buckets", "chunk_size"}
_FUNCTIONS = {"count", "c", "sum", "dc", "values", "earliest", "latest", "min", "max", "avg"}


class Tstats:
    """One command. Raises Refused, NotInSubset, Unspecified."""

    def __init__(self, arguments: str) -> None:
        self.options: dict[str, str] = {}
        rest = arguments.strip()
        while match := _OPTION.match(rest):
            name, value = match[1].lower(), match[2].strip('"')
            if name not in _OPTIONS:
                raise (NotInSubset if name in _KNOWN else Refused)(f"tstats {name}=")
            self.options[name] = value
            rest = rest[match.end() :]
        form = _FORM.fullmatch(rest)
        if form is None:
            raise Refused(f"tstats {rest}")
        self.model, self.name = form["model"], form["name"]
        self.where = form["where"] or ""
        self._wanted = statistics(form["functions"])
        self._by, self._span = _by(form["by"] or "")
        for one in self._wanted:
            if one.function not in _FUNCTIONS:
                raise NotInSubset(f"tstats {one.function}()")

    @property
    def summaries_only(self) -> bool:
        return self.options.get("summariesonly", "false").lower() in ("true", "t", "1")

    def of(self, rows: list[Row], dataset: Dataset) -> list[Row]:
        """The table. `rows`: of the dataset, within the search's time range."""
        wanted = search_expression(self.where) if self.where else None
        for name in {*(wanted.fields if wanted else ()), *self._by, *_read(self._wanted)}:
            self._check(name, dataset)
        if wanted:
            rows = [row for row in rows if wanted.holds(as_text(row))]
        groups: dict[tuple[object, ...], list[Row]] = {}
        for row in rows:
            for key in self._keys(row):
                groups.setdefault(key, []).append(row)
        if not self._by:
            # Without BY there is one row, even where nothing was found.
            groups = {(): rows}
        return [
            {**dict(zip(self._by, key)), **self._values(each)}
            for key, each in sorted(groups.items(), key=lambda pair: tuple(map(str, pair[0])))
        ]

    def _values(self, rows: list[Row]) -> Row:
        made = {one.name: one.of(rows) for one in self._wanted}
        return {name: value for name, value in made.items() if value is not None}

    def _check(self, name: str, dataset: Dataset) -> None:
        if name in INHERITED or name in ("index", "nodename"):
            return
        first, _, field = name.partition(".")
        if first != dataset.name or field not in dataset.fields:
            raise Refused(f"{name} is no field of {dataset.name}: tstats would find nothing")

    def _keys(self, row: Row) -> list[tuple[object, ...]]:
        keys: list[tuple[object, ...]] = [()]
        for name in self._by:
            value = row.get(name, self.options.get("fillnull_value"))
            if name == "_time":
                at = float(row["_time"])
                each: list[object] = [at if self._span is None else at // self._span * self._span]
            elif isinstance(value, list):
                each = list(dict.fromkeys(value))
            else:
                each = [] if value is None else [str(value)]
            keys = [(*key, one) for key in keys for one in each]
        return keys


def _read(wanted: list[Statistic]) -> set[str]:
    return {one.field for one in wanted if one.field}


def _by(text: str) -> tuple[list[str], int | None]:
    names: list[str] = []
    span = None
    for word in re.split(r"[,\s]+", text.strip()):
        if word.startswith("span="):
            match = _SPAN.fullmatch(word.removeprefix("span="))
            if match is None:
                raise NotInSubset(f"tstats BY … {word}")
            if not names or names[-1] != "_time":
                raise Refused(f"{word} that does not follow _time")
            span = int(match[1]) * _SECONDS[match[2]]
        elif word:
            names.append(word)
    if "_time" in names and span is None:
        raise Unspecified("tstats BY _time without span=: which one Splunk takes")
    return names, span
