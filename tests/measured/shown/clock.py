"""A clock that is wrong by ten minutes, in either direction, costs one request per run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.measured.shown.arrivals import Arrivals, committed
from tests.product.end_to_end.site import Site

EVENTS = 3_000


def main() -> bool:
    slow, fast = wrong_by(600), wrong_by(-600)
    return slow and fast


def wrong_by(skew: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="clock-") as folder, Site(Path(folder)) as site:
        site.load(EVENTS)
        site.set_up()
        site.akamai.set_clock(skew_s=skew)
        arrivals = Arrivals(site)
        extra = []
        for turn in (1, 2):
            site.akamai.reset_log()
            run = site.run()
            statuses = [entry["status"] for entry in site.akamai.log()]
            extra.append(len(statuses) - statuses.count(200))
            site.akamai.set_clock(skew_s=0)
            site.akamai.load(EVENTS)
            site.akamai.set_clock(skew_s=skew, advance_s=10 * turn)
        run = site.run()
        committed(site)
        arrivals.update()
        complete = arrivals.misses_nothing()
    print(
        f"  clock wrong by {skew:+d} s: requests too many a run {extra}, lost "
        f"{3 * EVENTS - arrivals.distinct}, twice {arrivals.repeated}, exit code "
        f"{run['exit_code']}"
    )
    return run["exit_code"] == 0 and complete and extra == [1, 1] and arrivals.repeated == 0
