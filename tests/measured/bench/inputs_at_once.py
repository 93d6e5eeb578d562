"""How several inputs share a host: all of them at once, and whether one is starved."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.measured.bench.figures import Spread

if TYPE_CHECKING:
    from tests.measured.bench.bodies import Bodies
    from tests.measured.bench.contestants import Contest

INPUTS = (1, 2, 4, 8)
_EVENTS, _PAGES = 10_000, 2


def inputs_at_once(
    contest: Contest, bodies: Bodies, python: str, rounds: int
) -> dict[int, dict[str, object]]:
    """By the number of inputs: events a second of all together, and the slowest's share.

    The share is that of the fastest one's rate.
    """
    plan = contest.plan(bodies.page("usual", _EVENTS), _PAGES)
    totals: dict[int, list[float]] = {count: [] for count in INPUTS}
    shares: dict[int, list[float]] = {count: [] for count in INPUTS}
    for _ in range(rounds):
        for count in INPUTS:
            began = time.monotonic()
            with ThreadPoolExecutor(count) as pool:
                runs = list(pool.map(lambda _: contest.run("ours", python, plan), range(count)))
            totals[count].append(count * _EVENTS * _PAGES / (time.monotonic() - began))
            walls = [run.wall for run in runs]
            shares[count].append(min(walls) / max(walls))
    print("\ninputs at once: events/s of all together, slowest in per cent of the fastest")
    found: dict[int, dict[str, object]] = {}
    for count in INPUTS:
        total, share = Spread.of(totals[count]), Spread.of(shares[count])
        found[count] = {"events_per_second": total.__dict__, "slowest_share": share.__dict__}
        print(f"  {count}: {total.shown():>28}  {share.median:.0%} ({share.least:.0%} at least)")
    return found
