"""Random `kill -9` while 200,000 events are collected: KILLS, SEED."""

from __future__ import annotations

import os
import random
import tempfile
import time
from pathlib import Path

from tests.end_to_end.site import STANZA, Site
from tests.shown.arrivals import Arrivals, committed

EVENTS = 200_000
PER_KILL = 2_000
"""Events that may come twice for each kill, where Akamai keeps the order."""
PAGE = 10_000
PIPE = 8_000_000
"""Bytes a second that splunkd's stand-in reads, so that a kill by the clock strikes anywhere."""


def main() -> bool:
    kills = int(os.environ.get("KILLS", "200"))
    seed = int(os.environ.get("SEED", "1"))
    print(f"kills {kills}, events {EVENTS:,}, seed {seed}")
    same = run(kills, seed, reorder=False)
    other = run(max(1, kills // 10), seed + 1, reorder=True)
    return same and other


def run(kills: int, seed: int, *, reorder: bool) -> bool:
    """`reorder`: a page that is asked for again comes in another order."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="kills-") as folder, Site(Path(folder)) as site:
        site.akamai.set(reorder_replays=reorder)
        site.load(EVENTS)
        site.set_up(limit=str(PAGE))
        site.splunk.set_pipe(rate=PIPE)
        arrivals = Arrivals(site)
        done, largest, runs = 0, 0, 0
        while done < kills and arrivals.distinct < EVENTS:
            runs += 1
            done += kill_once(site, chance, EVENTS // kills)
            committed(site)
            largest = max(largest, arrivals.update())
        site.splunk.set_pipe(rate=0)
        end = site.run()
        committed(site)
        largest = max(largest, arrivals.update())
        complete = arrivals.misses_nothing()
    bound = done * (PAGE if reorder else PER_KILL)
    lost = EVENTS - arrivals.distinct
    print(
        f"  {'another' if reorder else 'the same'} order: runs {runs}, killed {done}, "
        f"lost {lost}, twice {arrivals.repeated} (at most {bound}), after one kill at most "
        f"{largest}, last run's exit code {end['exit_code']}"
    )
    return (
        complete
        and lost == 0
        and end["exit_code"] == 0
        and arrivals.repeated <= bound
        and largest <= (PAGE if reorder else PER_KILL)
    )


def kill_once(site: Site, chance: random.Random, pace: int) -> bool:
    """One run, killed after so many records or by the clock; whether the kill struck it."""
    if chance.random() < 0.5:
        site.splunk.set_trap(STANZA, after_records=chance.randint(1, 2 * pace))
        return bool(site.run()["signal"] == 9)
    number = site.splunk.start_run(STANZA)
    time.sleep(chance.uniform(0.0, 1.5))
    site.splunk.signal(STANZA, "KILL")
    return bool(site.splunk.wait_run(STANZA, number)["signal"] == 9)
