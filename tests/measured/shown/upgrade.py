"""From 0.1.0 to this version and back, with half a page in flight each time.

0.1.0 is built from the repository's history, once. Both run in the same Splunk, one after the
other: accounts, inputs, stored passwords and the KV store stay, the app's files are replaced.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.measured.bench import earlier
from tests.measured.shown.arrivals import Arrivals, committed
from tests.product.end_to_end.compiled_app import BUILT_APP
from tests.product.end_to_end.site import ACCOUNT, INPUT, KIND, STANZA, Site, product_python
from tests.standins.splunk.client import SplunkStandin

if TYPE_CHECKING:
    from collections.abc import Iterator

BEFORE = "d3061ad"
"""The commit of 0.1.0."""
PAGE = 4_000
EVENTS = 12_000
HALF = PAGE // 2
SLOW = 1_000_000
"""Bytes a second that splunkd reads, so that a page is in flight when splunkd is stopped."""
SAFE_AGE = 32.0
"""Seconds: a position is safe after 30, docs/delivery.md."""
GONE_BACK = "-2h"
"""Before the upgrade, as docs/install.md asks for."""
APP = "TA_akamai_siem"


@contextmanager
def running(site: Site, app: Path) -> Iterator[SplunkStandin]:
    """The same Splunk with that app installed over what was there."""
    python = product_python()
    site.splunk = SplunkStandin(site.home, app, "--manual", python=python)
    with site.splunk as splunk:
        yield splunk


def main() -> bool:
    before = earlier.built(earlier.commit_named(BEFORE))
    with tempfile.TemporaryDirectory(prefix="upgrade-") as folder:
        site = Site(Path(folder))
        # Only Akamai's side of it is used: Splunk starts with the older app.
        site.splunk.kill()
        try:
            return scene(site, before)
        finally:
            site.akamai.stop()


def scene(site: Site, before: Path) -> bool:
    arrivals = Arrivals(site)
    with running(site, before) as splunk:
        splunk.create_account(ACCOUNT, **site.account_values())
        values = site.input_values(limit=str(PAGE), start="-2h")
        site.load(EVENTS)
        splunk.create_input(KIND, INPUT, **values)
        assert site.run()["records"] == EVENTS
        # A position counts as safe by its age in seconds.
        time.sleep(SAFE_AGE)
        arrive(site)
        half_a_page(site)
    arrivals.update()
    unsafe = arrivals.records - EVENTS
    with running(site, BUILT_APP) as splunk:
        kept = settings(splunk) == {key: str(value) for key, value in values.items()}
        kept = kept and splunk.entries(f"{APP}_account")[ACCOUNT]["host"] == site.akamai.host
        run = site.run()
        lost, twice = counted(site, arrivals)
        print(
            f"  upgrade: accounts and inputs kept {kept}, exit code {run['exit_code']}, "
            f"lost {lost}, twice {twice} (of {unsafe:,} that the last 30 s brought)"
        )
        fine = kept and run["exit_code"] == 0 and lost == 0 and twice <= unsafe
        arrive(site)
        half_a_page(site)
    with running(site, before) as splunk:
        splunk.edit(f"{APP}_{KIND}", INPUT, reset=GONE_BACK, reset_confirmed="1")
        run = site.run()
        lost, again = counted(site, arrivals)
        collected = 2 * EVENTS + 2 * PAGE
        print(
            f"  back again, position reset to {GONE_BACK}: exit code {run['exit_code']}, "
            f"lost {lost}, twice {again - twice} (all since then: {collected:,})"
        )
    return fine and run["exit_code"] == 0 and lost == 0 and again - twice <= collected


def settings(splunk: SplunkStandin) -> dict[str, str]:
    shown = splunk.entries("data", "inputs", KIND)[INPUT]
    return {key: str(shown[key]) for key in Site.input_values(limit="")}


def arrive(site: Site) -> None:
    """A minute passes at Akamai, in which events are stored."""
    now = site.akamai.now()
    site.akamai.set_clock(advance_s=now - time.time() + 60)
    site.akamai.load(EVENTS, stored_from=now + 1, stored_to=now + 50)


def half_a_page(site: Site) -> None:
    """Start a run, and go on in the middle of its second page: splunkd is stopped next, and what it
    has not read is lost.
    """
    site.splunk.set_pipe(rate=SLOW, leave=1)
    before = site.splunk.index("main")["count"]
    site.splunk.start_run(STANZA)
    site.splunk.wait_until(
        "half of the second page", lambda: site.splunk.index("main")["count"] - before > PAGE + HALF
    )


def counted(site: Site, arrivals: Arrivals) -> tuple[int, int]:
    """Events that are missing, and records that came more than once."""
    committed(site)
    arrivals.update()
    held = site.akamai.held()["count"]
    return held - arrivals.distinct, arrivals.repeated
