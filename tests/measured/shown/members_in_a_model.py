"""Every step of a run, every lag and every clock: the product's code in simulated time."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.oracles.models.model_cluster import (
    CASES,
    ERRORS,
    EVENTS,
    LAGS,
    TWICE_MAX,
    outcomes,
)


def main() -> bool:
    """One line for each case and lag. Different clocks must make no difference; if they do, it says
    so.
    """
    print(f"  simulated, {EVENTS} events in pages of about 40, a disturbance at each step:")
    good = True
    for case in CASES:
        for lag in LAGS:
            good &= show(case, lag)
    return good


def show(case: str, lag: float) -> bool:
    found = []
    for error in ERRORS:
        with tempfile.TemporaryDirectory() as folder:
            found.append(list(outcomes(Path(folder), case, lag, error)))
    every = [outcome for each in found for outcome in each]
    lost, wrong = sum(one.lost for one in every), sum(one.wrong for one in every)
    twice = [max(one.twice for one in each) for each in found]
    print(
        f"    {case}: lag {lag:g} s, clock {'/'.join(f'{error:+g}' for error in ERRORS)} s, "
        f"runs {len(every)}, lost {lost}, numbers backward {wrong}, "
        f"twice at most {'/'.join(map(str, twice))}",
        flush=True,
    )
    return lost == wrong == 0 and max(twice) <= (TWICE_MAX if "an owner" in case else 0)
