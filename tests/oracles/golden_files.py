"""Golden files: one source event each, and its fields, event types and tags in Splunk.

A file in `tests/oracles/golden/fields/` has `about`, `event` (the source event; `line` if the JSON
text itself matters, `raw` if there is only a record), `fields`, and `unspecified`: fields whose
value Splunk's documents leave open.

A new file needs `about` and `event`. `python -m tests.oracles.golden_files` computes the rest of
all files. Check the differences.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from tests import ROOT

FOLDER = ROOT / "tests" / "oracles" / "golden" / "fields"
sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.record.event import record  # noqa: E402 - from the folder just added
from ta_akamai_siem.record.event_time import Moment  # noqa: E402 - likewise
from tests.oracles.search_time.knowledge import Event, Knowledge  # noqa: E402 - likewise
from tests.oracles.search_time.refusals import Unsure  # noqa: E402 - likewise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.oracles.search_time.eval_values import Field

COLLECTED = Moment("1700000000.000", latest=4_000_000_000.0)


def names() -> list[str]:
    """The names of all golden files, without suffix."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name: str) -> dict[str, Any]:
    """A golden file."""
    golden: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return golden


def event(golden: Mapping[str, Any]) -> Event:
    """The indexed record of its source event."""
    if "raw" in golden:
        return Event(golden["raw"], COLLECTED.collected, "akamai:siem")
    line = golden.get("line") or json.dumps(golden["event"], ensure_ascii=False)
    made = record(line.encode("utf-8", "backslashreplace"), COLLECTED)
    return Event(made.text, made.time, "akamai:siem")


def found(knowledge: Knowledge, golden: Mapping[str, Any]) -> dict[str, Any]:
    """Its `fields` and `unspecified`, computed now."""
    fields: dict[str, Field] = knowledge.fields(event(golden))
    unsure = sorted(name for name, value in fields.items() if isinstance(value, Unsure))
    known = {n: v for n, v in sorted(fields.items()) if n != "_raw" and n not in unsure}
    return {"fields": known, "unspecified": unsure}


def main() -> None:
    """Write all of them."""
    knowledge = Knowledge(ROOT)
    for name in names():
        golden = load(name)
        source = {key: golden[key] for key in ("about", "event", "line", "raw") if key in golden}
        text = json.dumps({**source, **found(knowledge, golden)}, indent=1, ensure_ascii=True)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(names())} golden files written")


if __name__ == "__main__":
    main()
