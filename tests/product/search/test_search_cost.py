"""The patterns cost at most their bound, relative to those of 0.1.0 on the same source events.

Few events, so a rough figure; `make search-cost` prints the exact ones. Needs the repository's
history, which contains 0.1.0.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests import ROOT
from tests.measured.search_cost import versions
from tests.measured.search_cost.__main__ import BOUND, WAYS

ATTEMPTS = 3
"""Attempts: a busy machine may disturb one."""


def patterns(version: str) -> list[dict[str, float]]:
    """Number of events of each size; µs an event."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.measured.search_cost.measured", version],
        cwd=ROOT,
        env={**os.environ, "EVENTS": "40"},
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)["patterns"].values()
    return [{way: sum(cost[way] for cost in each.values()) for way in WAYS} for each in found]


def shares() -> list[float]:
    """By size and engine."""
    both = zip(patterns("before"), patterns("now"))
    return [now[way] / before[way] for before, now in both for way in WAYS]


@pytest.mark.skipif(versions.before() is None, reason="a source tree without its history")
def test_the_patterns_stay_within_their_bound() -> None:
    most = [bound for _ in range(3) for bound in BOUND]
    for _ in range(ATTEMPTS):
        measured = shares()
        if all(share <= bound for share, bound in zip(measured, most)):
            return
    pytest.fail(f"{measured}, and at most {most}")
