"""`make bench`: what an event costs, beside others in the same run.

Prints the tables of docs/performance.md and writes `build/bench.json`. Ends with 1 if anything that
was written is wrong. Settings, from the environment:

* `ROUNDS`: how often everybody runs
* `BEFORE`: a commit; builds that version and measures it in turn with this one
* `PARTS`: what is measured, of `costs,stages,startup,selections,scale,freshness`
* `FULL=1`: all parts, every mix in all of them, and more rounds; most of an hour
* `RECORD=1`: the figures become those of docs/performance.md
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests import ROOT
from tests.measured.bench import costs, equality, scale, selections
from tests.measured.bench.contestants import Contest
from tests.measured.bench.earlier import built, commit_named, version_of
from tests.measured.bench.freshness import freshness
from tests.measured.bench.measured import busy_seconds, used_by_others
from tests.measured.bench.mixes import MIXES, described
from tests.measured.bench.startup import startup
from tests.measured.bench.tables import filled, tables
from tests.run import interpreters

RECORDED = Path(__file__).with_name("recorded.json")
PAGE = ROOT / "docs" / "performance.md"
FULL = os.environ.get("FULL") == "1"
ROUNDS = int(os.environ.get("ROUNDS") or (5 if FULL else 3))
_USUAL = "costs,stages,startup,selections"
PARTS = (os.environ.get("PARTS") or (f"{_USUAL},scale,freshness" if FULL else _USUAL)).split(",")
CHECKED = 10_000 if FULL else 2_000
"""Number of records of each mix that are compared field by field."""


def main() -> int:
    began, busy = time.monotonic(), busy_seconds()
    before = os.environ.get("BEFORE") or ""
    app = built(commit_named(before)) if before else None
    about = {"command": command(), "rounds": ROUNDS, "machine": machine()}
    if app:
        about["before"] = version_of(app)
    found: dict[str, Any] = {part: {**about, "pythons": {}} for part in PARTS}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name, Contest(Path(name), app) as contest:
        for version, python in interpreters():
            contest.warm_up(str(python))
            for mix in MIXES:
                wrong += equality.wrong(contest, str(python), mix, CHECKED)
            for part in PARTS:
                print(f"{part} on {version} ...", file=sys.stderr, flush=True)
                measured = measure(part, contest, str(python))
                found[part]["pythons"][version] = measured
    for part in found.values():
        part["others"] = used_by_others(began, busy)
    if "costs" in found:
        found["costs"]["events"] = {mix: asdict(described(mix)) for mix in MIXES}
    keep(found)
    for title, table in tables(found).items():
        print(f"\n{title}: {table}", end="")
    for line in wrong[:20]:
        print(f"WRONG: {line}")
    print(f"\n{len(MIXES) * CHECKED:,} records a Python compared: {len(wrong)} differences")
    return 1 if wrong else 0


def measure(part: str, contest: Contest, python: str) -> object:
    if part == "costs":
        return costs.costs(contest, python, list(MIXES), ROUNDS)
    if part == "stages":
        mixes = list(MIXES) if FULL else list(MIXES)[:1]
        return {mix: costs.stages(contest, python, mix, ROUNDS) for mix in mixes}
    if part == "selections":
        return selections.selections(contest, python, ROUNDS)
    if part == "startup":
        return startup(contest, python)
    if part == "freshness":
        return freshness(python)
    return {
        "sizes": scale.sizes(contest, python, ROUNDS),
        "backlog": scale.backlog(contest, python, ROUNDS),
        "inputs": scale.inputs_at_once(contest, python, ROUNDS),
    }


def keep(found: dict[str, Any]) -> None:
    """Write the figures to `build/` and, with `RECORD=1`, to the page."""
    path = ROOT / "build" / "bench.json"
    path.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if os.environ.get("RECORD") == "1":
        known = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
        known.update(json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 4)))
        RECORDED.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(filled(page, known), encoding="utf-8")


def command() -> str:
    """The command as typed, as far as it changes what is measured."""
    names = ("BEFORE", "FULL", "PARTS", "ROUNDS")
    given = [f"{name}={os.environ[name]}" for name in names if os.environ.get(name)]
    return " ".join(["make", "bench", *given])


def machine() -> str:
    """The machine that ran the measurement."""
    about = Path("/proc/cpuinfo")
    text = about.read_text(encoding="utf-8") if about.exists() else ""
    models = {line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line}
    processor = ", ".join(sorted(models)) or platform.processor()
    return f"{os.cpu_count()} cores of {processor}"


if __name__ == "__main__":
    sys.exit(main())
