"""Random disturbances at random steps of three members' runs, in model time: SECONDS, SEED.

Nothing is met one at a time: a member stands still while another, that has taken over, stands still
as well; copies of the KV store become older and younger between two reads; answers are lost in a
row; clocks jump; machines die at any moment, also right after a run. What docs/delivery.md does not
cover does not happen: a nap or a copy of 15 minutes.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from ta_akamai_siem.settings import Account, InputSettings
from tests.oracles.models.model_akamai import Clock, ModelAkamai
from tests.oracles.models.model_run import Member, went_backward, without_threads
from tests.oracles.models.model_splunk import Captain, Fate, Killed, ModelKv, ModelSplunkd

LIMIT = 40
BATCH = 8
INTERVAL = 30.0
NAPS = (3.0, 20.0, 44.0, 46.0, 62.0, 90.0, 300.0, 600.0)
ASLEEP_MAX = 700.0
"""Seconds: with the oldest copy it is less than 15 minutes."""
LAGS = (0.0, 0.0, 0.5, 2.0, 15.0, 60.0, 180.0)
CLOCKS = (0.0, -30.0, 30.0, -90.0, 90.0)
STEPS = (0.05, 0.5, 1.5)
"""Seconds from one step of a run to the next."""
SHARE = 0.03
"""Of the steps at which something happens."""
CRASHES_AFTER = 0.1
"""Share of the runs right after which their machine dies."""
_SETTINGS = InputSettings(
    "first", Account("main", "192.0.2.7", "t", "s", "a"), (1,), 3600, LIMIT, None
)


class Chaos(Fate):
    """The steps of one run of a member."""

    def __init__(self, attack: Attack, member: Member) -> None:
        super().__init__()
        self._attack, self._member = attack, member

    def step(self) -> None:
        self._attack.step(self._member)


class Attack:
    """One chain of chances. `happened`: how often what did."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = random.Random(seed)
        self.clock = Clock()
        self.akamai = ModelAkamai(self.clock, self.chance)
        self.happened: Counter[str] = Counter()
        self._captain = Captain()
        self._left = self.chance.randint(1, 12)
        self._running: list[Member] = []
        self._quiet = False
        self._naps: list[float] = []
        self.members = [
            Member(
                ModelSplunkd(name, self.clock, started=self.clock.now - 5000),
                ModelKv(self._captain, self.clock, self.chance.choice(LAGS)),
                self.akamai,
                self.clock,
                folder,
                self.chance.choice(CLOCKS),
                is_clustered=True,
            )
            for name in "ABC"
        ]

    def run(self) -> tuple[int, int, int]:
        """Lost, twice, numbers that went backward or were given twice."""
        for _ in range(self.chance.randint(8, 30)):
            self._store()
        self.clock.now += 30
        for _ in range(self.chance.randint(3, 10)):
            member = self.chance.choice(self.members)
            self._start(member)
            self._store()
            self.clock.now += self.chance.uniform(0.0, 2.0)
            if self.chance.random() < CRASHES_AFTER:
                self._restart(member)
            self.clock.now += self.chance.uniform(0.0, 2 * INTERVAL)
        self._quiet = True
        for member in self.members:
            member.kv.lag, member.error = 0.0, 0.0
            member.kv.trouble.clear()
        self.clock.now += 120
        for _ in range(8):
            for member in self.members:
                self._start(member)
                self.clock.now += INTERVAL
        seen: Counter[int] = Counter()
        for member in self.members:
            member.splunkd.stop()
            seen.update(json.loads(record)["n"] for record in member.splunkd.stored.elements())
        wrong = went_backward(self.members[0].kv, self.akamai)
        return len(self.akamai.events) - len(seen), sum(seen.values()) - len(seen), len(wrong)

    def step(self, member: Member) -> None:
        """Of that member's run."""
        self.clock.now += self.chance.choice(STEPS)
        if self._quiet or not self._left or self.chance.random() >= SHARE:
            return
        self._left -= 1
        what = self.chance.choice((self._nap, self._nap, self._kill, self._crash, self._change))
        what(member)

    def _store(self) -> None:
        self.akamai.store(BATCH)
        self.clock.now += 10

    def _start(self, member: Member) -> None:
        if member in self._running:
            return
        self._running.append(member)
        try:
            member.run(_SETTINGS, Chaos(self, member))
        finally:
            self._running.remove(member)

    def _nap(self, _: Member) -> None:
        """The member stands still; others run meanwhile, and may stand still themselves."""
        began, seconds = self.clock.now, self.chance.choice(NAPS)
        if began + seconds > self._asleep_since() + ASLEEP_MAX:
            return
        self.happened["naps"] += 1
        self._naps.append(began)
        for at in sorted(self.chance.uniform(0, seconds) for _ in range(self.chance.randint(0, 8))):
            self.clock.now = max(self.clock.now, began + at)
            if self.chance.random() < 0.3:
                self._store()
            self._start(self.chance.choice(self.members))
        self.clock.now = max(self.clock.now, began + seconds)
        self._naps.pop()

    def _asleep_since(self) -> float:
        """Since when somebody stands still."""
        return min(self._naps, default=self.clock.now)

    def _kill(self, _: Member) -> None:
        self.happened["kills"] += 1
        raise Killed

    def _crash(self, member: Member) -> None:
        """Its machine dies, with what its splunkd has not stored, and is back some time later."""
        self._restart(member)
        raise Killed

    def _restart(self, member: Member) -> None:
        self.happened["crashes"] += 1
        member.splunkd.crash()
        member.splunkd.started = member.now()

    def _change(self, _: Member) -> None:
        member = self.chance.choice(self.members)
        what = self.chance.choice(("lag", "clock", "answers"))
        self.happened[what] += 1
        if what == "lag":
            member.kv.lag = self.chance.choice(LAGS)
        elif what == "clock":
            member.error = self.chance.choice(CLOCKS)
        else:
            faults = ("before", "after", "")
            member.kv.trouble[:] = self.chance.choices(faults, k=self.chance.randint(1, 6))


def main() -> bool:
    seconds = float(os.environ.get("SECONDS", "60"))
    first = int(os.environ.get("SEED", "1"))
    end = time.monotonic() + seconds
    happened: Counter[str] = Counter()
    broken: list[tuple[int, int, int, int]] = []
    chains, events, most = 0, 0, 0
    with without_threads():
        while time.monotonic() < end:
            with tempfile.TemporaryDirectory() as folder:
                attack = Attack(first + chains, Path(folder))
                lost, twice, wrong = attack.run()
            if lost or wrong:
                broken.append((first + chains, lost, twice, wrong))
            chains += 1
            events += len(attack.akamai.events)
            most = max(most, twice)
            happened += attack.happened
    told = ", ".join(f"{what} {count:,}" for what, count in sorted(happened.items()))
    print(
        f"  {chains:,} chains, {events:,} events, {told}; lost or backward in {len(broken)} chains "
        f"{broken[:5] or ''}, twice at most {most} in one",
        flush=True,
    )
    return not broken
