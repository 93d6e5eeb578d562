"""What splunkd does to an input: stop, kill, an unread pipe, an unavailable KV store."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.standins.akamai.multiset import find_marker

from .compiled_app import BUILT_APP
from .site import CHECKPOINTS, STANZA, Site, product_python

if TYPE_CHECKING:
    from pathlib import Path

GRACE = 5.0
"""Maximum seconds of a stop."""
MEMORY_MAX_KB = 48 << 10


def markers(site: Site) -> Counter[object]:
    return Counter(find_marker(raw) for raw in site.raws())


def start_blocked(site: Site) -> int:
    """A run with an unread pipe, at the moment when the pipe is full."""
    site.splunk.set_pipe(paused=1)
    number = site.splunk.start_run(STANZA)
    site.akamai.wait_for_log(lambda log: any(entry["completed"] for entry in log), 30)
    pid = site.splunk.runs(STANZA)[-1]["pid"]
    site.splunk.wait_until("blocked in write", lambda: _waits_for_pipe(pid), 30)
    return number


def _waits_for_pipe(pid: int) -> bool:
    with open(f"/proc/{pid}/wchan", encoding="ascii") as wchan:
        return "pipe" in wchan.read()


def test_introspection() -> None:
    done = subprocess.run(
        [product_python(), str(BUILT_APP / "bin" / "akamai_siem.py"), "--scheme"],
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
        text=True,
    )
    assert done.stdout.startswith("<scheme>")
    assert done.stderr == ""


@pytest.mark.core
def test_a_stop_ends_a_blocked_write(site: Site) -> None:
    site.load(20_000)
    site.set_up()
    number = start_blocked(site)
    began = time.monotonic()
    assert site.splunk.signal(STANZA, "TERM")
    run = site.splunk.wait_run(STANZA, number, 20)
    assert time.monotonic() - began < GRACE
    assert (run["exit_code"], run["signal"]) == (0, None), run
    assert "result=stop.requested" in site.log_text()
    site.splunk.set_pipe(paused=0)
    assert site.run()["exit_code"] == 0
    seen = markers(site)
    assert len(seen) == 20_000
    assert sum(seen.values()) - len(seen) <= 2_000


def test_a_stop_between_writes_leaves_a_whole_document(site: Site) -> None:
    site.load(40_000)
    site.set_up()
    site.splunk.set_pipe(rate=20_000_000)
    number = site.splunk.start_run(STANZA)
    site.splunk.wait_until("first records", lambda: site.splunk.index()["count"] > 0, 30)
    site.splunk.signal(STANZA, "TERM")
    run = site.splunk.wait_run(STANZA, number, 20)
    assert (run["exit_code"], run["stream"]) == (0, "closed"), run
    site.splunk.set_pipe(rate=0)
    site.run()
    seen = markers(site)
    assert len(seen) == 40_000
    assert max(seen.values()) == 1


def test_a_stop_while_akamai_does_not_answer(site: Site) -> None:
    site.load(100)
    site.set_up()
    site.akamai.fault("stall", where="headers", seconds=None)
    site.akamai.reset_log()
    number = site.splunk.start_run(STANZA)
    site.akamai.wait_for_log(bool, 20)
    began = time.monotonic()
    site.splunk.signal(STANZA, "TERM")
    run = site.splunk.wait_run(STANZA, number, 20)
    assert time.monotonic() - began < GRACE
    assert run["exit_code"] == 0
    site.akamai.clear_faults()
    assert site.run()["records"] == 100


def test_a_closed_pipe_ends_it_quietly(site: Site) -> None:
    site.load(5_000)
    site.set_up()
    site.splunk.set_pipe(paused=1)
    number = site.splunk.start_run(STANZA)
    site.akamai.wait_for_log(lambda log: any(entry["completed"] for entry in log), 30)
    assert number == 1
    site.splunk.kill()
    deadline = time.monotonic() + 20
    while "result=pipe.closed" not in site.log_text():
        assert time.monotonic() < deadline, site.log_text()
        time.sleep(0.02)
    site.splunk.start()
    site.splunk.set_pipe(paused=0)
    assert site.run()["exit_code"] == 0
    assert len(markers(site)) == 5_000


@pytest.mark.core
def test_killed_between_two_pages(site: Site) -> None:
    """No event is missing afterwards; duplicates stay within the bound."""
    site.load(30_000)
    site.set_up(limit="10000", workers="2")
    site.splunk.set_trap(STANZA, after_records=12_000)
    assert site.run()["signal"] == signal.SIGKILL
    run = site.run()
    assert run["exit_code"] == 0
    seen = markers(site)
    assert len(seen) == 30_000
    assert sum(seen.values()) - len(seen) <= 2_000


def test_memory_does_not_grow_with_the_page(tmp_path: Path) -> None:
    """LARGE_PAGE sets the size of the page; `make test-all` uses the maximum."""
    count = int(os.environ.get("LARGE_PAGE", "60000"))
    with Site(tmp_path, "--index", "digest") as site:
        site.akamai.set(page_events=count)
        site.load(count)
        site.set_up()
        run = site.run(timeout=550)
    assert (run["exit_code"], run["records"]) == (0, count)
    print(f"a page of {count} events: {run['peak_rss_kb'] / 1024:.1f} MB at most")
    assert run["peak_rss_kb"] < MEMORY_MAX_KB, (run["processes"], run["peak_rss_sum_kb"])


def test_kv_store_that_is_starting_is_waited_for(site: Site) -> None:
    site.load(200)
    site.set_up()
    site.akamai.reset_log()
    site.splunk.set_kvstore("starting:3")
    run = site.run()
    assert (run["exit_code"], run["records"], run["stderr"]) == (0, 200, [])


@pytest.mark.parametrize("state", ["disabled", "failed"])
def test_kv_store_that_is_off_is_one_clear_message(site: Site, state: str) -> None:
    site.load(200)
    site.set_up()
    site.akamai.reset_log()
    site.splunk.set_kvstore(state)
    run = site.run()
    assert run["exit_code"] != 0
    assert run["records"] == 0
    assert len(run["stderr"]) == 1
    assert run["stderr"][0].startswith("ERROR checkpoint.unusable ")
    for setting in ("[kvstore]", "server.conf"):
        assert setting in run["stderr"][0]
    assert site.akamai.log() == []
    site.splunk.set_kvstore("ready")
    assert site.run()["records"] == 200


def test_no_page_is_fetched_before_the_last_one_is_saved(site: Site) -> None:
    site.load(3_000)
    site.set_up()
    site.splunk.spoil_kv_writes("503", 3)
    run = site.run()
    assert (run["exit_code"], run["records"]) == (0, 3_000)
    assert site.run()["records"] == 0


def test_a_checkpoint_of_a_later_version_is_left_alone(site: Site) -> None:
    site.load(50)
    site.set_up()
    site.run()
    document = {**site.checkpoint(), "version": 99}
    site.change_documents(CHECKPOINTS, [document])
    site.akamai.reset_log()
    run = site.run()
    assert run["exit_code"] != 0
    assert "checkpoint.unusable" in run["stderr"][0]
    assert site.akamai.log() == []
    assert site.checkpoint()["version"] == 99


def test_splunkd_is_asked_eight_times_before_the_first_record(site: Site) -> None:
    site.load(3_000)
    site.set_up()
    site.splunk.forget_calls()
    site.run()
    namespace = f"/servicesNS/nobody/{site.splunk.app_name}/"
    asked = [
        f"{call['method']} {call['path'].partition('?')[0].replace(namespace, '')}"
        for call in site.splunk.calls()
        if "/standin/" not in call["path"]
    ]
    collection, leases = "storage/collections/data", "ta_akamai_siem_leases"
    before_the_first_record = [
        "GET configs/conf-ta_akamai_siem_settings",
        "GET /services/server/info",
        "GET configs/conf-ta_akamai_siem_account",
        "GET storage/passwords",
        f"GET {collection}/{CHECKPOINTS}",
        f"POST {collection}/{CHECKPOINTS}",
        f"POST {collection}/{leases}",
        f"POST {collection}/{CHECKPOINTS}",
    ]
    assert asked[:8] == before_the_first_record
    after = {
        f"POST {collection}/{CHECKPOINTS}",
        f"POST {collection}/{leases}/akamai_siem%3Afirst%231",
        f"DELETE {collection}/{CHECKPOINTS}",
        f"DELETE {collection}/{leases}",
        f"POST {collection}/ta_akamai_siem_runs/batch_save",
    }
    assert set(asked[8:]) <= after


def test_an_edit_takes_effect_at_the_next_run(site: Site) -> None:
    site.load(300)
    site.set_up()
    assert site.run()["records"] == 300
    site.splunk.edit_raw_input("akamai_siem", "first", limit="7")
    site.akamai.reset_log()
    site.run()
    assert site.akamai.log()[-1]["query"]["limit"] == "7"


def test_splunkd_runs_it_by_itself(tmp_path: Path) -> None:
    with Site(tmp_path, manual=False) as site:
        site.load(300)
        site.set_up()
        run = site.splunk.wait_run(STANZA, 1, 60)
    assert (run["exit_code"], run["records"]) == (0, 300)
