"""An input takes over from Akamai's connector while events arrive: 100,000, and once with a 416."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.measured.shown.arrivals import Arrivals, committed
from tests.product.end_to_end.pushed_settings import push_input
from tests.product.end_to_end.site import CONFIG_ID, KIND, STANZA, Site
from tests.standins.akamai.multiset import MultisetDigest
from tests.standins.connector.connector import Connector
from tests.standins.splunk.client import RestError

HOUR = 3600.0
THEIRS = "edge"
START = f"connector:{THEIRS}"
PAGE = 7_000
EVENTS = 100_000
STEPS = 20
"""The events arrive in so many parts, a minute each; the move is in the middle."""
SLACK = 60.0
OK = 200


def main() -> bool:
    shown = [moved(), expired(), refused()]
    return all(shown)


def set_up(site: Site) -> Connector:
    site.push_account()
    connector = Connector(site.splunk, site.akamai)
    connector.create_input(THEIRS, str(CONFIG_ID), limit=str(PAGE))
    connector.set_state(THEIRS, offset=site.akamai.mint_token(site.akamai.now() - HOUR))
    return connector


def arrive(site: Site, events: int) -> None:
    """A minute passes at Akamai, in which events are stored."""
    now = site.akamai.now()
    site.akamai.set_clock(advance_s=now - time.time() + 60)
    site.akamai.load(events, stored_from=now + 1, stored_to=now + 50)


def union(site: Site, connector: Connector) -> tuple[int, int, bool]:
    """The distinct events of both, those that came twice, and whether they are all of Akamai's."""
    committed(site)
    arrivals = Arrivals(site)
    arrivals.update()
    both = connector.lines + arrivals.seen
    digest = MultisetDigest()
    for marker in both:
        digest.add(marker.encode())
    held = site.akamai.held()
    complete = (held["markers_count"], held["markers_digest"]) == (digest.count, digest.hexdigest())
    return len(both), sum(both.values()) - len(both), complete


def moved() -> bool:
    """Some of the steps before the move, some while neither collects, the others after it."""
    with tempfile.TemporaryDirectory(prefix="takeover-") as folder, Site(Path(folder)) as site:
        connector = set_up(site)
        for _ in range(STEPS * 2 // 5):
            arrive(site, EVENTS // STEPS)
            assert connector.run(THEIRS) == OK
        theirs = sum(connector.lines.values())
        connector.switch(THEIRS, enabled=False)
        arrive(site, EVENTS // STEPS)
        push_input(site.splunk, STANZA, site.input_values(start=START))
        for _ in range(STEPS * 3 // 5 - 1):
            arrive(site, EVENTS // STEPS)
            run = site.run()
        distinct, twice, complete = union(site, connector)
    print(
        f"  {EVENTS:,} events, {theirs:,} by the connector: lost {EVENTS - distinct}, "
        f"twice {twice}, exit code {run['exit_code']}"
    )
    return complete and twice == 0 and 0 < theirs < EVENTS and run["exit_code"] == 0


def expired() -> bool:
    """Nobody collected for 13 hours, so Akamai answers 416."""
    with tempfile.TemporaryDirectory(prefix="takeover-") as folder, Site(Path(folder)) as site:
        connector = set_up(site)
        arrive(site, PAGE - 1_000)
        connector.run(THEIRS)
        before = sum(connector.lines.values())
        connector.switch(THEIRS, enabled=False)
        left = site.akamai.now()
        site.akamai.set_clock(advance_s=left - time.time() + 13 * HOUR)
        site.akamai.load(EVENTS, stored_from=left + 20, stored_to=left + 13 * HOUR - 20)
        push_input(site.splunk, STANZA, site.input_values(start=START))
        retained = site.akamai.now() - 12 * HOUR
        run = site.run()
        expected = site.akamai.held(stored_from=retained + SLACK, stored_to=site.akamai.now())
        distinct, twice, _ = union(site, connector)
        gaps = site.log_text().count("cause=connector_offset_expired")
        message = len(site.splunk.messages())
    late = expected["count"] - (distinct - before)
    print(
        f"  416 after 13 h: of {expected['count']:,} events that Akamai retains lost "
        f"{max(0, late)}, twice {twice}, gaps told {gaps}, messages {message}, "
        f"exit code {run['exit_code']}"
    )
    return late <= 0 and twice == 0 and gaps == 1 and message == 1 and run["exit_code"] == 0


def refused() -> bool:
    """Each refusal, by what it says."""
    with tempfile.TemporaryDirectory(prefix="takeover-") as folder, Site(Path(folder)) as site:
        connector = set_up(site)
        site.push_account("another", host="akab-another.luna.akamaiapis.net")
        ranged = {"initial_epoch_time": "1750000000", "final_epoch_time": "1750003600"}
        told = [answer(site)]
        connector.switch(THEIRS, enabled=False)
        told.append(answer(site, start="connector:nobody"))
        told.append(answer(site, config_ids=f"{CONFIG_ID};76214"))
        told.append(answer(site, account="another"))
        connector.edit(THEIRS, **ranged)
        told.append(answer(site))
        connector.edit(THEIRS, **dict.fromkeys(ranged, ""))
        connector.set_state(THEIRS, offset="")
        told.append(answer(site))
    for each in told:
        print(f"  refused: {each}")
    return len(set(told)) == len(told) == 6 and "" not in told


def answer(site: Site, **changed: str) -> str:
    """The refusal's sentence; empty if the input was saved."""
    values = site.input_values(**{"start": START, **changed})
    try:
        site.splunk.create_raw_input(KIND, "new", **values)
    except RestError as error:
        return error.text
    return ""
