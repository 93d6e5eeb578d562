"""Akamai's two-minute limit with a shorter time: no page may take longer than a second."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.measured.shown.arrivals import Arrivals, committed
from tests.product.end_to_end.site import Site

EVENTS = 300_000
LIMIT = 600_000
SECONDS = 1.0
RATE = 40_000_000
"""Bytes a second on the network: about 60,000 events before the limit."""


def main() -> bool:
    with tempfile.TemporaryDirectory(prefix="cut-") as folder, Site(Path(folder)) as site:
        site.load(EVENTS)
        site.set_up(limit=str(LIMIT))
        site.akamai.fault("time_limit", seconds=SECONDS, bytes_per_s=RATE, times=0)
        site.akamai.reset_log()
        run = site.run(timeout=300)
        committed(site)
        arrivals = Arrivals(site)
        arrivals.update()
        log = site.akamai.log()
        asked = [int(entry["query"]["limit"]) for entry in log]
        whole = [entry["completed"] for entry in log]
        complete = arrivals.misses_nothing()
    print(
        f"  events {EVENTS:,}, limit {LIMIT:,}: requests {len(asked)}, of them cut "
        f"{whole.count(False)}, asked for {asked}, lost {EVENTS - arrivals.distinct}, twice "
        f"{arrivals.repeated}, exit code {run['exit_code']}"
    )
    return run["exit_code"] == 0 and complete and arrivals.repeated == 0 and whole.count(False) > 0
