"""From an indexed event to its fields: a sourcetype's rules in Splunk's order.

The order is EXTRACT, REPORT, KV_MODE, FIELDALIAS, EVAL, LOOKUP. All EVALs read the same snapshot,
and so do all lookups. Rules that depend on an undocumented order are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.oracles.search_time import extractions
from tests.oracles.search_time.eval_expressions import Expression
from tests.oracles.search_time.eval_values import as_field, read
from tests.oracles.search_time.json_fields import json_fields
from tests.oracles.search_time.refusals import (
    NotInSubset,
    Refused,
    Unspecified,
    Unsure,
    UnsureResult,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.oracles.search_time.eval_values import Field
    from tests.oracles.search_time.extractions import Extraction
    from tests.oracles.search_time.lookups import Lookup, Stored
    from tests.standins.splunk.conf_file import Stanzas

_ALIAS = re.compile(r"(\"[^\"]+\"|\S+)\s+(AS|ASNEW)\s+(\"[^\"]+\"|\S+)", re.IGNORECASE)
_INDEX_TIME = {
    "SHOULD_LINEMERGE",
    "LINE_BREAKER",
    "EVENT_BREAKER",
    "EVENT_BREAKER_ENABLE",
    "TRUNCATE",
    "TIME_PREFIX",
    "TIME_FORMAT",
    "MAX_TIMESTAMP_LOOKAHEAD",
    "MAX_DAYS_AGO",
    "CHARSET",
    "TZ",
    "description",
    "category",
    "pulldown_type",
    "sourcetype",
}


@dataclass(frozen=True)
class Lookedup:
    """One LOOKUP: columns with the fields to compare, and columns with the fields to fill."""

    label: str
    table: Lookup | Stored
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    overwrites: bool


@dataclass
class Rules:
    """All search-time rules of one stanza of props.conf."""

    extracts: list[Extraction] = field(default_factory=list)
    reports: list[list[Extraction]] = field(default_factory=list)
    json: bool = False
    aliases: list[tuple[str, str, bool]] = field(default_factory=list)
    evals: dict[str, Expression] = field(default_factory=dict)
    lookups: list[Lookedup] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        stanza: Mapping[str, str],
        transforms: Stanzas,
        tables: Callable[[str], Lookup | Stored],
    ) -> Rules:
        """`tables`: opens a lookup by name. Raises Refused, Unspecified and NotInSubset for errors
        in the rules themselves.
        """
        rules = cls()
        for key, value in stanza.items():
            kind, _, name = key.partition("-")
            if kind == "EXTRACT":
                rules.extracts.append(extractions.extract(key, value))
            elif kind == "REPORT":
                rules.reports.append([_transform(one, transforms) for one in _names(value)])
            elif kind == "FIELDALIAS":
                rules.aliases += _aliases(key, value)
            elif kind == "EVAL":
                rules.evals[name] = Expression(value)
            elif kind == "LOOKUP":
                rules.lookups.append(_lookup(key, value, transforms, tables))
            elif key == "KV_MODE":
                if value not in ("json", "none"):
                    message = f"KV_MODE = {value}"
                    raise NotInSubset(message)
                rules.json = value == "json"
            elif key not in _INDEX_TIME:
                message = f"props.conf: {key}"
                raise NotInSubset(message)
        rules._check()
        return rules

    def all_extractions(self) -> list[Extraction]:
        """In Splunk's order: EXTRACT, then REPORT."""
        return [*self.extracts, *(one for chain in self.reports for one in chain)]

    def fields(self, raw: str, base: Mapping[str, str]) -> dict[str, Field]:
        """All fields of an event. `base`: host, source, sourcetype, index, _time."""
        found = self.extracted(raw, base)
        self._evaluate(found)
        self._look_up(found)
        return found

    def extracted(self, raw: str, base: Mapping[str, str]) -> dict[str, Field]:
        """The fields that exist before any is calculated."""
        found: dict[str, Field] = {**base, "_raw": raw}
        extracted: dict[str, Field] = {}
        for one in self.extracts:
            _add(extracted, one, one.found(found))
        for chain in self.reports:
            for one in chain:
                _add(extracted, one, one.found({**found, **extracted}))
        if self.json:
            found = {**json_fields(raw), **found}
        found.update(extracted)
        self._alias(found)
        return found

    def _alias(self, found: dict[str, Field]) -> None:
        before = dict(found)
        for source, target, keeps in self.aliases:
            if source in before:
                found[target] = before[source]
            elif not keeps:
                found.pop(target, None)

    def _evaluate(self, found: dict[str, Field]) -> None:
        snapshot = dict(found)
        for name, expression in self.evals.items():
            try:
                value = as_field(expression.value(snapshot))
            except UnsureResult as error:
                found[name] = Unsure(str(error))
                continue
            except (Refused, Unspecified) as error:
                error.args = (f"EVAL-{name}: {error}",)
                raise
            if value is None and name in snapshot:
                message = f"EVAL-{name} is NULL where the event has {name} already"
                raise Unspecified(message)
            if value is not None:
                found[name] = value

    def _look_up(self, found: dict[str, Field]) -> None:
        snapshot = dict(found)
        for one in self.lookups:
            wanted = []
            for column, name in one.inputs:
                value = read(name, snapshot.get(name))
                if isinstance(value, list):
                    message = f"{one.label} of {name}, which has several values"
                    raise Unspecified(message)
                wanted.append((column, value))
            if any(value is None for _, value in wanted):
                # "NULL values are matching values", not replaced by default_match (Knowledge
                # Manager Manual, field matching rules): no field is written.
                continue
            columns = tuple(column for column, _ in one.outputs)
            row = one.table.find(tuple((c, str(v)) for c, v in wanted), columns)
            for column, name in one.outputs:
                if row is not None and (one.overwrites or name not in snapshot):
                    found[name] = row[column] or Unsure(f"an empty cell of {one.table.name}")

    def _check(self) -> None:
        """Check what is wrong independent of any event."""
        targets = [target for _, target, _ in self.aliases]
        sources = {source for source, _, _ in self.aliases}
        for target in targets:
            if targets.count(target) > 1 or target in sources:
                message = f"an alias of an alias, or two aliases named {target}"
                raise Unspecified(message)
        outputs = [name for one in self.lookups for _, name in one.outputs]
        for one in self.lookups:
            for _, name in one.inputs:
                if name in outputs:
                    message = f"{one.label} reads {name}, which a lookup gives"
                    raise Unspecified(message)
        for name in outputs:
            if outputs.count(name) > 1:
                message = f"two lookups give {name}"
                raise Unspecified(message)
            for target, expression in self.evals.items():
                if name in expression.fields and name not in self.evals:
                    message = f"EVAL-{target} reads {name}, which a lookup gives later"
                    raise Unspecified(message)


def _names(value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]


def _transform(name: str, transforms: Stanzas) -> Extraction:
    if name not in transforms:
        message = f"transforms.conf has no [{name}]"
        raise Refused(message)
    return extractions.transform(name, transforms[name])


def _add(fields: dict[str, Field], rule: Extraction, found: Mapping[str, list[str]]) -> None:
    for name, values in found.items():
        before = fields.get(name)
        if before is None:
            fields[name] = values[0] if len(values) == 1 else values
        elif rule.adds:
            earlier = before if isinstance(before, list) else [str(before)]
            fields[name] = [*earlier, *values]
        elif not rule.discards:
            message = f"{rule.label} extracts {name}, which another rule extracted"
            raise Unspecified(message)


def _aliases(key: str, value: str) -> list[tuple[str, str, bool]]:
    found = [
        (source.strip('"'), target.strip('"'), how.upper() == "ASNEW")
        for source, how, target in _ALIAS.findall(value)
    ]
    if not found or _ALIAS.sub("", value).strip():
        message = f"{key} = {value}"
        raise Refused(message)
    return found


def _lookup(
    key: str, value: str, transforms: Stanzas, tables: Callable[[str], Lookup | Stored]
) -> Lookedup:
    words = value.split()
    name, rest = words[0], words[1:]
    if name not in transforms:
        message = f"{key}: transforms.conf has no [{name}]"
        raise Refused(message)
    table = tables(name)
    at = next((place for place, word in enumerate(rest) if word in ("OUTPUT", "OUTPUTNEW")), None)
    if at is None:
        message = f"{key} has no OUTPUT"
        raise Unspecified(message)
    inputs, outputs = _pairs(key, rest[:at]), _pairs(key, rest[at + 1 :])
    table.check([column for column, _ in (*inputs, *outputs)])
    return Lookedup(key, table, inputs, outputs, overwrites=rest[at] == "OUTPUT")


def _pairs(key: str, words: list[str]) -> tuple[tuple[str, str], ...]:
    """From `column [AS field] …`."""
    pairs, at = [], 0
    while at < len(words):
        if at + 2 < len(words) and words[at + 1].upper() == "AS":
            pairs.append((words[at], words[at + 2]))
            at += 3
        else:
            pairs.append((words[at], words[at]))
            at += 1
    if not pairs:
        message = f"{key} lacks fields"
        raise Refused(message)
    return tuple(pairs)
