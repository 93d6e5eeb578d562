"""What `drop` and `leave_out` cost or save: the input with and without them, in turn.

Also, without Akamai: what each of them leaves to be indexed of the same events.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from tests.measured.bench.contestants import INPUT
from tests.measured.bench.figures import Spread
from tests.measured.bench.mixes import MIXES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.measured.bench.contestants import Contest

PAGE, PAGES = 10_000, 10
KEPT = """action=monitor tag=NONE/*
action=alert policy=none path=/none*
host=none.example.com NOT rule=600001 sample=100
client=2001:db8::/32 country=ZZ
deciding_rule=none* action=alert
deciding_tag=NONE/* action=deny
user_risk>=100.5
status=599 method=TRACE
path=/none/*/none config=1
asn=1 api=none"""
"""Ten rules that drop none of the events."""
DROPPED = """action=deny* sample=10
action=abort sample=10
action=tarpit sample=10
action=*challenge* sample=10
action=alert sample=10
tag=AKAMAI/BOT/* sample=10
path=/api/* sample=10
country=D* sample=10
user_risk>50 sample=10
sample=10"""
"""Ten rules that drop nine of ten events. One that was mitigated is dropped by its action only."""
SELECTIONS = {
    "nothing": {},
    "ten rules that drop nothing": {"drop": KEPT},
    "ten rules that drop 90 %": {"drop": DROPPED},
    "response_headers;cookies;sensor_data": {"leave_out": "response_headers;cookies;sensor_data"},
}

ALIKE = ("nothing", "ten rules that drop nothing")
TURNS = 3
"""How often these two run in a round: a single ratio of them is good for 3 % only."""


def selections(contest: Contest, python: str, rounds: int) -> dict[str, object]:
    """CPU in microseconds per event that Akamai sent, without start-up, and relative to the input
    without any. Start-up is measured with the same settings.
    """
    return {mix: _of_mix(contest, python, mix, rounds) for mix in MIXES}


def _of_mix(contest: Contest, python: str, mix: str, rounds: int) -> dict[str, object]:
    body = contest.bodies.page(mix, PAGE)
    cpu: dict[str, list[float]] = {name: [] for name in SELECTIONS}
    start: dict[str, list[float]] = {name: [] for name in SELECTIONS}
    for number in range(rounds):
        names = [*ALIKE * TURNS, *(name for name in SELECTIONS if name not in ALIKE)]
        for name in names if number % 2 else reversed(names):
            for pages, found in ((0, start), (PAGES, cpu)):
                plan = contest.plan(body, pages)
                run = contest.run(INPUT, python, plan, parameters=SELECTIONS[name])
                found[name].append(run.cpu)
    each = {
        name: [(one - median(start[name])) / (PAGE * PAGES) * 1e6 for one in runs]
        for name, runs in cpu.items()
    }
    return {
        name: {
            "cpu": Spread.of(found).as_list(),
            "ratio": Spread.of(_ratios(found, each["nothing"])).as_list(),
        }
        for name, found in each.items()
    }


def _ratios(found: Sequence[float], without: Sequence[float]) -> list[float]:
    """Each to one of its round."""
    return [a / b for a, b in zip(found, without[:: len(without) // len(found)])]
