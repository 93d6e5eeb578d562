"""How long an app takes to start: the scheme, and a run until its first request and record.

splunkd waits for the scheme of each kind of input when it starts, and starts a run at each
interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.measured.bench.contestants import BEFORE, INPUT
from tests.measured.bench.figures import Spread

if TYPE_CHECKING:
    from tests.measured.bench.contestants import Contest

STARTS = 11
_MIX, _PAGE = "few", 1_000


def startup(contest: Contest, python: str) -> dict[str, dict[str, list[float]]]:
    """Seconds by contestant. Both apps in turn, start after start."""
    apps = [who for who in contest.contestants if who in (INPUT, BEFORE)]
    plan = contest.plan(contest.bodies.page(_MIX, _PAGE), 1)
    found: dict[str, dict[str, list[float]]] = {who: {} for who in apps}
    for _ in range(STARTS):
        for who in apps:
            scheme = contest.scheme(who, python)
            run = contest.run(who, python, plan)
            each = {
                "scheme_cpu": scheme.cpu,
                "scheme": scheme.wall,
                "first_request": run.request,
                "first_record": run.first,
            }
            for name, seconds in each.items():
                found[who].setdefault(name, []).append(seconds)
    return {
        who: {name: Spread.of(values).as_list() for name, values in each.items()}
        for who, each in found.items()
    }
