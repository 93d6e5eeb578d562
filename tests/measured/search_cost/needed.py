"""The rules of a stanza that a search for some fields needs. Splunk skips the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.oracles.search_time.lookups import Stored

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.oracles.search_time.extractions import Extraction
    from tests.oracles.search_time.search_time import Lookedup, Rules


@dataclass(frozen=True)
class Needed:
    """`evals`: by name. `json`: whether automatic extraction is needed."""

    extractions: tuple[Extraction, ...]
    evals: tuple[str, ...]
    lookups: tuple[Lookedup, ...]


def all_of(rules: Rules) -> Needed:
    """The rules for a search for all fields."""
    return Needed(tuple(rules.all_extractions()), tuple(rules.evals), tuple(rules.lookups))


def without_names(rules: Rules) -> Needed:
    """The same before an input collects names: without the lookups in the KV store."""
    whole = all_of(rules)
    return replace(
        whole, lookups=tuple(one for one in whole.lookups if not isinstance(one.table, Stored))
    )


def needed(rules: Rules, fields: Iterable[str]) -> Needed:
    """The rules that give `fields`, directly or indirectly."""
    wanted, done = list(fields), set()
    aliases = {target: source for source, target, _ in rules.aliases}
    while wanted:
        name = wanted.pop()
        if name in done:
            continue
        done.add(name)
        if name in aliases:
            wanted.append(aliases[name])
        if name in rules.evals:
            wanted += rules.evals[name].fields
        for lookup in rules.lookups:
            if any(name == output for _, output in lookup.outputs):
                wanted += (field for _, field in lookup.inputs)
        for rule in rules.all_extractions():
            if name in rule.names and rule.source != "_raw":
                wanted.append(rule.source)
    return Needed(
        tuple(rule for rule in rules.all_extractions() if done & set(rule.names)),
        tuple(name for name in rules.evals if name in done),
        tuple(one for one in rules.lookups if done & {name for _, name in one.outputs}),
    )
