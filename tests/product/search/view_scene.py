"""What the views are tried on: the demo, a week before it, names, and the logs of two inputs.

`first` collects, and met what can happen; `second`, on another host, is in trouble.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from tests import ROOT
from tests.by_hand import demo_events
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.dashboards import Dashboard
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.spl import Searcher
from tests.product.search import documented_searches
from tests.product.search.alert_scene import DAY, HOUR, NOW, Input
from tests.product.search.alert_scene import line as log_line
from tests.product.search.demo_names import demo_names
from tests.product.search.names_scene import Head, indexed

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.errors import CredentialRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

VIEWS = ROOT / "default" / "data" / "ui" / "views"
NAMES = ("overview", "investigation", "tuning", "bots", "apis", "coverage", "operations")
EARLIER = 30
"""Events of each of the six days before, at the same hours."""
LICENCE = "/opt/splunk/var/log/splunk/license_usage.log"
NEW_HOST = b"static.example.com"
"""It is not in the days before."""
DROPPED = {"action=monitor tag=AUTOMATION/*": 20, "host=static.example.com sample=100": 4}
"""Events that each rule of the first input drops in a run."""
GIVEN = {"investigation": {"value": "203.0.113.90"}}
"""Tokens that a user has to give before a view shows anything."""


def dashboards() -> dict[str, Dashboard]:
    return {name: Dashboard(VIEWS / f"{name}.xml") for name in NAMES}


@cache
def knowledge() -> Knowledge:
    return Knowledge(ROOT)


@cache
def rows() -> tuple[dict[str, Any], ...]:
    """All events with their fields, newest first."""
    # Without the events of the demo's second run, which all happen within eight seconds.
    demo = [
        row
        for row in documented_searches.sample()
        if float(row["_time"]) < documented_searches.DEMO or row["index"] != "main"
    ]
    extra = [*_before(), *_logged()]
    known = knowledge()
    made = [{**known.fields(event), "_time": float(event.time)} for event in extra]
    made += [*_licence(), *names().rows()]
    return tuple(sorted([*demo, *made], key=lambda row: -float(row["_time"])))


def a_reference() -> str:
    """What Akamai's page shows to somebody who was blocked, of the newest such event."""
    row = next(row for row in rows() if row.get("action") == "blocked")
    return f"18.7a1d2c17.{row['_time']:.0f}.{row['request_id']}"


@cache
def searcher(only: str = "") -> Searcher:
    """Of all events; `only` those of a source type, or `none`."""
    CLOCK.moment = NOW
    kept = [row for row in rows() if only in ("", row["sourcetype"])]
    tables = None if only else names().tables
    return Searcher(kept, knowledge(), accelerated=only != "none", tables=tables)


@cache
def blind() -> Searcher:
    """Of two configurations with each kind of blind spot between them."""
    head = Head().index("account", "complete", "siem_off")
    head.run()
    return Searcher(head.rows(), head.knowledge, tables=head.tables)


@cache
def names() -> Head:
    """Names at Akamai: of one configuration all, of the other those that the account may read."""
    head = Head()
    head.events += indexed(demo_names())
    head.run()
    return head


def _before() -> Iterator[Event]:
    number = 10_000
    for day in range(1, 7):
        for place in range(EARLIER):
            at = documented_searches.DEMO - day * DAY - place * 2 * HOUR / EARLIER
            line = demo_events.event(number, at)
            number += 1
            if NEW_HOST not in line:
                yield documented_searches.indexed(line)


def _logged() -> Iterator[Event]:
    first, second = Input("first"), Input("shop", host="forwarder2", lease="9f8e7d")
    for ago in range(30, 2 * HOUR, 120):
        yield first.told(
            ago,
            "page.collected",
            events=76,
            bytes=250_000 + ago,
            seconds=0.9,
            fetch_seconds=0.6,
            write_seconds=0.3,
            blocked_seconds=0.05,
            lag_seconds=9.5,
            limit=10_000,
            masked=12,
            dropped=sum(DROPPED.values()) if ago % 240 else None,
            left_out_bytes=40_000,
            repeated=3 if ago == 30 else None,
        )
        for rule, count in DROPPED.items() if ago % 240 else ():
            dropped = {"number": 1, "count": count, "bytes": 2_600 * count, "rule": rule}
            yield first.told(ago, "events.dropped", **dropped)
    limited = 'request.limited {} reason="Akamai answered 429."'
    lost = f"since={NOW - 60_000}.000 until={NOW - 56_400}.000 cause=offset_expired"
    again = f"saved_at={NOW - 3_460}.000 last_saved_at={NOW - 3_401}.000"
    for ago, text in (
        (5_000, f"{limited} attempt=1 wait_seconds=2.500"),
        (4_990, f"{limited} attempt=2 wait_seconds=5.000"),
        (4_000, 'page.incomplete {} attempt=1 wait_seconds=1.000 reason="It ended early."'),
        (3_500, f"gap.recorded {{}} {lost}"),
        (3_400, f'checkpoint.rewound {{}} {again} reason="splunkd may have crashed."'),
    ):
        yield log_line(f"WARNING {text}".format("input=first kind=akamai_siem"), ago)
    yield from second.every(60, 6 * HOUR, 5 * HOUR)
    refused = CredentialRefused("Akamai refused the credential")
    yield from second.every(60, 5 * HOUR - 60, 20, refused)
    text = f'ERROR credential.refused input=shop kind=akamai_siem reason="{refused.what}"'
    yield from (log_line(text, ago, "forwarder2") for ago in range(20, 5 * HOUR, 600))


def _licence() -> Iterator[dict[str, Any]]:
    """What the licence manager writes, with the fields that Splunk itself takes out of it."""
    for ago in range(60, DAY, HOUR):
        for source, size in (("first", 40_000_000), ("shop", 9_000_000)):
            yield {
                "_time": float(NOW - ago),
                "_raw": f"INFO LicenseUsage - type=Usage s={source} st=akamai:siem b={size}",
                "index": "_internal",
                "host": "licences",
                "sourcetype": "splunkd",
                "source": LICENCE,
                "type": "Usage",
                "s": f"akamai_siem://{source}",
                "st": "akamai:siem",
                "idx": "main",
                "b": str(size),
            }
