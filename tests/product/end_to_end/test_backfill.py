"""A range of time, collected once: windows over real sockets, kills, faults, later runs."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.standins.akamai.multiset import find_marker
from tests.standins.splunk.client import RestError

from .dropped import DROP, kept, logged
from .pushed_settings import push_account, push_input, push_setting
from .site import ACCOUNT, CONFIG_ID, STANZA

if TYPE_CHECKING:
    from .site import Site

pytestmark = pytest.mark.shared_site

KIND = "akamai_siem_backfill"
BACKFILL = f"{KIND}://range"
KEY = f"{KIND}:range"
COUNT = 6_000
HOUR = 3600


def values(site: Site, *, begin: float = 2 * HOUR, end: float = 120, **more: Any) -> dict[str, Any]:
    """A stanza whose range begins and ends that many seconds ago."""
    now = site.akamai.now()
    return {
        "account": ACCOUNT,
        "config_ids": str(CONFIG_ID),
        "from": str(int(now - begin)),
        "to": str(int(now - end)),
        "limit": "1000",
        "interval": "300",
        "index": "main",
        **more,
    }


def set_up(site: Site, **changed: Any) -> dict[str, Any]:
    stanza = values(site, **changed)
    push_account(site.splunk, ACCOUNT, site.account_values())
    push_input(site.splunk, BACKFILL, stanza)
    return stanza


def markers(site: Site) -> Counter[object]:
    return Counter(find_marker(raw) for raw in site.raws())


def assert_each_once(site: Site, stanza: dict[str, Any], *, inclusive: bool = False) -> None:
    until = int(stanza["to"]) + (1 if inclusive else 0)
    held = site.akamai.held(stored_from=int(stanza["from"]), stored_to=until)
    seen = markers(site)
    assert held["count"] > 0
    assert (len(seen), sum(seen.values())) == (held["markers_count"], held["count"])
    assert max(seen.values()) == 1


def assert_counted(site: Site, stanza: dict[str, Any], indexed: int) -> None:
    """What was received is indexed or dropped, in each line of the log and in the position."""
    held = site.akamai.held(stored_from=int(stanza["from"]), stored_to=int(stanza["to"]))
    dropped = held["count"] - indexed
    assert dropped > 0
    text = site.log_text("backfill_range")
    assert sum(events for events, _ in logged(text).values()) == dropped
    windows = re.findall(r"window\.collected .*\bdropped=(\d+)", text)
    assert sum(map(int, windows)) == dropped
    for line in ("run.finished", "backfill.finished"):
        assert re.search(rf"{re.escape(line)} .*\bevents={indexed} .*\bdropped={dropped}\b", text)
    position = site.checkpoint(KEY)
    assert (position["events"], position["dropped"]) == (indexed, dropped)


def settle(site: Site) -> None:
    """Make it look as if the backfill's last save were older."""
    document = site.checkpoint(KEY)
    document["saved_at"] -= 1000
    site.change_documents("ta_akamai_siem_checkpoints", [document])


@pytest.mark.core
@pytest.mark.parametrize("to_bound", ["exclusive", "inclusive"])
def test_every_event_of_the_range_once(site: Site, to_bound: str) -> None:
    site.akamai.set(to_bound=to_bound, reorder_replays=True)
    site.load(COUNT, ago=3 * HOUR, bucket=20)
    stanza = set_up(site)
    run = site.run(BACKFILL)
    assert (run["exit_code"], run["stream"], run["stderr"]) == (0, "closed", []), run
    assert_each_once(site, stanza, inclusive=to_bound == "inclusive")
    text = site.log_text("backfill_range")
    assert "backfill.finished" in text
    assert "percent=100.000" in text
    assert all(entry["query"].get("offset") is None for entry in site.akamai.log())
    assert {record["source"] for record in site.splunk.records()} == {BACKFILL}


def test_once_done_it_does_nothing_more(site: Site) -> None:
    site.load(500)
    set_up(site)
    assert site.run(BACKFILL)["exit_code"] == 0
    assert "settled=" not in site.log_text("backfill_range")
    settle(site)
    assert site.run(BACKFILL)["records"] == 0
    assert site.checkpoint(KEY)["settled"] is True
    site.akamai.reset_log()
    site.splunk.forget_calls()
    log = site.log_text("backfill_range")
    assert site.run(BACKFILL)["exit_code"] == 0
    assert site.akamai.log() == []
    asked = [call for call in site.splunk.calls() if "/standin/" not in call["path"]]
    assert len(asked) == 1
    assert site.log_text("backfill_range") == log
    # An edit of another setting starts it as little as another run does.
    push_setting(site.splunk, BACKFILL, "limit", "700")
    assert site.run(BACKFILL)["records"] == 0
    assert site.akamai.log() == []


def test_another_range_is_another_backfill(site: Site) -> None:
    site.load(1_000)
    stanza = set_up(site, end=1800, drop=DROP)
    assert site.run(BACKFILL)["exit_code"] == 0
    first = len(markers(site))
    assert_counted(site, stanza, first)
    push_setting(site.splunk, BACKFILL, "from", stanza["to"])
    push_setting(site.splunk, BACKFILL, "to", str(int(site.akamai.now()) - 90))
    assert site.run(BACKFILL)["exit_code"] == 0
    assert "changed" in site.log_text("backfill_range")
    seen = markers(site)
    assert len(seen) > first
    assert max(seen.values()) == 1


@pytest.mark.core
def test_killed_inside_a_window_it_goes_on(site: Site) -> None:
    site.akamai.set(to_bound="inclusive")
    site.load(30_000, ago=3 * HOUR, bucket=50)
    stanza = set_up(site, limit="12000", begin=4 * HOUR, end=0.0, drop=DROP)
    site.splunk.set_trap(BACKFILL, after_records=9_000)
    assert site.run(BACKFILL)["signal"] == 9
    run = site.run(BACKFILL)
    assert run["exit_code"] == 0
    held = site.akamai.held(stored_from=int(stanza["from"]), stored_to=int(stanza["to"]) + 1)
    assert held["count"] == 30_000
    seen = markers(site)
    assert set(seen) == kept(site)
    assert sum(seen.values()) - len(seen) <= 2_000


def test_faults_on_the_way(site: Site) -> None:
    site.akamai.set(to_bound="inclusive", reorder_replays=True)
    site.load(COUNT, ago=3 * HOUR, bucket=20)
    stanza = set_up(site)
    for kind, options in (
        ("cut", {"after_bytes": 20_000, "how": "rst"}),
        ("early_end", {}),
        ("wrong_total", {"delta": 1, "skip": 1}),
        ("status", {"status": 429, "retry_after": 1, "skip": 1}),
        ("garbage_line", {"text": '{"begins": well}', "skip": 1}),
        ("status", {"status": 503, "skip": 1}),
    ):
        site.akamai.fault(kind, **options)
    run = site.run(BACKFILL)
    assert (run["exit_code"], run["stream"]) == (0, "closed"), run
    assert_each_once(site, stanza, inclusive=True)
    assert site.akamai.waiting_faults() == []
    # Also those of a window that was found broken while it was written.
    written = sum(markers(site).values())
    assert f"events={written} " in site.log_text("backfill_range").partition("backfill.finished")[2]


def test_what_has_expired_is_a_gap(site: Site) -> None:
    site.load(2_000, ago=2 * HOUR)
    stanza = set_up(site)
    site.akamai.set_clock(advance_s=11 * HOUR)
    began = site.akamai.now()
    run = site.run(BACKFILL)
    assert run["exit_code"] == 0
    oldest = began - 12 * HOUR
    still = site.akamai.held(stored_from=oldest + 60, stored_to=int(stanza["to"]))["count"]
    assert still <= len(markers(site)) <= still + 60
    text = site.log_text("backfill_range")
    assert text.count("gap.recorded") == 1
    assert f"since={int(stanza['from'])}.000" in text
    assert "cause=range_expired" in text
    assert site.splunk.messages()["ta_akamai_siem_backfill_range_gap"]["severity"] == "warn"


def test_the_live_input_is_left_alone(site: Site) -> None:
    site.load(400)
    site.set_up()
    site.run()
    before = site.checkpoint()
    push_input(site.splunk, BACKFILL, values(site))
    assert site.run(BACKFILL)["exit_code"] == 0
    assert site.checkpoint() == before
    assert site.run(STANZA)["records"] == 0


def test_saving_checks_a_new_range_and_leaves_an_old_one_alone(site: Site) -> None:
    site.create_account()
    with pytest.raises(RestError, match="12 hours"):
        site.splunk.create_input(KIND, "range", **values(site, begin=13 * HOUR))
    with pytest.raises(RestError, match="5 seconds"):
        site.splunk.create_input(KIND, "range", **values(site, end=0))
    site.splunk.create_input(KIND, "range", **values(site))
    # The range expires with time. The stanza can still be changed, but not to an expired range.
    old = str(int(time.time()) - 20 * HOUR)
    push_setting(site.splunk, BACKFILL, "from", old)
    site.splunk.edit(f"{site.splunk.app_name}_{KIND}", "range", limit="700")
    with pytest.raises(RestError, match="12 hours"):
        site.splunk.edit(f"{site.splunk.app_name}_{KIND}", "range", **{"from": str(int(old) + 1)})
