"""`make soak`: faults, kills, crashes and restarts at random; nothing may be lost.

MINUTES (20), RATE (events a second, 1000), SEED, CRASHES=0 (splunkd stays alive). At the end the
faults stop, everything drains, and what arrived is compared with what Akamai's stand-in holds.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.by_hand.demo import choose_python
from tests.measured.shown.arrivals import Arrivals, committed
from tests.measured.soak.faults import akamai_fault, back_pressure, kv_fault
from tests.measured.soak.happenings import Happenings
from tests.measured.soak.supply import Supply
from tests.product.end_to_end.pushed_settings import push_setting
from tests.product.end_to_end.site import CONFIG_ID, STANZA, Site

PAGE = 20_000
SECOND_ID = 5
COMMIT_DELAY = 2.0
"""Seconds that the Splunk stand-in keeps records in its queue, which a crash loses."""
DRAIN_RUNS = 40
RESTART_MAX = 300.0
"""Seconds."""
PRESSURE = (0.5, 8.0)
"""Seconds for which splunkd reads slowly. If it were longer, a run would never drain."""


class Soak:
    """One site, one input, one sequence of random choices."""

    def __init__(self, site: Site, chance: random.Random, rate: int, *, crashes: bool) -> None:
        self.site = site
        self.arrivals = Arrivals(site)
        self.supply = Supply(site, rate)
        self.happenings = Happenings(PAGE, rate)
        self.results: Counter[str] = Counter()
        self._chance = chance
        self._crashes = crashes
        self._reorder = False
        self._disturbed = False
        self._read = 0
        self._ids = str(CONFIG_ID)

    def set_up(self) -> None:
        self.site.akamai.configurations(known=[CONFIG_ID, SECOND_ID])
        self.supply.store(1_000)
        self.site.set_up(limit=str(PAGE), start="-1h")
        self.site.splunk.set_pipe(commit_delay=COMMIT_DELAY)
        self.supply.start()

    def turn(self) -> None:
        """One run with what may happen before and during it."""
        self.site.splunk.set_kvstore("ready")
        faults = [akamai_fault(self._chance) for _ in range(self._chance.choice((0, 1, 1, 2)))]
        for kind, options in faults:
            self._fault(kind, options)
        if self._chance.random() < 0.1:
            self.happenings.note(kv_fault(self._chance, self.site))
        edited = self._chance.random() < 0.05
        if edited:
            self._edit()
        if self._chance.random() < 0.1:
            self._reorder = not self._reorder
            self.site.akamai.set(reorder_replays=self._reorder)
        disturbed = bool(self._reorder or edited or self.site.akamai.waiting_faults())
        self.happenings.asked_again(same_page=not (disturbed or self._disturbed))
        self._disturbed = disturbed
        self._run()
        self.arrivals.update()

    def drain(self) -> dict[str, Any]:
        """Without faults: run until no more events arrive; return the last run."""
        self.site.akamai.clear_faults()
        self.supply.stop()
        self.happenings.asked_again(same_page=False)
        self.site.splunk.set_kvstore("ready")
        self.site.splunk.set_pipe(paused=0, rate=0, commit_delay=0)
        # More than the latency of the API, by its own clock.
        self.site.akamai.set_clock(advance_s=10)
        run: dict[str, Any] = {}
        for _ in range(DRAIN_RUNS):
            run = self.site.run(timeout=600)
            if run["exit_code"] == 0 and run["records"] == 0:
                break
        committed(self.site)
        self.arrivals.update()
        return run

    def _fault(self, kind: str, options: dict[str, Any]) -> None:
        name = f"{kind} {options.get('status', '')}".strip()
        if options.get("status") == 416:
            self.happenings.replayed("offset expired (416)", self._lag())
        else:
            self.happenings.note(name)
        self.site.akamai.fault(kind, **options)

    def _edit(self) -> None:
        if self._chance.random() < 0.5:
            push_setting(self.site.splunk, STANZA, "limit", str(self._chance.randint(500, PAGE)))
            self.happenings.note("limit edited")
            return
        both = f"{SECOND_ID};{CONFIG_ID}"
        self._ids = both if self._ids == str(CONFIG_ID) else str(CONFIG_ID)
        push_setting(self.site.splunk, STANZA, "config_ids", self._ids)
        self.happenings.replayed("config_ids edited", self._lag())

    def _lag(self) -> float:
        """Seconds of storage time that are not known to be complete."""
        self.site.splunk.set_kvstore("ready")
        documents = self.site.checkpoints()
        known = documents[-1].get("complete_until") if documents else None
        return float(self.site.akamai.now() - known) if known else 0.0

    def _run(self) -> None:
        """One run: killed, stopped, orphaned by a crash of splunkd, slowed down, or undisturbed."""
        what = self._chance.random()
        if what < 0.15:
            self.site.splunk.set_trap(STANZA, after_records=self._chance.randint(1, 8_000))
            self._ended(self.site.run(timeout=600))
            return
        number = self.site.splunk.start_run(STANZA)
        if what < 0.45:
            time.sleep(self._chance.uniform(0.0, 3.0))
        if what < 0.25:
            self.site.splunk.signal(STANZA, "KILL")
        elif what < 0.35:
            self.site.splunk.signal(STANZA, "TERM")
            self.happenings.note("stops of the input")
        elif what < 0.40 and self._crashes:
            self._crash(number)
            return
        elif what < 0.45 and self._crashes:
            self._restart()
            return
        elif what < 0.60:
            self.happenings.note(back_pressure(self._chance, self.site))
            time.sleep(self._chance.uniform(*PRESSURE))
            self.site.splunk.set_pipe(paused=0, rate=0)
        self._ended(self.site.splunk.wait_run(STANZA, number, 600))

    def _crash(self, number: int) -> None:
        """splunkd crashes with everything that it had not stored.

        In the middle of a run, or right after it: then its checkpoint is ahead of what is stored. A
        process that it leaves behind ends by itself, or is killed as well.
        """
        if self._chance.random() < 0.5:
            self._ended(self.site.splunk.wait_run(STANZA, number, 600))
        self._wrote()
        self.site.splunk.kill()
        if self._chance.random() < 0.5:
            self.site.splunk.end_orphans()
        self.happenings.splunkd_gone("crashes of splunkd")
        # It reads again what it has stored, which is a lot by then.
        self.site.splunk.start(RESTART_MAX)
        self.site.splunk.set_pipe(commit_delay=COMMIT_DELAY)
        self._read = self._taken()

    def _restart(self) -> None:
        self.site.splunk.restart()
        self._wrote()
        self.happenings.splunkd_gone("restarts of splunkd")

    def _ended(self, run: dict[str, Any]) -> None:
        self._wrote()
        if run["signal"] == 9:
            self.results["killed"] += 1
            self.happenings.killed()
        else:
            self.results["ended well" if run["exit_code"] == 0 else "ended with an error"] += 1

    def _wrote(self) -> None:
        taken = self._taken()
        self.happenings.wrote(taken - self._read)
        self._read = taken

    def _taken(self) -> int:
        """Number of records that splunkd has accepted, stored or not."""
        index = self.site.splunk.index("main")
        return int(index["count"]) + int(index["waiting"])


def main() -> int:
    minutes = float(os.environ.get("MINUTES", "20"))
    rate = int(os.environ.get("RATE", "1000"))
    seed = int(os.environ.get("SEED") or random.SystemRandom().randint(1, 10**6))
    crashes = os.environ.get("CRASHES", "1") != "0"
    choose_python()
    print(f"{minutes:g} minutes at {rate} events a second, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, Site(Path(folder)) as site:
        soak = Soak(site, random.Random(seed), rate, crashes=crashes)
        soak.set_up()
        end = time.monotonic() + minutes * 60
        told = time.monotonic()
        while time.monotonic() < end:
            soak.turn()
            if time.monotonic() - told > 60:
                told = time.monotonic()
                print(
                    f"  {soak.supply.offered:,} offered, {soak.arrivals.distinct:,} arrived",
                    flush=True,
                )
        last = soak.drain()
        return report(soak, last)


def report(soak: Soak, last: dict[str, Any]) -> int:
    arrivals, happenings, offered = soak.arrivals, soak.happenings, soak.supply.offered
    complete = arrivals.has_every_event()
    lost = offered - arrivals.distinct
    broken = happenings.counts["garbage_line"]
    recoveries = recoveries_of(soak.site)
    gaps = recoveries["gap.recorded"]
    print(f"events offered            {offered:>12,}")
    print(f"records indexed           {arrivals.records:>12,}")
    print(f"lost                      {lost:>12,}")
    print(f"twice                     {arrivals.repeated:>12,}  (at most {happenings.bound:,})")
    print(f"lines that are no event   {arrivals.foreign:>12,}  (at most {broken:,})")
    print(f"gap records               {gaps:>12,}")
    print(f"runs                      {sum(soak.results.values()):>12,}  {dict(soak.results)}")
    print("what happened:")
    for kind, count in sorted(happenings.counts.items()):
        print(f"  {kind:<28}{count:>6}")
    print("what the input's log says of it:")
    for code, count in sorted(recoveries.items()):
        print(f"  {code:<28}{count:>6}")
    well = complete and lost == 0 and gaps == 0 and arrivals.repeated <= happenings.bound
    well = well and arrivals.foreign <= broken and last["exit_code"] == 0
    print("Nothing lost." if well else "BROKEN")
    return 0 if well else 1


def recoveries_of(site: Site) -> Counter[str]:
    """Warnings and errors in the input's log, rotated files included, by name."""
    found: Counter[str] = Counter()
    folder = site.home / "var" / "log" / "splunk"
    for path in folder.glob("ta_akamai_siem_first.log*"):
        text = path.read_text(encoding="utf-8")
        found.update(re.findall(r" (?:WARNING|ERROR) ([a-z]+\.[a-z]+) ", text))
    return found


if __name__ == "__main__":
    sys.exit(main())
