"""Data models: their datasets' rows, as `tstats` and `from` see them.

A root event dataset has a constraint and calculations; a root search dataset has a search of
streaming commands, since others cannot be accelerated. Of each event it keeps the fields that it
lists, under `<dataset>.<field>`, and the four that every event has. `accelerated`: whether
summaries of all events exist; without them `summariesonly=true` finds nothing.
https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/build-a-data-model/design-data-models
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.oracles.search_time.eval_expressions import expression
from tests.oracles.search_time.eval_values import as_field
from tests.oracles.search_time.refusals import NotInSubset, Refused
from tests.oracles.search_time.search_expressions import as_text, search_expression

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.oracles.search_time.spl_commands import Row

    Piped = Callable[[list[str], list[Row]], list[Row]]

INHERITED = ("_time", "host", "source", "sourcetype")
STREAMING = frozenset({"eval", "fields", "mvexpand", "rename", "rex", "search", "where"})
_MODEL = {"modelName", "displayName", "description", "objectSummary", "objects", "objectNameList"}
_OBJECT = {
    *("objectName", "displayName", "parentName", "comment", "lineage"),
    *("fields", "calculations", "constraints", "baseSearch"),
}
_FIELD = {
    *("fieldName", "owner", "type", "fieldSearch", "required", "multivalue"),
    *("hidden", "editable", "displayName", "comment"),
}
_CALCULATION = {
    *("calculationID", "calculationType", "owner", "editable", "comment"),
    *("expression", "outputFields"),
}
_TYPES = {"string", "number", "boolean", "ipv4", "timestamp"}


class Dataset:
    """One root dataset. Raises Refused for what Splunk could not load, NotInSubset."""

    def __init__(self, known: dict[str, Any]) -> None:
        _only(known, _OBJECT, "a dataset")
        self.name: str = known["objectName"]
        self.parent: str = known["parentName"]
        if self.parent not in ("BaseEvent", "BaseSearch"):
            raise NotInSubset(f"dataset {self.name} of {self.parent}")
        if known["lineage"] != self.name:
            raise Refused(f"dataset {self.name} has the lineage {known['lineage']}")
        if (self.parent == "BaseSearch") != ("baseSearch" in known):
            raise Refused(f"dataset {self.name} has no baseSearch, or one it must not have")
        self.search: str = known.get("baseSearch", "")
        self.constraints = [one["search"] for one in known["constraints"]]
        for constraint in self.constraints:
            if "|" in constraint or "[" in constraint:
                raise Refused(f"dataset {self.name}: a constraint with a pipe: {constraint}")
        extracted = [one for one in known["fields"] if _field(one) not in INHERITED]
        self.calculations: list[tuple[str, str]] = []
        calculated = []
        for one in known["calculations"]:
            _only(one, _CALCULATION, "a calculation")
            if one["calculationType"] != "Eval":
                raise NotInSubset(f"a calculation of type {one['calculationType']}")
            (output,) = one["outputFields"]
            calculated.append(output)
            self.calculations.append((_field(output), one["expression"]))
        self.fields = {str(one["fieldName"]) for one in (*extracted, *calculated)}
        if len(self.fields) != len(extracted) + len(calculated):
            raise Refused(f"dataset {self.name} has a field twice")

    def of(self, rows: list[Row], expanded: Callable[[str], str], piped: Piped) -> list[Row]:
        """Its rows of these events. `expanded`: replaces macros; `piped`: runs commands."""
        if self.parent == "BaseSearch":
            from tests.oracles.search_time.spl import split  # it needs this module

            first, *commands = split(expanded(self.search))
            for command in commands:
                if command.split()[0] not in STREAMING:
                    raise Refused(f"dataset {self.name} with {command.split()[0]}: not accelerated")
            wanted = search_expression(first.strip())
            found = [dict(row) for row in rows if wanted.holds(as_text(row))]
            found = piped(commands, found)
        else:
            all_wanted = [search_expression(expanded(one)) for one in self.constraints]
            found = [
                dict(row) for row in rows if all(one.holds(as_text(row)) for one in all_wanted)
            ]
        return [self._kept(row) for row in found]

    def _kept(self, row: Row) -> Row:
        for name, text in self.calculations:
            # One after the other: each sees the results of those before it.
            value = as_field(expression(text).value(row))
            row.pop(name, None)
            if value is not None:
                row[name] = value
        made = {name: row[name] for name in INHERITED if name in row}
        for name in self.fields:
            if name in row:
                made[f"{self.name}.{name}"] = row[name]
        return made


class DataModels:
    """An app's models over some events. `rows`: the events' fields."""

    def __init__(self, app: Path, rows: list[Row], *, accelerated: bool = True) -> None:
        self._rows = rows
        self.accelerated = accelerated
        self._sets: dict[str, dict[str, Dataset]] = {}
        self._known: dict[tuple[str, str], list[Row]] = {}
        for path in sorted((app / "default" / "data" / "models").glob("*.json")):
            known = json.loads(path.read_text(encoding="utf-8"))
            _only(known, _MODEL, "a model")
            if known["modelName"] != path.stem:
                raise Refused(f"{path.name} holds the model {known['modelName']}")
            sets = [Dataset(one) for one in known["objects"]]
            if [one.name for one in sets] != known["objectNameList"]:
                raise Refused(f"{path.name}: objectNameList does not list its datasets")
            self._sets[path.stem] = {one.name: one for one in sets}

    def dataset(self, model: str, name: str) -> Dataset:
        """Raises Refused where there is none."""
        if model not in self._sets or name not in self._sets[model]:
            raise Refused(f"there is no data model {model} with the root dataset {name}")
        return self._sets[model][name]

    def rows(
        self, model: str, name: str, expanded: Callable[[str], str], piped: Piped
    ) -> list[Row]:
        """Of all time. They are made once; do not change them."""
        if (model, name) not in self._known:
            self._known[model, name] = self.dataset(model, name).of(self._rows, expanded, piped)
        return self._known[model, name]


def _only(known: dict[str, Any], names: set[str], what: str) -> None:
    if set(known) - names:
        raise NotInSubset(f"{what} with {', '.join(sorted(set(known) - names))}")


def _field(known: dict[str, Any]) -> str:
    _only(known, _FIELD, "a field")
    if known["type"] not in _TYPES:
        raise Refused(f"a field of the type {known['type']}")
    return str(known["fieldName"])
