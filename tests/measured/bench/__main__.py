"""`make bench`: what an event costs, beside others in the same run.

Prints a table and writes `build/bench.json`. Ends with 1 if anything that was written is wrong.
`ROUNDS` is how often everybody runs, `PAGES` the sizes of pages (`PAGES=10000,600000`). `FULL=1`
takes every size with every repetition on every Python, and most of an hour.
"""

from __future__ import annotations

import filecmp
import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tests import ROOT
from tests.measured.bench.backlog import backlog
from tests.measured.bench.bodies import REPETITIONS, Bodies, event_lines
from tests.measured.bench.contestants import CONTESTANTS, Contest
from tests.measured.bench.equality import differences
from tests.measured.bench.figures import Series, cpu_ratio, wall_ratio
from tests.measured.bench.inputs_at_once import inputs_at_once
from tests.measured.bench.start_up import start_up
from tests.run import interpreters

if TYPE_CHECKING:
    from tests.measured.bench.measured import Measured

ROUNDS = int(os.environ.get("ROUNDS", "5"))
FULL = os.environ.get("FULL", "") == "1"
PAGES = {1_000: 20, 10_000: 5, 100_000: 1, 600_000: 1}
"""Events of a page, and how many of them a run collects."""
CHOSEN = [int(size) for size in os.environ.get("PAGES", "").split(",") if size] or list(PAGES)
TEXTBOOK_MAX = 10_000
"""It holds the whole page in memory several times over: 4 GB with 600,000 events."""


def main() -> int:
    pythons = interpreters()
    found: dict[str, object] = {"machine": machine(), "rounds": ROUNDS}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name, Contest(Path(name)) as contest:
        bodies = Bodies(Path(name))
        for version, python in pythons:
            figures: dict[str, object] = {}
            found[version] = figures
            for repetition in REPETITIONS:
                for events in sizes(repetition, newest=(version, python) == pythons[-1]):
                    title = f"{version}, pages of {events:,}, repetition of rules: {repetition}"
                    print(f"\n{title}", flush=True)
                    table = measure_page(contest, bodies, str(python), repetition, events)
                    figures[f"{repetition} {events}"] = {
                        who: asdict(series) for who, series in table.items()
                    }
                    show(table)
                figures[f"{repetition} backlog"] = backlog(
                    contest, bodies, str(python), repetition, ROUNDS
                )
                wrong += check(contest, bodies, str(python), repetition, Path(name))
        version, python = pythons[-1]
        found["inputs"] = inputs_at_once(contest, bodies, str(python), ROUNDS)
        found["start-up"] = {each: start_up(contest, bodies, str(at)) for each, at in pythons}
    path = ROOT / "build" / "bench.json"
    path.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"\nAll figures are in {path.relative_to(ROOT)}.")
    for line in wrong[:20]:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    about = Path("/proc/cpuinfo")
    text = about.read_text(encoding="utf-8") if about.exists() else ""
    models = {line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line}
    return {
        "processor": ", ".join(sorted(models)) or platform.processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
    }


def sizes(repetition: str, *, newest: bool) -> list[int]:
    """How cost grows is shown once unless all is asked for: on one Python, with repetition."""
    every = FULL or (newest and repetition == "usual")
    return [size for size in CHOSEN if every or size == TEXTBOOK_MAX]


def measure_page(
    contest: Contest, bodies: Bodies, python: str, repetition: str, events: int
) -> dict[str, Series]:
    """All contestants in turn, round after round."""
    body = bodies.page(repetition, events)
    pages = PAGES[events]
    plan = contest.plan(body, pages)
    rounds = ROUNDS if FULL or events <= 100_000 else 1
    runs: dict[str, list[Measured]] = {}
    for _ in range(rounds):
        for who in CONTESTANTS:
            if who != "textbook" or events == TEXTBOOK_MAX:
                runs.setdefault(who, []).append(contest.run(who, python, plan))
    return {
        who: Series(events * pages, body.size * pages, tuple(each)) for who, each in runs.items()
    }


def show(table: dict[str, Series]) -> None:
    head = ("", "events/s a core", "events/s", "MB/s", "us an event", "peak MB", "x textbook")
    print("  {:10}{:>28}{:>28}{:>7}{:>26}{:>9}{:>22}  x floor".format(*head))
    for who, series in table.items():
        textbook = "-"
        if "textbook" in table:
            # Of one core: what it costs. With workers: how long it takes.
            ratio = wall_ratio if who == "workers" else cpu_ratio
            textbook = ratio(table["textbook"], series).shown(2)
        print(
            f"  {who:10}{series.per_core.shown():>28}{series.per_second.shown():>28}"
            f"{series.megabytes:>7.0f}{series.microseconds.shown(1):>26}{series.peak:>9.1f}"
            f"{textbook:>22}  {cpu_ratio(series, table['floor']).shown(1)}"
        )


def check(
    contest: Contest, bodies: Bodies, python: str, repetition: str, folder: Path
) -> list[str]:
    """Each record that was written, field by field; the same bytes with workers as without."""
    events = TEXTBOOK_MAX
    plan = contest.plan(bodies.page(repetition, events), 1)
    kept = {who: folder / who for who in ("ours", "workers", "textbook")}
    for who, path in kept.items():
        contest.run(who, python, plan, keep=path)
    found = differences(kept["ours"], event_lines(repetition, events))
    if not filecmp.cmp(kept["ours"], kept["workers"], shallow=False):
        found.append("workers wrote something else")
    expected = event_lines(repetition, events)
    found += [f"textbook: {one}" for one in differences(kept["textbook"], expected)]
    print(f"  {events:,} records field by field: {len(found)} differences", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
