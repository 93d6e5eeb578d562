"""A backfill of 11½ hours with a million events (EVENTS sets the number)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from ta_akamai_siem.record.event import record
from ta_akamai_siem.record.event_time import Moment
from tests.measured.shown.arrivals import committed
from tests.product.end_to_end.pushed_settings import push_account, push_input
from tests.product.end_to_end.site import ACCOUNT, CONFIG_ID, Site
from tests.standins.akamai.multiset import MultisetDigest

STANZA = "akamai_siem_backfill://range"
HOURS = 11.5
LIMIT = 50_000


def main() -> bool:
    events = int(os.environ.get("EVENTS", "1000000"))
    exclusive, inclusive = run(events, "exclusive"), run(events, "inclusive")
    return exclusive and inclusive


def run(events: int, bound: str) -> bool:
    with (
        tempfile.TemporaryDirectory(prefix="backfill-") as folder,
        Site(Path(folder), "--index", "digest") as site,
    ):
        site.akamai.set(to_bound=bound)
        now = int(site.akamai.now())
        since, until = now - int(HOURS * 3600) - 120, now - 120
        # Some are before the range and some after it.
        site.akamai.load(events, stored_from=since - 300, stored_to=until + 60)
        push_account(site.splunk, ACCOUNT, site.account_values())
        push_input(site.splunk, STANZA, stanza(since, until))
        site.akamai.reset_log()
        done = site.run(STANZA, timeout=3000)
        committed(site)
        requests = [entry["query"] for entry in site.akamai.log()]
        index = site.splunk.index("main")
        end = until + (1 if bound == "inclusive" else 0)
        expected = digest_of(site, since, end)
    rechecks = sum(query["from"] == query["to"] for query in requests)
    seconds = done["end"] - done["start"]
    print(
        f"  to is {bound}: events in the range {expected.count:,}, records {index['count']:,}, "
        f"the same multiset: {index['digest'] == expected.hexdigest()}, requests {len(requests)} "
        f"(of them for a shared second {rechecks}), {seconds:.0f} s, "
        f"{expected.count / seconds:,.0f} a second, {done['peak_rss_kb'] / 1024:.0f} MB, exit code "
        f"{done['exit_code']}"
    )
    return (
        done["exit_code"] == 0
        and expected.count > 0.9 * events
        and (index["count"], index["digest"]) == (expected.count, expected.hexdigest())
    )


def stanza(since: int, until: int) -> dict[str, Any]:
    return {
        "account": ACCOUNT,
        "config_ids": str(CONFIG_ID),
        "from": str(since),
        "to": str(until),
        "limit": str(LIMIT),
        "interval": "300",
        "index": "main",
    }


def digest_of(site: Site, since: int, end: int) -> MultisetDigest:
    """The multiset of the records of the held events. Other tests prove what a record is."""
    digest = MultisetDigest()
    path = site.akamai.dump(stored_from=since, stored_to=end)
    with path.open("rb") as held:
        for line in held:
            digest.add(record(line.rstrip(b"\n"), Moment.of(end, end)).text.encode())
    return digest
