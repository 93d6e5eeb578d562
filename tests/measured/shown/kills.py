"""Random `kill -9` while events are collected: KILLS, SEED. Four circumstances, see `SHARES`."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.measured.shown.arrivals import Arrivals, committed
from tests.product.end_to_end.pushed_settings import push_account, push_input
from tests.product.end_to_end.site import ACCOUNT, KIND, STANZA, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHARES = {"pages": 0.6, "pages in another order": 0.1, "workers": 0.15, "first page": 0.15}
"""Of the kills. Pages of 10,000 events; those that come in another order when they are asked for
again; those that two workers decode; and first pages of an input on a host whose clock is wrong.
"""
ROUND = 200
"""Kills for which the events of one site are enough."""
EVENTS = 200_000
PER_KILL = 2_000
"""Number of events that may be duplicated by each kill, if Akamai keeps the order."""
PAGE = 10_000
PAGE_MAX = PAGE + 487
"""Akamai's stand-in gives whole buckets, so a page may be larger than its limit."""
FIRST_PAGE = 10_000
PER_INPUT = 10
"""Kills in one first page."""
WRONG_BY = 600
"""Seconds."""
PIPE = 8_000_000
"""Bytes a second that the Splunk stand-in reads, so that timed kills occur in any state."""
MOMENTS = {"after records": 12, "by the clock": 10, "while fetching": 2, "while saving": 1}
"""When a kill occurs, with relative frequencies."""
PATIENCE = 900.0
"""Seconds that one run may take: the host may be busy with other programs."""
SAVED_UP = 0.9
"""Share of the events to be collected by the last kill; each kill takes its share of the rest."""


@dataclass
class Result:
    """`largest`: events that came twice after one kill, at most."""

    moments: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    events: int = 0
    lost: int = 0
    twice: int = 0
    largest: int = 0
    well: bool = True

    def add(self, other: Result) -> None:
        self.moments += other.moments
        self.runs += other.runs
        self.events += other.events
        self.lost += other.lost
        self.twice += other.twice
        self.largest = max(self.largest, other.largest)
        self.well = self.well and other.well


def main() -> bool:
    kills = int(os.environ.get("KILLS", "200"))
    seed = int(os.environ.get("SEED", "1"))
    print(f"  kills {kills}, seed {seed}", flush=True)
    kept = True
    for circumstance, share in SHARES.items():
        result = Result()
        wanted = max(1, round(kills * share))
        while (left := wanted - sum(result.moments.values())) > 0 and result.well:
            seed += 1
            result.add(ROUNDS[circumstance](min(left, ROUND), random.Random(seed)))
            print(
                f"    {sum(result.moments.values())} of {wanted}: lost {result.lost}, "
                f"after one kill at most {result.largest}",
                flush=True,
            )
        kept &= tell(circumstance, wanted, result)
    return kept


def tell(circumstance: str, wanted: int, result: Result) -> bool:
    killed = sum(result.moments.values())
    allowed = PAGE_MAX if "order" in circumstance else PER_KILL
    moments = ", ".join(f"{moment} {count}" for moment, count in result.moments.items())
    print(
        f"  {circumstance}: events {result.events:,}, runs {result.runs}, killed {killed} "
        f"({moments}), lost {result.lost}, twice {result.twice} (at most {killed * allowed}), "
        f"after one kill at most {result.largest} (at most {allowed})",
        flush=True,
    )
    return (
        result.well
        and killed == wanted
        and result.lost == 0
        and result.twice <= killed * allowed
        and result.largest <= allowed
    )


@contextmanager
def new_site(events: int) -> Iterator[tuple[Site, Arrivals]]:
    with tempfile.TemporaryDirectory(prefix="kills-") as folder, Site(Path(folder)) as site:
        site.load(events)
        site.splunk.set_pipe(rate=PIPE)
        yield site, Arrivals(site)


def pages(
    kills: int, chance: random.Random, *, reorder: bool = False, workers: str = "1"
) -> Result:
    """One input with all events. `reorder`: a page that is asked for again comes in another
    order.
    """
    result = Result(events=EVENTS)
    with new_site(EVENTS) as (site, arrivals):
        site.akamai.set(reorder_replays=reorder)
        site.set_up(limit=str(PAGE), workers=workers)
        while sum(result.moments.values()) < kills and arrivals.distinct < EVENTS:
            result.runs += 1
            most = share_of(int(EVENTS * SAVED_UP) - arrivals.distinct, kills, result)
            moment = chance.choices(list(MOMENTS), list(MOMENTS.values()))[0]
            result.moments[moment] += kill(site, moment, chance, most)
            committed(site)
            result.largest = max(result.largest, arrivals.update())
        site.splunk.set_pipe(rate=0)
        end = site.run(timeout=PATIENCE)
        committed(site)
        result.largest = max(result.largest, arrivals.update())
        result.well = arrivals.misses_nothing() and end["exit_code"] == 0
    result.lost, result.twice = EVENTS - arrivals.distinct, arrivals.repeated
    return result


def share_of(left: int, kills: int, result: Result) -> int:
    """Events until the next kill: twice its part of what is left, but never all of it: then no kill
    would strike.
    """
    return max(1, min(2 * left // (kills - sum(result.moments.values())), left))


def first_pages(kills: int, chance: random.Random) -> Result:
    """Many inputs that collect the same events, each killed in its first page."""
    result = Result()
    with new_site(FIRST_PAGE) as (site, _):
        site.akamai.set_clock(advance_s=WRONG_BY)
        push_account(site.splunk, ACCOUNT, site.account_values())
        while sum(result.moments.values()) < kills:
            left = kills - sum(result.moments.values())
            result.add(
                first_page(site, f"{KIND}://first{result.runs}", min(left, PER_INPUT), chance)
            )
    return result


def first_page(site: Site, stanza: str, kills: int, chance: random.Random) -> Result:
    result = Result(events=FIRST_PAGE)
    push_input(site.splunk, stanza, site.input_values(limit=str(FIRST_PAGE)))
    arrivals = Arrivals(site, stanza)
    while sum(result.moments.values()) < kills:
        result.runs += 1
        left = int(FIRST_PAGE * SAVED_UP) - arrivals.distinct
        most = share_of(left, kills, result)
        site.splunk.set_trap(stanza, after_records=chance.randint(1, most))
        result.moments["after records"] += site.run(stanza, PATIENCE)["signal"] == 9
        committed(site)
        result.largest = max(result.largest, arrivals.update())
    end = site.run(stanza, PATIENCE)
    committed(site)
    result.largest = max(result.largest, arrivals.update())
    result.well = arrivals.foreign == 0 and end["exit_code"] == 0
    result.lost, result.twice = FIRST_PAGE - arrivals.distinct, arrivals.repeated
    return result


ROUNDS: dict[str, Callable[[int, random.Random], Result]] = {
    "pages": pages,
    "pages in another order": lambda kills, chance: pages(kills, chance, reorder=True),
    "workers": lambda kills, chance: pages(kills, chance, workers="2"),
    "first page": first_pages,
}


def kill(site: Site, moment: str, chance: random.Random, most: int) -> bool:
    """One run, killed at that moment; whether the kill occurred. `most`: number of events to
    collect.
    """
    if moment == "after records":
        site.splunk.set_trap(STANZA, after_records=chance.randint(1, most))
        return bool(site.run(timeout=PATIENCE)["signal"] == 9)
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
    struck = site.splunk.wait_run(STANZA, number, PATIENCE)["signal"] == 9
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
