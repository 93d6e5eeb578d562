"""The cost of an event for each contestant, round by round, without start-up."""

from __future__ import annotations

import json
from statistics import median
from typing import TYPE_CHECKING

from tests.measured.bench.contestants import BEFORE, INPUT, TEXTBOOKS
from tests.measured.bench.figures import Spread
from tests.measured.bench.stages import START, by_stage

if TYPE_CHECKING:
    from tests.measured.bench.contestants import Contest
    from tests.measured.bench.measured import Measured

PAGE = 10_000
_PAGES = {"least": 3, "same": 2, "floor": 20, INPUT: 20, BEFORE: 20}
"""Number of pages: enough to separate the cost of an event from start-up."""
_SAMPLED = 100_000


def costs(contest: Contest, python: str, mixes: list[str], rounds: int) -> dict[str, object]:
    """Costs by mix, and start-ups. All run in turn, in both directions, round after round."""
    everybody = contest.contestants
    starts: dict[str, list[float]] = {who: [] for who in everybody}
    runs: dict[str, dict[str, list[Measured]]] = {
        mix: {who: [] for who in everybody} for mix in mixes
    }
    for number in range(rounds):
        for mix in mixes:
            body = contest.bodies.page(mix, PAGE)
            for who in everybody if number % 2 else reversed(everybody):
                empty = contest.run(who, python, contest.plan(body, 0))
                starts[who].append(empty.cpu)
                run = contest.run(who, python, contest.plan(body, _PAGES[who]))
                runs[mix][who].append(run)
    start = {who: median(each) for who, each in starts.items()}
    return {
        "start": {who: Spread.of(each).as_list() for who, each in starts.items()},
        "mixes": {mix: _of_mix(each, start) for mix, each in runs.items()},
    }


def _of_mix(runs: dict[str, list[Measured]], start: dict[str, float]) -> dict[str, object]:
    """Microseconds per event.

    `ratio`: a textbook's cost relative to the input's, and the input's relative to any other's.
    """
    cpu = {
        who: [(run.cpu - start[who]) / _events(who) * 1e6 for run in each]
        for who, each in runs.items()
    }
    found: dict[str, object] = {}
    for who, each in runs.items():
        slower, faster = (who, INPUT) if who in TEXTBOOKS else (INPUT, who)
        ratios = [one / other for one, other in zip(cpu[slower], cpu[faster])]
        per_event = 1e6 / _events(who)
        found[who] = {
            "cpu": Spread.of(cpu[who]).as_list(),
            "ratio": Spread.of(ratios).as_list(),
            "wall": Spread.of([run.wall * per_event for run in each]).as_list(),
            "server": Spread.of([run.server * per_event for run in each]).as_list(),
            "reader": Spread.of([run.reader * per_event for run in each]).as_list(),
            "peak": max(run.peak for run in each) / (1 << 20),
        }
    return found


def _events(who: str) -> int:
    return PAGE * _PAGES[who]


def stages(contest: Contest, python: str, mix: str, rounds: int) -> dict[str, dict[str, float]]:
    """Microseconds per event by stage, of the input and of the earlier version; START in seconds.

    A single page, so that no page is fetched while another is written, and each sample belongs to
    one thread.
    """
    plan = contest.plan(contest.bodies.page(mix, _SAMPLED), 1, more=False)
    apps = [who for who in contest.contestants if who in (INPUT, BEFORE)]
    found: dict[str, list[dict[str, float]]] = {who: [] for who in apps}
    report = contest.folder / "samples.json"
    for _ in range(rounds):
        for who in apps:
            run = contest.run(who, python, plan, samples=report)
            shares = by_stage(json.loads(report.read_text(encoding="utf-8")))
            each = {stage: share * run.cpu / _SAMPLED * 1e6 for stage, share in shares.items()}
            each[START] = shares[START] * run.cpu
            found[who].append(each)
    return {
        who: {stage: median(one[stage] for one in each) for stage in each[0]}
        for who, each in found.items()
    }
