"""`make soak`: faults, kills, crashes and restarts at random; nothing may be lost.

MINUTES (20), RATE (events a second, 1000), SEED, CRASHES=0 (splunkd stays alive). At the end the
faults stop, everything drains, and what arrived is compared with what Akamai's stand-in holds. Each
event that arrived again has to be explained by something that happened, by docs/delivery.md.
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
from tests.measured.soak.copies import Copies, Ended
from tests.measured.soak.faults import akamai_fault, back_pressure, kv_fault
from tests.measured.soak.happenings import CHANGING, Between, Happenings
from tests.measured.soak.stored import Stored, stored
from tests.measured.soak.supply import Supply
from tests.product.end_to_end.pushed_settings import push_setting
from tests.product.end_to_end.site import CONFIG_ID, STANZA, Site

PAGE = 20_000
BUCKET = 97
"""Events by which a page may be larger than its limit."""
SECOND_ID = 5
COMMIT_DELAY = 2.0
"""Seconds that the Splunk stand-in keeps records in its queue, which a crash loses."""
DRAIN_RUNS = 40
RESTART_MAX = 300.0
"""Seconds."""
PRESSURE = (0.5, 8.0)
"""Seconds for which splunkd reads slowly. For longer, and a run would never drain."""
LEASES = "ta_akamai_siem_leases"
LOG_SHOWN = 25
"""Lines of the input's log that are shown with what is unexplained."""


class Soak:
    """One site, one input, one sequence of random choices."""

    def __init__(self, site: Site, chance: random.Random, rate: int, *, crashes: bool) -> None:
        self.site = site
        self.arrivals = Arrivals(site)
        self.supply = Supply(site, rate)
        self.happenings = Happenings()
        self.copies = Copies()
        self.results: Counter[str] = Counter()
        self._chance = chance
        self._crashes = crashes
        self._reorder = False
        self._changed = False
        self._told = 0
        self._ids = str(CONFIG_ID)

    def set_up(self) -> None:
        self.site.akamai.configurations(known=[CONFIG_ID, SECOND_ID])
        self.supply.store(1_000)
        self.site.set_up(limit=str(PAGE), start="-1h")
        self.site.splunk.set_pipe(commit_delay=COMMIT_DELAY)
        self.supply.start()

    def turn(self) -> None:
        """One run with what may happen before and during it."""
        before = self._stored()
        faults = [akamai_fault(self._chance) for _ in range(self._chance.choice((0, 1, 1, 2)))]
        for kind, options in faults:
            self.happenings.note(f"{kind} {options.get('status', '')}".strip())
            self.site.akamai.fault(kind, **options)
        if self._chance.random() < 0.1:
            self.happenings.note(kv_fault(self._chance, self.site))
        if self._chance.random() < 0.05:
            self._edit()
        if self._chance.random() < 0.1:
            self._reorder = not self._reorder
            self.site.akamai.set(reorder_replays=self._reorder)
        changes = self._changes()
        same_order = not (changes or self._changed)
        self._changed = changes
        self.site.akamai.reset_log()
        between = self.happenings.run_begins()
        how = self._run()
        self._account(before, between, how, same_order=same_order)

    def drain(self) -> dict[str, Any]:
        """Without faults: run until no more events arrive; return the last run."""
        self.site.akamai.clear_faults()
        self.supply.stop()
        self.site.splunk.set_kvstore("ready")
        self.site.splunk.set_pipe(paused=0, rate=0, commit_delay=0)
        # More than the latency of the API, by its own clock.
        self.site.akamai.set_clock(advance_s=10)
        run: dict[str, Any] = {}
        for _ in range(DRAIN_RUNS):
            before = self._stored()
            self.site.akamai.reset_log()
            between = self.happenings.run_begins()
            run = self.site.run(timeout=600)
            same_order = not (self._changed or self._reorder)
            self._account(before, between, "well", same_order=same_order)
            self._changed = False
            if run["exit_code"] == 0 and run["records"] == 0:
                break
        return run

    def _changes(self) -> bool:
        """Whether a page that is asked for again may have other lines, or another order."""
        waiting = {fault["kind"] for fault in self.site.akamai.waiting_faults()}
        return self._reorder or bool(waiting & CHANGING)

    def _account(self, before: Stored, between: Between, how: str, *, same_order: bool) -> None:
        """Explain what came twice in the run that has just ended. `before`: what was stored when it
        began. `how`: as in `copies.Ended`.
        """
        # Nothing dies any more before the next run.
        self.site.splunk.set_pipe(commit_delay=0)
        committed(self.site)
        self.site.splunk.set_pipe(commit_delay=COMMIT_DELAY)
        self.arrivals.update()
        arrived = self.arrivals.latest
        expired = sum(entry["status"] == 416 for entry in self.site.akamai.log())
        after = self._stored()
        allowances = between.allowances(before, expired)
        unexplained = self.copies.run(
            arrived, before.position, allowances, same_order=same_order, after=after.position
        )
        if unexplained:
            print(
                f"  UNEXPLAINED {len(unexplained)} events, {min(unexplained)} to "
                f"{max(unexplained)}, in a run that ended {how}: {before}, {allowances}, offset "
                f"expired {expired}"
            )
            self._show_log()
        self.copies.ended(Ended(how, after.position, arrived), page=PAGE + BUCKET)
        if after.number == before.number:
            self.happenings.not_met(between)

    def _show_log(self) -> None:
        for line in self.site.log_text().splitlines()[-LOG_SHOWN:]:
            print(f"    {line}")

    def _edit(self) -> None:
        if self._chance.random() < 0.5:
            push_setting(self.site.splunk, STANZA, "limit", str(self._chance.randint(500, PAGE)))
            self.happenings.note("limit edited")
            return
        both = f"{SECOND_ID};{CONFIG_ID}"
        self._ids = both if self._ids == str(CONFIG_ID) else str(CONFIG_ID)
        push_setting(self.site.splunk, STANZA, "config_ids", self._ids)
        self.happenings.ids_edited()

    def _stored(self) -> Stored:
        self.site.splunk.set_kvstore("ready")
        documents = self.site.checkpoints()
        claims = self.site.splunk.kv_documents(LEASES).values() if documents else ()
        claim = next((each for each in claims if each["run"] == documents[-1]["run"]), None)
        return stored(documents, claim, self.site.akamai)

    def _run(self) -> str:
        """One run: killed, stopped, left unread, abandoned by splunkd, held up, or simply run.

        Returns how it ended, as in `copies.Ended`.
        """
        what = self._chance.random()
        if what < 0.15:
            self.site.splunk.set_trap(STANZA, after_records=self._chance.randint(1, 8_000))
            return self._ended(self.site.run(timeout=600))
        number = self.site.splunk.start_run(STANZA)
        if what < 0.50:
            time.sleep(self._chance.uniform(0.0, 3.0))
        if what < 0.25:
            self.site.splunk.signal(STANZA, "KILL")
        elif what < 0.35:
            self.site.splunk.signal(STANZA, "TERM")
            self.happenings.note("stops of the input")
            self._ended(self.site.splunk.wait_run(STANZA, number, 600))
            return self._unread()
        elif what < 0.40 and self._crashes:
            return self._crash(number)
        elif what < 0.45 and self._crashes:
            self.happenings.splunkd_started(self.site.splunk.restart(), crashed=False)
            return self._unread()
        elif what < 0.50:
            return self._leave(number)
        elif what < 0.62:
            self.happenings.note(back_pressure(self._chance, self.site))
            time.sleep(self._chance.uniform(*PRESSURE))
            self.site.splunk.set_pipe(paused=0, rate=0)
        return self._ended(self.site.splunk.wait_run(STANZA, number, 600))

    def _leave(self, number: int) -> str:
        """splunkd stops the input and closes its pipe, whatever it holds."""
        self.happenings.note("pipes left unread")
        self.site.splunk.set_pipe(leave=1, rate=self._chance.choice((0, 1_000_000)))
        time.sleep(self._chance.uniform(0.0, 1.0))
        kind, _, name = STANZA.partition("://")
        self.site.splunk.switch_input(kind, name, enabled=False)
        how = self._ended(self.site.splunk.wait_run(STANZA, number, 600))
        self.site.splunk.set_pipe(leave=0, rate=0)
        return how if how == "killed" else self._unread()

    def _unread(self) -> str:
        """How a run ended that was stopped."""
        told = recoveries_of(self.site)["pipe.unread"]
        is_new, self._told = told > self._told, told
        return "left unread" if is_new else "stopped"

    def _crash(self, number: int) -> str:
        """splunkd dies with all that it had not stored.

        In the middle of a run, or right after it: then its checkpoint is ahead of what is stored. A
        process that it leaves behind ends by itself, or is killed as well.
        """
        how = "killed"
        if self._chance.random() < 0.5:
            how = self._ended(self.site.splunk.wait_run(STANZA, number, 600))
        self.site.splunk.kill()
        if self._chance.random() < 0.5:
            self.site.splunk.end_orphans()
        # It reads again what it has stored, which is much by then.
        self.site.splunk.start(RESTART_MAX)
        self.happenings.splunkd_started(self._started(), crashed=True)
        return how

    def _started(self) -> float:
        answer = self.site.splunk.call("GET", "/services/server/info?output_mode=json")
        return float(answer["entry"][0]["content"]["startup_time"])

    def _ended(self, run: dict[str, Any]) -> str:
        killed = run["signal"] == 9
        well = "ended well" if run["exit_code"] == 0 else "ended with an error"
        self.results["killed" if killed else well] += 1
        if killed:
            self.happenings.note("kills of the input")
        return "killed" if killed else "well"


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
    copies = soak.copies
    complete = arrivals.has_every_event()
    lost = offered - arrivals.distinct
    broken = happenings.counts["garbage_line"]
    recoveries = recoveries_of(soak.site)
    gaps = recoveries["gap.recorded"]
    # A page that disagrees with its context three times is taken, and what it lacks is a gap.
    doubtful = recoveries["page.doubtful"]
    print(f"events offered            {offered:>12,}")
    print(f"records indexed           {arrivals.records:>12,}")
    print(f"lost                      {lost:>12,}")
    print(f"twice                     {arrivals.repeated:>12,}")
    for cause, count in sorted(copies.explained.items()):
        print(f"  {cause:<48}{count:>9,}  at most {copies.largest[cause]:,} in one run")
    print(f"  unexplained                                     {len(copies.unexplained):>9,}")
    print(f"lines that are no event   {arrivals.foreign:>12,}  (at most {broken:,})")
    print(f"gap records               {gaps:>12,}  (at most {doubtful:,})")
    print(f"runs                      {sum(soak.results.values()):>12,}  {dict(soak.results)}")
    print("what happened:")
    for kind, count in sorted(happenings.counts.items()):
        print(f"  {kind:<28}{count:>6}")
    print("what the input's log says of it:")
    for code, count in sorted(recoveries.items()):
        print(f"  {code:<28}{count:>6}")
    well = complete and lost == 0 and gaps <= doubtful and not copies.unexplained
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
