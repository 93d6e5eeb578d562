"""Two members of a cluster on real clocks; the one that collects is killed: ROUNDS, SEED."""

from __future__ import annotations

import os
import random
import tempfile
import time
from pathlib import Path

from tests.product.end_to_end.cluster import Cluster
from tests.standins.akamai.multiset import find_marker

WITHIN = 120.0
"""Seconds after the owner's death in which another has to go on."""
INTERVAL = 60
EVENTS = 30_000
PIPE = 2_000_000
"""Bytes a second that splunkd's stand-ins read: a run takes half a minute."""


def main() -> bool:
    rounds = int(os.environ.get("ROUNDS", "2"))
    chance = random.Random(int(os.environ.get("SEED", "1")))
    waited = []
    with (
        tempfile.TemporaryDirectory(prefix="cluster-") as folder,
        Cluster(Path(folder), ("one", "two")) as cluster,
    ):
        for member in cluster.members.values():
            member.set_pipe(rate=PIPE)
        offered = load(cluster)
        cluster.set_up(interval=str(INTERVAL))
        for _ in range(rounds):
            cluster.captain.wait_until("a member collects", cluster.owner, 2 * INTERVAL + 60)
            time.sleep(chance.uniform(1, 8))
            waited.append(kill_owner(cluster))
            offered += load(cluster)
        for member in cluster.members.values():
            member.set_pipe(rate=0)
        seen: set[str | None] = set()
        deadline = time.monotonic() + 3 * INTERVAL
        while len(seen) < offered and time.monotonic() < deadline:
            time.sleep(1)
            seen = {
                find_marker(record["raw"].encode())
                for member in cluster.members.values()
                for record in member.records()
            }
    print(
        f"  owners killed {rounds}, another went on after "
        f"{', '.join(f'{seconds:.0f} s' for seconds in waited)} (at most {WITHIN:.0f}), "
        f"lost {offered - len(seen)}"
    )
    return len(seen) == offered and max(waited) <= WITHIN


def load(cluster: Cluster) -> int:
    cluster.akamai.load(EVENTS)
    return EVENTS


def kill_owner(cluster: Cluster) -> float:
    """Kill the member that collects, with its machine; seconds until the other has the lease."""
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
