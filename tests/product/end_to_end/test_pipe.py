"""splunkd closes an input's pipe before it has read all, as at an edit: nothing is lost."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.standins.akamai.multiset import find_marker

from .pushed_settings import push_input, push_setting
from .site import STANZA, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKFILL = "akamai_siem_backfill://range"
LOGS = {STANZA: "first", BACKFILL: "backfill_range"}
SMALL = 205
"""Events that fit into a pipe, all of them together."""
USUAL = 6_000
PIPE = 64 << 10
RECORD = 110
"""Bytes of a small event's record, at least."""
AT_MOST = PIPE // RECORD + 500
"""Records that a pipe holds, and what docs/delivery.md adds."""


def small_events() -> Iterator[bytes]:
    for number in range(SMALL):
        yield b'{"httpMessage":{"requestId":"%06xx%010xx","start":"1770000000"}}' % (0xBEEF, number)


def set_up(site: Site, stanza: str) -> None:
    """Small events are waiting; for a backfill, others behind its range too."""
    now = site.akamai.now()
    site.set_up(limit="50")
    site.akamai.load_lines(small_events(), stored_at=now - 1800, bucket=25)
    if stanza == BACKFILL:
        site.akamai.load(USUAL, stored_from=now - 1500, stored_to=now - 300)
        span = {"from": str(int(now - 3600)), "to": str(int(now - 1600))}
        push_input(site.splunk, stanza, site.input_values(limit="10000", **span))


def bring_more(site: Site, stanza: str) -> None:
    now = site.akamai.now()
    if stanza == BACKFILL:
        for name, ago in (("from", 1600), ("to", 200)):
            push_setting(site.splunk, stanza, name, str(int(now - ago)))
    else:
        push_setting(site.splunk, stanza, "limit", "10000")
        site.akamai.load(USUAL)
        site.akamai.set_clock(advance_s=10)


def collected(site: Site, stanza: str) -> int:
    """Events that the input has saved."""
    lines = re.findall(r"(?:page|window)\.collected .*?events=(\d+)", site.log_text(LOGS[stanza]))
    return sum(map(int, lines))


def disable(site: Site, stanza: str) -> None:
    kind, _, name = stanza.partition("://")
    site.splunk.switch_input(kind, name, enabled=False)


@pytest.mark.parametrize("stanza", [STANZA, BACKFILL])
def test_what_was_not_read_comes_again(site: Site, stanza: str) -> None:
    set_up(site, stanza)
    # All of the run's records are in the pipe, and their position is saved.
    site.splunk.set_pipe(paused=1, leave=1)
    number = site.splunk.start_run(stanza)
    site.splunk.wait_until("all is saved", lambda: collected(site, stanza) == SMALL, 30)
    site.splunk.spoil_kv_writes("503")
    disable(site, stanza)
    run = site.splunk.wait_run(stanza, number, 20)
    assert (run["exit_code"], run["signal"], run["records"]) == (0, None, 0), run
    site.splunk.set_pipe(paused=0)
    assert site.run(stanza)["records"] == SMALL
    # In the middle of a page.
    bring_more(site, stanza)
    site.splunk.set_pipe(rate=1_000_000)
    number = site.splunk.start_run(stanza)
    site.splunk.wait_until(
        "some is read", lambda: site.splunk.runs(stanza)[number - 1]["records"] > 100, 30
    )
    disable(site, stanza)
    run = site.splunk.wait_run(stanza, number, 20)
    assert (run["exit_code"], run["signal"]) == (0, None), run
    site.splunk.set_pipe(rate=0)
    assert site.run(stanza)["exit_code"] == 0
    seen = Counter(find_marker(raw) for raw in site.raws())
    assert len(seen) == SMALL + USUAL
    assert sum(seen.values()) - len(seen) <= AT_MOST
    assert site.log_text(LOGS[stanza]).count("pipe.unread") == 2
