"""How old an event is when its record has arrived: from its visibility at Akamai to the pipe.

Events are stored at a steady rate. Inputs with different intervals collect them, started by the
Splunk stand-in as splunkd starts them. An event is visible `LATENCY` seconds after it was stored.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ta_akamai_siem.limits import LATENCY
from tests.measured.bench.figures import Spread
from tests.measured.shown.arrivals import Arrivals
from tests.product.end_to_end.pushed_settings import push_input
from tests.product.end_to_end.site import KIND, Site

if TYPE_CHECKING:
    from collections.abc import Mapping

INTERVALS = {10: 90_001, 60: 90_002}
"""Seconds, and the security configuration that the input with this interval collects."""
RATE = 20
"""Events per second of each."""
SECONDS = 200
"""Of events: the longest interval three times."""
_LOOK = 0.02
"""Seconds between two looks at what has arrived."""


def freshness(python: str) -> dict[str, list[float]]:
    """Seconds by interval: median, least, most."""
    os.environ["PRODUCT_PYTHON"] = python
    with (
        tempfile.TemporaryDirectory(prefix="fresh-") as folder,
        Site(Path(folder), manual=False) as site,
    ):
        site.akamai.configurations(known=sorted(INTERVALS.values()))
        site.akamai.set(latency_s=float(LATENCY))
        site.push_account()
        begin = site.akamai.now() + 5
        firsts = {
            interval: site.akamai.load(
                RATE * SECONDS,
                config_id=config_id,
                stored_from=begin,
                stored_to=begin + SECONDS,
                bucket=1,
            )["first"]
            for interval, config_id in INTERVALS.items()
        }
        for interval, config_id in INTERVALS.items():
            values = site.input_values(
                config_ids=str(config_id), interval=str(interval), start="now"
            )
            push_input(site.splunk, f"{KIND}://every{interval}", values)
        ages = _watch(site, begin, firsts)
    return {str(interval): Spread.of(each).as_list() for interval, each in ages.items()}


def _watch(site: Site, begin: float, firsts: Mapping[int, int]) -> dict[int, list[float]]:
    """The age of each event on arrival. Only of those that a second run or a later one collected:
    the first run of an input does not come an interval after another.
    """
    watched = {each: Arrivals(site, f"{KIND}://every{each}") for each in firsts}
    ages: dict[int, list[float]] = {each: [] for each in firsts}
    while (now := site.akamai.now()) < begin + SECONDS:
        for interval, arrivals in watched.items():
            arrivals.update()
            for event in arrivals.latest:
                stored = begin + (event.number - firsts[interval]) / RATE
                if stored > begin + interval:
                    ages[interval].append(now - stored - LATENCY)
        time.sleep(_LOOK)
    return ages
