"""How long a backlog takes: alone and with two workers, who start once and go on for long."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tests.measured.bench.figures import Series, wall_ratio

if TYPE_CHECKING:
    from tests.measured.bench.bodies import Bodies
    from tests.measured.bench.contestants import Contest

_EVENTS, _PAGES = 10_000, 20


def backlog(
    contest: Contest, bodies: Bodies, python: str, repetition: str, rounds: int
) -> dict[str, object]:
    """Each contestant's runs, and how many times as fast the workers are by the clock."""
    body = bodies.page(repetition, _EVENTS)
    plan = contest.plan(body, _PAGES)
    runs: dict[str, list[Any]] = {"ours": [], "workers": []}
    for _ in range(rounds):
        for who, each in runs.items():
            each.append(contest.run(who, python, plan))
    series = {
        who: Series(_EVENTS * _PAGES, body.size * _PAGES, tuple(each)) for who, each in runs.items()
    }
    ratio = wall_ratio(series["ours"], series["workers"])
    peak = max(each.peak for each in series.values())
    print(
        f"  a backlog of {_EVENTS * _PAGES:,}: two workers {ratio.shown(2)} times as fast by the "
        f"clock, {series['workers'].per_second.shown()} events/s, {peak:.1f} MB at most",
        flush=True,
    )
    return {"faster": ratio.__dict__, **{who: asdict(each) for who, each in series.items()}}
