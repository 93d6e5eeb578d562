"""Random `kill -9` while 200,000 events are collected: KILLS, SEED."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.measured.shown.arrivals import Arrivals, committed
from tests.product.end_to_end.site import STANZA, Site

EVENTS = 200_000
PER_KILL = 2_000
"""Number of events that may be duplicated by each kill, if Akamai keeps the order."""
PAGE = 10_000
PIPE = 8_000_000
"""Bytes a second that the Splunk stand-in reads, so that timed kills occur in any state."""
MOMENTS = {"after records": 12, "by the clock": 10, "while fetching": 2, "while saving": 1}
"""When a kill occurs, with relative frequencies."""
SAVED_UP = 0.9
"""Share of the events to be collected by the last kill; each kill takes its share of the rest."""


def main() -> bool:
    kills = int(os.environ.get("KILLS", "200"))
    seed = int(os.environ.get("SEED", "1"))
    print(f"  kills {kills}, events {EVENTS:,}, seed {seed}", flush=True)
    same = run(kills, seed, reorder=False)
    other = run(max(1, kills // 10), seed + 1, reorder=True)
    return same and other


def run(kills: int, seed: int, *, reorder: bool) -> bool:
    """`reorder`: a page that is requested again has its events in another order."""
    chance = random.Random(seed)
    done: Counter[str] = Counter()
    largest, runs = 0, 0
    with tempfile.TemporaryDirectory(prefix="kills-") as folder, Site(Path(folder)) as site:
        site.akamai.set(reorder_replays=reorder)
        site.load(EVENTS)
        site.set_up(limit=str(PAGE))
        site.splunk.set_pipe(rate=PIPE)
        arrivals = Arrivals(site)
        while sum(done.values()) < kills and arrivals.distinct < EVENTS:
            runs += 1
            left = int(EVENTS * SAVED_UP) - arrivals.distinct
            # Twice its share of the rest, but never all of it: otherwise no later kill would occur.
            most = max(1, min(2 * left // (kills - sum(done.values())), left))
            moment = chance.choices(list(MOMENTS), list(MOMENTS.values()))[0]
            done[moment] += kill(site, moment, chance, most)
            committed(site)
            largest = max(largest, arrivals.update())
        site.splunk.set_pipe(rate=0)
        end = site.run()
        committed(site)
        largest = max(largest, arrivals.update())
        complete = arrivals.misses_nothing()
    killed, allowed = sum(done.values()), PAGE if reorder else PER_KILL
    lost = EVENTS - arrivals.distinct
    print(
        f"  {'another' if reorder else 'the same'} order: runs {runs}, killed {killed} "
        f"({', '.join(f'{moment} {count}' for moment, count in done.items())}), lost {lost}, "
        f"twice {arrivals.repeated} (at most {killed * allowed}), after one kill at most {largest} "
        f"(at most {allowed}), last run's exit code {end['exit_code']}",
        flush=True,
    )
    return (
        complete
        and killed == kills
        and (lost, end["exit_code"]) == (0, 0)
        and arrivals.repeated <= killed * allowed
        and largest <= allowed
    )


def kill(site: Site, moment: str, chance: random.Random, most: int) -> bool:
    """One run, killed at that moment; whether the kill occurred. `most`: number of events to
    collect.
    """
    if moment == "after records":
        site.splunk.set_trap(STANZA, after_records=chance.randint(1, most))
        return bool(site.run()["signal"] == 9)
    if moment == "while fetching":
        place: dict[str, object] = (
            {"where": "headers"} if chance.random() < 0.3 else {"after_bytes": 50_000}
        )
        site.akamai.fault("stall", **place)
        site.akamai.reset_log()
    number = site.splunk.start_run(STANZA)
    if moment == "while fetching":
        site.akamai.wait_for_log(lambda log: any("stall" in entry["faults"] for entry in log))
        time.sleep(chance.uniform(0.0, 0.2))
    elif moment == "while saving":
        wait_for_save(site, number, chance.choice(("timeout", "lost-answer")))
    else:
        time.sleep(chance.uniform(0.0, 1.5))
    site.splunk.signal(STANZA, "KILL")
    struck = site.splunk.wait_run(STANZA, number)["signal"] == 9
    site.akamai.clear_faults()
    return bool(struck)


def wait_for_save(site: Site, number: int, fault: str) -> None:
    """Wait until the KV store holds back its response to a save. `lost-answer`: the save is
    done.
    """
    splunk = site.splunk
    splunk.wait_until("it writes", lambda: splunk.runs(STANZA)[number - 1]["records"] > 0)
    splunk.forget_calls()
    splunk.spoil_kv_writes(fault)
    splunk.wait_until(
        "a save without an answer",
        lambda: any(call["status"] == 0 for call in splunk.calls()),
    )
