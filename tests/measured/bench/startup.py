"""How long an app takes to start: the scheme, and a run until its first request and record.

splunkd waits for the scheme of each kind of input when it starts, and starts a run at each
interval. The steps of a run are those that others see: the pipe of its standard input, splunkd's
and Akamai's stand-ins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.measured.bench.contestants import BEFORE, INPUT
from tests.measured.bench.figures import Spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.measured.bench.contestants import Call, Contest
    from tests.measured.bench.measured import Measured

STARTS = 11
STEPS = {
    "stanza": "it reads its stanza",
    "first_call": "its first call reaches splunkd",
    "second_call": "it has the answer, and its next call reaches splunkd",
    "last_answer": "splunkd answers the last call before the request",
    "first_request": "its first request reaches Akamai",
    "first_record": "its first record is in the pipe",
}
_MIX, _PAGE = "few", 1_000


def startup(contest: Contest, python: str) -> dict[str, dict[str, list[float]]]:
    """Seconds by contestant. Both apps in turn, start after start."""
    apps = [who for who in contest.contestants if who in (INPUT, BEFORE)]
    plan = contest.plan(contest.bodies.page(_MIX, _PAGE), 1)
    found: dict[str, dict[str, list[float]]] = {who: {} for who in apps}
    for _ in range(STARTS):
        for who in apps:
            scheme = contest.scheme(who, python)
            contest.forget_calls(who)
            run = contest.run(who, python, plan)
            each = {
                "scheme_cpu": scheme.cpu,
                "scheme": scheme.wall,
                **steps(run, contest.calls(who, run)),
            }
            for name, seconds in each.items():
                found[who].setdefault(name, []).append(seconds)
    return {
        who: {name: Spread.of(values).as_list() for name, values in each.items()}
        for who, each in found.items()
    }


def steps(run: Measured, calls: Sequence[Call]) -> dict[str, float]:
    """Seconds of a run until each of `STEPS`. `calls`: of splunkd, in their order."""
    before = [call for call in calls if call.came < run.request]
    return {
        "stanza": run.taken,
        "first_call": before[0].came,
        "second_call": before[1].came,
        "last_answer": before[-1].answered,
        "first_request": run.request,
        "first_record": run.first,
    }
