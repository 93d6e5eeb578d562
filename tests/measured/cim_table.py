"""How much of each data model is filled: `python -m tests.measured.cim_table`, or `make cim`.

Of 20,000 generated events (`CORPUS`), it prints for each field of a model the number of the model's
events, of those whose data has the field, of those in which it is filled with a value that the
model allows, and of those in which it has a value that Splunk's documents leave open. Exits with 1
if a field is not filled although the data has it.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests import ROOT
from tests.oracles.cim_models import MODELS, SWITCHED_ON, Model
from tests.oracles.reference import cim
from tests.oracles.search_time.knowledge import Event, Knowledge, tags_of
from tests.oracles.search_time.refusals import Unsure
from tests.product.search.corpus import events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.oracles.search_time.eval_values import Field


@dataclass(frozen=True)
class Line:
    """One field of one model. `given`: events whose data has it. `filled`: events with an allowed
    value. `open`: events with a value that Splunk's documents leave open (text with U+0000 or half
    of a surrogate pair).
    """

    model: str
    field: str
    required: bool
    events: int
    given: int
    filled: int
    open: int = 0

    @property
    def complete(self) -> bool:
        return self.filled + self.open == self.given


def table(count: int, knowledge: Knowledge) -> Iterator[Line]:
    """All fields of all models."""
    tally = _counted(events(count), knowledge)
    seen = [tally["any", "", way] for way in ("events", "given", "filled")]
    yield Line("any", "events in a model", True, *seen)
    for model in MODELS:
        total = tally[model.name, "", "events"]
        for field in (*model.required, *model.recommended):
            yield Line(
                model.name,
                field,
                field in model.required,
                total,
                tally[model.name, field, "given"],
                tally[model.name, field, "filled"],
                tally[model.name, field, "open"],
            )


def _counted(all_events: Iterable[Event], knowledge: Knowledge) -> Counter[tuple[str, str, str]]:
    tally: Counter[tuple[str, str, str]] = Counter()
    for event in all_events:
        fields = knowledge.fields(event)
        wanted = cim.fields(event.raw)
        tags = tags_of(fields)
        parsed = fields.get("record_kind") != "unparsed"
        tally["any", "", "events"] += 1
        tally["any", "", "given"] += parsed
        tally["any", "", "filled"] += parsed and any(model.tags <= tags for model in MODELS)
        for model in MODELS:
            if not model.tags <= tags:
                continue
            tally[model.name, "", "events"] += 1
            for field in (*model.required, *model.recommended):
                # If plain Python does not compute a field, every event must have it.
                given = field not in wanted or wanted[field] is not None
                tally[model.name, field, "given"] += given
                tally[model.name, field, "filled"] += given and _right(model, field, fields)
                tally[model.name, field, "open"] += isinstance(fields.get(field), Unsure)
    return tally


def _right(model: Model, field: str, fields: Mapping[str, Field]) -> bool:
    value = fields.get(field)
    allowed = model.allowed.get(field)
    return isinstance(value, str) and value != "" and (allowed is None or value in allowed)


def main() -> int:
    """Print the table."""
    count = int(os.environ.get("CORPUS", "20000"))
    lines = list(table(count, Knowledge(ROOT, SWITCHED_ON)))
    print(f"{count:,} events, both switches of docs/cim.md on\n")
    head = ("model", "field", "", "events", "given", "filled", "open", "%")
    form = "{:20} {:24} {:12} {:>8} {:>8} {:>8} {:>6} {:>6}"
    print(form.format(*head))
    for line in lines:
        kind = "required" if line.required else "recommended"
        share = f"{100 * (line.filled + line.open) / line.given:.1f}" if line.given else "-"
        counts = (line.events, line.given, line.filled, line.open, share)
        print(form.format(line.model, line.field, kind, *counts))
    for model in MODELS:
        print(f"\n{model.name}: not to be had from Akamai")
        for field, why in model.lacking.items():
            print(f"  {field}: {why}")
    return 0 if all(line.complete for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
