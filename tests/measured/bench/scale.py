"""How cost grows with the page's size, with workers and with several inputs, for the events that
customers have.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.measured.bench.contestants import INPUT, WORKERS
from tests.measured.bench.figures import Spread

if TYPE_CHECKING:
    from tests.measured.bench.contestants import Contest
    from tests.measured.bench.measured import Measured

MIX = "few"
SIZES = {1_000: 20, 10_000: 5, 100_000: 1, 600_000: 1}
"""Events of a page, and the number of pages of a run."""
_LARGE = 100_000
"""Pages of this size or larger take long enough to be measured once."""
BACKLOG = (10_000, 20)
INPUTS = (1, 2, 4, 8)
_SHARED = (10_000, 2)


def sizes(contest: Contest, python: str, rounds: int) -> dict[str, object]:
    """By the page's size, with and without workers: events a second by the clock, and memory."""
    return {
        str(events): _both(contest, python, (events, pages), 1 if events > _LARGE else rounds)
        for events, pages in SIZES.items()
    }


def backlog(contest: Contest, python: str, rounds: int) -> dict[str, object]:
    """The same for many pages: workers start once and continue."""
    return _both(contest, python, BACKLOG, rounds)


def _both(
    contest: Contest, python: str, collected: tuple[int, int], rounds: int
) -> dict[str, object]:
    events, pages = collected
    plan = contest.plan(contest.bodies.page(MIX, events), pages)
    runs: dict[str, list[Measured]] = {INPUT: [], WORKERS: []}
    for _ in range(rounds):
        for who, each in runs.items():
            each.append(contest.run(who, python, plan))
    total = events * pages
    found: dict[str, object] = {
        who: {
            "per_second": Spread.of([total / run.wall for run in each]).as_list(),
            "cpu": Spread.of([run.cpu / total * 1e6 for run in each]).as_list(),
            "beside": Spread.of(
                [(run.server + run.reader) / total * 1e6 for run in each]
            ).as_list(),
            "peak": max(run.peak for run in each) / (1 << 20),
        }
        for who, each in runs.items()
    }
    faster = [alone.wall / both.wall for alone, both in zip(runs[INPUT], runs[WORKERS])]
    found["faster"] = Spread.of(faster).as_list()
    return found


def inputs_at_once(contest: Contest, python: str, rounds: int) -> dict[str, object]:
    """By the number of inputs: events a second of all together, and the slowest one's share.

    The share is relative to the fastest one's rate.
    """
    events, pages = _SHARED
    plan = contest.plan(contest.bodies.page(MIX, events), pages)
    totals: dict[int, list[float]] = {number: [] for number in INPUTS}
    shares: dict[int, list[float]] = {number: [] for number in INPUTS}
    for _ in range(rounds):
        for number in INPUTS:
            began = time.monotonic()
            with ThreadPoolExecutor(number) as pool:
                runs = list(pool.map(lambda _: contest.run(INPUT, python, plan), range(number)))
            totals[number].append(number * events * pages / (time.monotonic() - began))
            walls = [run.wall for run in runs]
            shares[number].append(min(walls) / max(walls))
    return {
        str(number): {
            "per_second": Spread.of(totals[number]).as_list(),
            "slowest": Spread.of(shares[number]).as_list(),
        }
        for number in INPUTS
    }
