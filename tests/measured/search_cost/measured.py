"""`python -m tests.measured.search_cost.measured before|now`: one version's costs, as JSON.

It runs in its own process, because it changes the emulation to count calls.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tests import ROOT
from tests.measured.search_cost import versions
from tests.measured.search_cost.calculated import Recorder, of_json, of_lookup
from tests.measured.search_cost.needed import Needed, all_of, needed, without_names
from tests.measured.search_cost.patterns import NOTHING, Cost, cost
from tests.measured.search_cost.source_events import SIZES, source_events
from tests.oracles.cim_models import MODELS
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.product.search import hot_fields

sys.path.insert(0, str(ROOT / "packaging" / "views"))

import data_model

if TYPE_CHECKING:
    from tests.oracles.search_time.search_time import Rules

EVENTS = int(os.environ.get("EVENTS", "2000"))
EVERYTHING = "every field"
NAMELESS = "every field but names"
NAMES = ("config_name", "policy_name", "api_name")


def measured(version: versions.Version) -> dict[str, Any]:
    """`patterns`: µs by size and rule. `searches`: µs by search and part."""
    recorder = Recorder()
    knowledge = Knowledge(version.app)
    rules = knowledge.rules(_event("{}"))
    made: dict[str, Any] = {"patterns": {}, "searches": {}}
    for size in SIZES:
        records = version.records(source_events(EVENTS, size))
        snapshots = [rules.extracted(one, _event(one).base()) for one in records]
        patterns = _patterns(rules, snapshots)
        made["patterns"][f"{sum(map(len, records)) / len(records) / 1024:.1f} KB"] = patterns
        if size == SIZES[0]:
            evals = {name: recorder.of(rules, name, snapshots).cost(EVENTS) for name in rules.evals}
            full = [knowledge.fields(_event(one)) for one in records]
            tables = {one.label: of_lookup(one, full) for one in rules.lookups}
            parsed = of_json(records)
            for title, wanted in _searches(knowledge, rules).items():
                parts = _parts(wanted, patterns, evals, tables)
                parsing = parsed if title in (EVERYTHING, NAMELESS) else 0.0
                made["searches"][title] = {**parts, "JSON": Cost(parsing, parsing)}
            made["hot"] = hot_fields.table(rules, full)
    return made


def _event(raw: str) -> Event:
    return Event(raw, "0", "akamai:siem")


def _patterns(rules: Rules, snapshots: list[dict[str, Any]]) -> dict[str, Cost]:
    made = {}
    for rule in rules.all_extractions():
        texts = [fields[rule.source] for fields in snapshots if rule.source in fields]
        made[rule.label] = cost(rule, texts, len(snapshots))
    return made


def _searches(knowledge: Knowledge, rules: Rules) -> dict[str, Needed]:
    """A search over a model also needs the fields of its event types."""
    types = knowledge.event_types.fields
    models = {
        model.name: needed(rules, {*model.required, *model.recommended, *types}) for model in MODELS
    }
    models[data_model.NAME] = needed(rules, _of_views())
    hot = {f"{field}=x": needed(rules, [field]) for field in hot_fields.HOT}
    by_name = {f"{field}=x": needed(rules, [field]) for field in NAMES}
    by_name = {search: wanted for search, wanted in by_name.items() if wanted.lookups}
    return {EVERYTHING: all_of(rules), NAMELESS: without_names(rules), **models, **hot, **by_name}


def _of_views() -> set[str]:
    """The fields of an event that the data model of the views reads; it knows no event types."""
    calculated = {"uri_path", "user_risk", "rule_all", "rule_score"}
    own = {field.name for fields in data_model.FIELDS.values() for field in fields}
    return calculated | own


def _parts(
    wanted: Needed, patterns: dict[str, Cost], evals: dict[str, Cost], tables: dict[str, float]
) -> dict[str, Cost]:
    looked_up = sum(tables[one.label] for one in wanted.lookups)
    return {
        "patterns": sum((patterns[one.label] for one in wanted.extractions), NOTHING),
        "eval": sum((evals[name] for name in wanted.evals), NOTHING),
        "lookups": Cost(looked_up, looked_up),
    }


def main() -> None:
    """Print it."""
    version = versions.now() if sys.argv[1] == "now" else versions.before()
    if version is None:
        print("null")
    else:
        print(json.dumps(measured(version), default=asdict))


if __name__ == "__main__":
    main()
