"""Two members whose clocks and copies differ, and an owner that fails or is suspended: ROUNDS,
SEED.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.measured.shown import members_in_a_model
from tests.product.end_to_end.cluster import Cluster
from tests.product.end_to_end.site import STANZA
from tests.standins.akamai.multiset import find_marker

WITHIN = 2 * 60 + 45.0
"""Seconds after the owner's failure within which another must continue: two intervals and 45 s."""
INTERVAL = 60
EVENTS = 30_000
PIPE = 2_000_000
"""Bytes a second that the Splunk stand-ins read, so that a run takes half a minute."""
PATIENCE = 900.0
"""Seconds that one run may take: the host may be busy with other programs."""
MEMBER = "--server-role=shc_member"
NAP = 62.0
LOOKS = 14.0
"""Seconds between two runs of the member that is not suspended."""
SLEEPERS = ((0, 90), (2, 0), (15, -90))
"""Lag of both members' copies, and the error of the clock of the second member; seconds."""


class Seen(NamedTuple):
    lost: int
    twice: int


def main() -> bool:
    chance = random.Random(int(os.environ.get("SEED", "1")))
    good = members_in_a_model.main()
    print("  real processes:", flush=True)
    for lag, error in SLEEPERS:
        good &= stand_still(lag, error, chance)
    return kill(int(os.environ.get("ROUNDS", "2")), chance) and good


def stand_still(lag: int, error: int, chance: random.Random) -> bool:
    """The owner's process is stopped for 62 s while it writes; the other runs every 14 s."""
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        options = ("--manual", MEMBER, f"--kvstore-lag={lag}")
        clock = clock_options(Path(folder), error)
        with Cluster(Path(folder), ("one", "two"), *options, two=clock) as cluster:
            one, two = cluster.members.values()
            # Akamai withholds the newest events for some seconds.
            load(cluster, ago=10)
            cluster.set_up(limit="10000")
            one.set_pipe(rate=PIPE)
            number = one.start_run(STANZA)
            one.wait_until("it writes", lambda: one.runs(STANZA)[-1]["records"], 180)
            time.sleep(chance.uniform(0.0, 15.0))
            one.signal(STANZA, "STOP")
            end = time.monotonic() + NAP
            numbers = []
            while time.monotonic() < end:
                two.run(STANZA, PATIENCE)
                numbers.append(cluster.newest()["number"])
                time.sleep(max(0.0, min(LOOKS, end - time.monotonic())))
            one.signal(STANZA, "CONT")
            one.set_pipe(rate=0)
            ended = one.wait_run(STANZA, number, PATIENCE)
            for _ in range(4):
                time.sleep(lag + 1)
                for member in (two, one):
                    member.run(STANZA, PATIENCE)
                    numbers.append(cluster.newest()["number"])
            seen = arrived(cluster)
            taken_over = "result=lease.lost" in cluster.log_text("one")
    forward = numbers == sorted(numbers)
    print(
        f"    an owner stands still for {NAP:.0f} s: lag {lag} s, the other's clock {error:+} s "
        f"off, taken over {'yes' if taken_over else 'no'}, "
        f"exit code {ended['exit_code']}, lost {seen.lost}, twice {seen.twice}, "
        f"numbers {'only forward' if forward else numbers}",
        flush=True,
    )
    return seen.lost == 0 and forward and ended["exit_code"] == 0


def clock_options(folder: Path, error: int) -> tuple[str, ...]:
    """Environment in which the add-on's processes see a time that is wrong by `error` seconds."""
    path = folder / "clock"
    path.mkdir()
    (path / "sitecustomize.py").write_text(
        f"import time\n_true = time.time\ntime.time = lambda: _true() + {error}\n",
        encoding="utf-8",
    )
    return (f"--python-path={path}",)


def kill(rounds: int, chance: random.Random) -> bool:
    """The machine of the collecting member fails; runs start by schedule."""
    waited = []
    with (
        tempfile.TemporaryDirectory(prefix="cluster-") as folder,
        Cluster(Path(folder), ("one", "two"), MEMBER, "--kvstore-lag=2") as cluster,
    ):
        for member in cluster.members.values():
            member.set_pipe(rate=PIPE)
        load(cluster)
        cluster.set_up(interval=str(INTERVAL))
        for _ in range(rounds):
            cluster.captain.wait_until("a member collects", cluster.owner, 2 * INTERVAL + 60)
            time.sleep(chance.uniform(1, 8))
            waited.append(kill_owner(cluster))
            load(cluster)
        for member in cluster.members.values():
            member.set_pipe(rate=0)
        offered = (rounds + 1) * EVENTS
        deadline = time.monotonic() + 4 * INTERVAL
        while (seen := arrived(cluster, offered)).lost and time.monotonic() < deadline:
            time.sleep(1)
    print(
        f"    owners killed {rounds}, another went on after "
        f"{', '.join(f'{seconds:.0f} s' for seconds in waited)} (at most {WITHIN:.0f}), "
        f"lost {seen.lost}, twice {seen.twice}",
        flush=True,
    )
    return seen.lost == 0 and max(waited) <= WITHIN


def arrived(cluster: Cluster, offered: int = EVENTS) -> Seen:
    seen = Counter(
        find_marker(record["raw"].encode())
        for member in cluster.members.values()
        for record in member.records()
    )
    return Seen(offered - len(seen), sum(seen.values()) - len(seen))


def load(cluster: Cluster, ago: float = 0) -> None:
    cluster.akamai.load(EVENTS, stored_at=cluster.akamai.now() - ago)


def kill_owner(cluster: Cluster) -> float:
    """Kill the collecting member with its machine; return seconds until the other has the lease."""
    victim = cluster.owner()
    while not victim:
        victim = cluster.owner()
    other = next(name for name in cluster.members if name != victim)
    cluster.members[victim].kill()
    cluster.members[victim].end_orphans()
    began = time.monotonic()
    cluster.captain.wait_until("the other collects", lambda: cluster.owner() == other, 2 * WITHIN)
    waited = time.monotonic() - began
    cluster.members[victim].start()
    cluster.members[victim].set_pipe(rate=PIPE)
    return waited
