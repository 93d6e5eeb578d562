"""An expired offset: after three hours nothing is lost, after thirteen a gap is recorded."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tests.measured.shown.arrivals import Arrivals, committed
from tests.product.end_to_end.site import Site

HOUR = 3600.0
BEFORE = 5_000
MEANWHILE = 40_000
MARGIN = 60.0
SLACK = 5.0
"""Seconds that a run needs until its request, during which the retention limit advances."""


def main() -> bool:
    return short() and long()


def set_up(site: Site) -> Arrivals:
    site.load(BEFORE)
    site.set_up()
    assert site.run()["records"] == BEFORE
    committed(site)
    arrivals = Arrivals(site)
    arrivals.update()
    return arrivals


def away(site: Site, seconds: float) -> float:
    """Time passes while events are stored; returns when Akamai's clock was read before."""
    left = site.akamai.now()
    site.akamai.set_clock(advance_s=seconds)
    site.akamai.load(MEANWHILE, stored_from=left + 20, stored_to=left + seconds - 20)
    return left


def short() -> bool:
    with tempfile.TemporaryDirectory(prefix="outage-") as folder, Site(Path(folder)) as site:
        arrivals = set_up(site)
        known = site.checkpoint()["complete_until"]
        away(site, 3 * HOUR)
        site.akamai.fault("status", status=416)
        run = site.run()
        committed(site)
        arrivals.update()
        begin = int(known - MARGIN)
        in_margin = site.akamai.held(stored_from=begin, stored_to=known + 1)["count"]
        complete, gaps = arrivals.misses_nothing(), site.log_text().count("gap.recorded")
    print(
        f"  416 after 3 h: lost {BEFORE + MEANWHILE - arrivals.distinct}, twice "
        f"{arrivals.repeated} (stored in the margin: {in_margin}), gap records {gaps}, exit code "
        f"{run['exit_code']}"
    )
    return run["exit_code"] == 0 and complete and gaps == 0 and arrivals.repeated <= in_margin


def long() -> bool:
    with tempfile.TemporaryDirectory(prefix="outage-") as folder, Site(Path(folder)) as site:
        arrivals = set_up(site)
        left = away(site, 13 * HOUR)
        asked = site.akamai.now()
        run = site.run()
        committed(site)
        arrivals.update()
        oldest = asked - 12 * HOUR
        expected = site.akamai.held(stored_from=oldest + MARGIN, stored_to=asked)["count"]
        existing = site.akamai.held(stored_from=oldest, stored_to=asked)["count"]
        told = re.findall(r"gap\.recorded .*since=([0-9.]+) until=([0-9.]+)", site.log_text())
        message = "ta_akamai_siem_first_gap" in site.splunk.messages()
    since, until = (float(moment) for moment in told[0]) if told else (0.0, 0.0)
    arrived = arrivals.distinct - BEFORE
    print(
        f"  after 13 h: still held {existing}, arrived {arrived} (without the oldest 60 s: "
        f"{expected}), gap records {len(told)}, from {since - left:+.0f} s of when it left to "
        f"{until - oldest:+.0f} s of what still exists, message in Splunk: {message}, exit code "
        f"{run['exit_code']}"
    )
    return (
        run["exit_code"] == 0
        and expected <= arrived <= existing
        and len(told) == 1
        and -SLACK - 5 <= since - left <= SLACK
        and 0 <= until - oldest <= MARGIN
        and message
    )
