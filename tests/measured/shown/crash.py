"""splunkd dies at every step of a run of an input that is caught up, and after it: in model time.

A run a minute, 1,000 events a second, pages of 40,000; the model has a twentieth of all of them.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from ta_akamai_siem.settings import Account, InputSettings
from tests.oracles.models.model_akamai import Clock, ModelAkamai
from tests.oracles.models.model_run import Member, without_threads
from tests.oracles.models.model_splunk import Captain, Fate, ModelKv, ModelSplunkd

SCALE = 20
RATE = 1_000 // SCALE
LIMIT = 40_000 // SCALE
INTERVAL = 60
STEP = 0.1
"""Seconds from one step of a run to the next."""
RUNS = 4
"""Before the one in which splunkd dies."""
SECONDS_MAX = 2 * INTERVAL + 10.0
"""Of Akamai's time that may come twice: the last run or two, and what they took."""
_SETTINGS = InputSettings(
    "first", Account("main", "192.0.2.7", "t", "s", "a"), (1,), 0, LIMIT, None
)


class Passing(Fate):
    """Time goes by with each step, and events are stored."""

    def __init__(self, world: World, steps: int = -1) -> None:
        super().__init__(steps)
        self._world = world

    def step(self) -> None:
        self._world.pass_by(STEP)
        super().step()


class World:
    """One input on one host."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.akamai = ModelAkamai(self.clock, random.Random(1))
        splunkd = ModelSplunkd("A", self.clock, started=self.clock.now - 5000)
        kv = ModelKv(Captain(), self.clock)
        self.member = Member(splunkd, kv, self.akamai, self.clock, folder)
        self._due = 0.0

    def pass_by(self, seconds: float) -> None:
        self.clock.now += seconds
        self._due += seconds * RATE
        whole = int(self._due)
        self._due -= whole
        self.akamai.store(whole)

    def run(self, steps: int = -1) -> str:
        """A run of a minute. `steps`: until splunkd dies; -1: it lives."""
        began = self.clock.now
        ended = self.member.run(_SETTINGS, Passing(self, steps))
        if steps < 0:
            self.pass_by(max(0.0, began + INTERVAL - self.clock.now))
        return ended

    def crash(self, *, stored: bool) -> None:
        """`stored`: splunkd's queues were empty, so that all comes twice and nothing is lost."""
        if stored:
            self.member.splunkd.stop()
        self.member.splunkd.crash()
        self.pass_by(20)
        self.member.splunkd.started = self.member.now()


class Seen(NamedTuple):
    lost: int
    twice: int
    met: bool


def crashed(steps: int, *, stored: bool) -> Seen:
    """`steps`: of the last run; 0: right after it."""
    with tempfile.TemporaryDirectory() as folder, without_threads():
        world = World(Path(folder))
        world.run()
        for _ in range(RUNS):
            world.run()
        if steps:
            met = world.run(steps) == "killed"
        else:
            world.member.run(_SETTINGS, Passing(world))
            met = True
        world.crash(stored=stored)
        for _ in range(3):
            world.run()
        world.member.splunkd.stop()
        seen = Counter(json.loads(record)["n"] for record in world.member.splunkd.stored.elements())
        # From now on: what was stored before the first run is not collected.
        wanted = range(min(seen), max(seen) + 1)
        return Seen(len(wanted) - len(seen), sum(seen.values()) - len(seen), met)


def main() -> bool:
    kept = True
    for stored in (True, False):
        after = crashed(0, stored=stored)
        found, steps = [after], 1
        while (outcome := crashed(steps, stored=stored)).met:
            found.append(outcome)
            steps += 1
        lost, most = sum(each.lost for each in found), max(each.twice for each in found)
        print(
            f"  queues {'empty' if stored else 'full'}, splunkd dies at {steps - 1} steps and "
            f"after a run: lost {lost * SCALE}, twice at most {most * SCALE:,} events, which are "
            f"{most / RATE:.0f} s of them (at most {SECONDS_MAX:.0f}); "
            f"after a run {after.twice / RATE:.0f} s",
            flush=True,
        )
        kept &= lost == 0 and most / RATE <= SECONDS_MAX
    return kept
