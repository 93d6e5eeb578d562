"""Two members and a disturbance at one step of a run, for every step: what is lost or duplicated.

It uses the models' time, so a case takes milliseconds.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from ta_akamai_siem.settings import Account, InputSettings
from tests.oracles.models.model_akamai import Clock, ModelAkamai
from tests.oracles.models.model_run import Member, went_backward, without_threads
from tests.oracles.models.model_splunk import Captain, Fate, Killed, ModelKv, ModelSplunkd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAGS = (0.0, 2.0, 15.0)
ERRORS = (-90.0, 0.0, 90.0)
NAP = 62.0
"""Seconds for which a migrated machine is suspended."""
EVENTS = 640
LIMIT = 40
INTERVAL = 60.0
_STEP = 1.5
"""Seconds from one step of a run to the next; a page has about five."""
TWICE_MAX = 300
"""Events that an owner writes in the half minute before its last save, and the two pages around it.
"""
_ROUNDS = 8
_SETTINGS = InputSettings(
    "first", Account("main", "192.0.2.7", "t", "s", "a"), (1,), 3600, LIMIT, None
)


class Outcome(NamedTuple):
    """The result of one case. `twice`: number of duplicated events. `wrong`: numbers that decreased
    or were used again. `met`: whether the run was long enough for the step.
    """

    lost: int
    twice: int
    wrong: int
    met: bool


@dataclass
class _Disturbed(Fate):
    """Time passes; at one step something happens."""

    clock: Clock | None = None
    happens: Callable[[], None] = lambda: None
    met: bool = False

    def step(self) -> None:
        if self.clock is not None:
            self.clock.now += _STEP
        self.steps -= 1
        if self.steps == 0:
            self.met = True
            self.happens()


class Cluster:
    """`a` has a correct clock; the clock of `b` is wrong by `error` seconds. Both read old
    copies.
    """

    def __init__(self, folder: Path, lag: float, error: float) -> None:
        self.clock = Clock()
        self.akamai = ModelAkamai(self.clock, random.Random(1))
        captain = Captain()
        self.a, self.b = (
            Member(
                ModelSplunkd(name, self.clock, started=self.clock.now + off - 5000),
                ModelKv(captain, self.clock, lag),
                self.akamai,
                self.clock,
                folder,
                off,
                is_clustered=True,
            )
            for name, off in (("A", 0.0), ("B", error))
        )
        for path in folder.iterdir():
            path.unlink()
        for _ in range(EVENTS // 8):
            self.akamai.store(8)
            self.clock.now += 10
        self.clock.now += 30

    def run(self, member: Member, fate: Fate | None = None) -> str:
        return member.run(_SETTINGS, fate or _Disturbed(clock=self.clock))

    def outcome(self, *, met: bool = True) -> Outcome:
        """The result after some more runs of both."""
        for _ in range(_ROUNDS):
            for member in (self.b, self.a):
                self.run(member)
                self.clock.now += INTERVAL / 2
        seen: Counter[int] = Counter()
        for splunkd in (self.a.splunkd, self.b.splunkd):
            splunkd.stop()
            seen.update(json.loads(record)["n"] for record in splunkd.stored.elements())
        lost = EVENTS - len(seen)
        twice = sum(seen.values()) - len(seen)
        return Outcome(lost, twice, len(went_backward(self.a.kv, self.akamai)), met)


def a_nap(folder: Path, lag: float, error: float, step: int, looks: tuple[float, ...]) -> Outcome:
    """The owner is suspended at that step. `looks`: times of the other's runs, in seconds after
    it.
    """
    cluster = Cluster(folder, lag, error)

    def asleep() -> None:
        began = cluster.clock.now
        for look in looks:
            cluster.clock.now = max(cluster.clock.now, began + look)
            cluster.run(cluster.b)
        cluster.clock.now = max(cluster.clock.now, began + NAP)

    fate = _Disturbed(step, cluster.clock, asleep)
    cluster.run(cluster.a, fate)
    return cluster.outcome(met=fate.met)


def a_death(folder: Path, lag: float, error: float, step: int, _: object) -> Outcome:
    """The owner's machine fails at that step, with what its splunkd had not stored yet."""
    cluster = Cluster(folder, lag, error)

    def dies() -> None:
        raise Killed

    fate = _Disturbed(step, cluster.clock, dies)
    cluster.run(cluster.a, fate)
    splunkd = cluster.a.splunkd
    if fate.met:
        splunkd.crash()
        for _ in range(4):
            cluster.clock.now += INTERVAL
            cluster.run(cluster.b)
        splunkd.started = cluster.a.now()
    return cluster.outcome(met=fate.met)


def a_lost_answer(folder: Path, lag: float, error: float, step: int, _: object) -> Outcome:
    """The write of that number is done, and its response is lost; the other runs right after."""
    cluster = Cluster(folder, lag, error)
    trouble = [""] * (step - 1) + ["after"]
    cluster.a.kv.trouble = trouble
    cluster.run(cluster.a)
    met = not trouble
    trouble.clear()
    return cluster.outcome(met=met)


def a_release(folder: Path, lag: float, error: float, step: int, _: object) -> Outcome:
    """The run has ended; both run again a moment later, one of them first."""
    cluster = Cluster(folder, lag, error)
    cluster.run(cluster.a)
    cluster.clock.now += step * 0.5
    first, second = (cluster.a, cluster.b) if step % 2 else (cluster.b, cluster.a)
    for member in (first, second, first):
        cluster.run(member)
    return cluster.outcome(met=step < 2 * max(LAGS) + 4)


CASES: dict[str, tuple[Any, Any]] = {
    "an owner stands still, the other runs once": (a_nap, (1.0,)),
    "an owner stands still, the other runs every 60 s": (a_nap, (0.5, 60.5)),
    "an owner stands still, the other runs every 15 s": (a_nap, (0.2, 15.2, 46.0, 61.0)),
    "an owner's machine dies": (a_death, None),
    "a save, and its answer is lost": (a_lost_answer, None),
    "a release, and a reader that lags": (a_release, None),
}


def outcomes(
    folder: Path, case: str, lag: float, error: float, *, first: int = 1, every: int = 1
) -> Iterator[Outcome]:
    """One case for each step, or for some of them."""
    happens, how = CASES[case]
    with without_threads():
        for step in count(first, every):
            outcome = happens(folder, lag, error, step, how)
            if not outcome.met:
                return
            yield outcome
