"""splunkd crashes or is restarted: records that it had accepted may be lost, and are sent again."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.standins.akamai.multiset import find_marker

from .dropped import DROP, kept
from .site import CHECKPOINTS, INPUT, KIND, STANZA, Site

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 3_000
NEVER = 3600
"""Seconds of commit delay: nothing is stored before splunkd is killed."""


def markers(site: Site) -> Counter[object]:
    return Counter(find_marker(raw) for raw in site.raws())


def make_older(site: Site, seconds: float) -> None:
    """Make it look as if everything stored had been saved that much earlier."""
    documents = site.checkpoints()
    for document in documents:
        for name in ("saved_at", "inserted_at", "uptime"):
            document[name] = (document[name] or 0) - seconds
    site.change_documents(CHECKPOINTS, documents)


def leases(site: Site) -> list[dict[str, Any]]:
    return list(site.splunk.kv_documents("ta_akamai_siem_leases").values())


@pytest.mark.core
def test_records_that_died_with_splunkd_come_again(tmp_path: Path) -> None:
    with Site(tmp_path, "--commit-delay", "0") as site:
        site.load(COUNT)
        site.set_up(drop=DROP)
        first = kept(site)
        assert site.run()["records"] == len(first)
        make_older(site, 300)
        site.akamai.load(COUNT)
        site.akamai.set_clock(advance_s=10)
        site.splunk.set_pipe(commit_delay=NEVER)
        both = kept(site)
        assert site.run()["records"] == len(both) - len(first)
        site.splunk.kill()
        assert set(markers(site)) == first
        site.splunk.start()
        site.splunk.set_pipe(commit_delay=0)
        assert site.run()["exit_code"] == 0
        seen = markers(site)
        # What the rules drop is dropped again.
        assert set(seen) == both
        assert max(seen.values()) == 1
        assert "checkpoint.rewound" in site.log_text()
        # Only once: the next run continues from the end of this one.
        assert site.run()["records"] == 0
        assert site.log_text().count("checkpoint.rewound") == 1


def test_a_run_that_dies_with_splunkd_leaves_no_progress_to_trust(tmp_path: Path) -> None:
    """It was killed inside a page, and all that it had written was lost: the page is written
    whole.
    """
    with Site(tmp_path, "--commit-delay", str(NEVER)) as site:
        site.load(20_000)
        site.akamai.set(page_events=20_000)
        site.set_up()
        site.splunk.set_trap(STANZA, after_records=9_000)
        assert site.run()["signal"] == 9
        progress = site.home.glob("var/lib/splunk/modinputs/*/*/progress.json")
        assert len(list(progress)) == 1
        site.splunk.kill()
        site.splunk.start()
        site.splunk.set_pipe(commit_delay=0)
        assert site.run()["exit_code"] == 0
        seen = markers(site)
        assert len(seen) == 20_000
        assert max(seen.values()) == 1


def test_an_orderly_restart_with_time_enough_repeats_nothing(site: Site) -> None:
    site.load(COUNT)
    site.set_up()
    site.run()
    make_older(site, 61)
    assert [lease["released"] for lease in leases(site)] == [True]
    site.splunk.restart()
    assert site.run()["records"] == 0
    assert "checkpoint.rewound" not in site.log_text()


def two_runs(site: Site) -> None:
    """The second of them has just ended."""
    site.load(COUNT)
    site.set_up()
    site.run()
    make_older(site, 40)
    site.akamai.load(100)
    site.akamai.set_clock(advance_s=10)
    assert site.run()["records"] == 100


def test_an_orderly_restart_right_after_a_run_repeats_nothing(site: Site) -> None:
    """splunkd had read all of it, and its log proves an orderly stop."""
    two_runs(site)
    assert [lease["read"] for lease in leases(site)] == [True]
    site.splunk.restart()
    assert site.run()["records"] == 0
    assert "checkpoint.rewound" not in site.log_text()


LARGE = 60_000
"""Events of a page that takes seconds to write."""


def within_a_page(site: Site) -> None:
    """Begin to write a large page."""
    site.load(LARGE)
    site.akamai.set(page_events=LARGE)
    site.set_up()
    site.splunk.start_run(STANZA)
    site.splunk.wait_until("it writes", lambda: site.splunk.runs(STANZA)[-1]["records"], 30)


def test_an_orderly_restart_within_a_page_repeats_nothing(site: Site) -> None:
    """The next run goes on within the page, as after any other stop."""
    within_a_page(site)
    site.splunk.restart()
    wrote = len(markers(site))
    assert 0 < wrote < LARGE
    assert [lease["read"] for lease in leases(site)] == [True]
    assert site.run()["records"] == LARGE - wrote
    assert f"repeated={wrote}" in site.log_text()
    assert set(markers(site).values()) == {1}


def test_a_crash_after_a_stop_within_a_page_loses_nothing(tmp_path: Path) -> None:
    """The run was stopped in order, but splunkd was not, and had stored nothing of it. The last
    position is too old to go back.
    """
    with Site(tmp_path, "--commit-delay", str(NEVER)) as site:
        within_a_page(site)
        site.splunk.signal(STANZA, "TERM")
        assert 0 < site.splunk.wait_run(STANZA, 1)["records"] < LARGE
        assert [lease["read"] for lease in leases(site)] == [True]
        make_older(site, 300)
        site.splunk.kill()
        site.splunk.start()
        site.splunk.set_pipe(commit_delay=0)
        assert site.run()["exit_code"] == 0
        assert "checkpoint.rewound" not in site.log_text()
        seen = markers(site)
        assert len(seen) == LARGE
        assert set(seen.values()) == {1}


def test_an_orderly_restart_of_a_splunkd_that_did_not_read_repeats(site: Site) -> None:
    """It was stopped while its pipe was full: the content of the pipe may be lost."""
    site.load(20_000)
    site.set_up()
    site.splunk.set_pipe(rate=200_000)
    number = site.splunk.start_run(STANZA)
    site.splunk.wait_until("it writes", lambda: site.splunk.runs(STANZA)[-1]["records"], 30)
    site.splunk.set_pipe(paused=1)
    site.splunk.signal(STANZA, "TERM")
    site.splunk.wait_until("it has ended", lambda: leases(site)[0]["released"], 30)
    assert [lease["read"] for lease in leases(site)] == [False]
    site.splunk.set_pipe(paused=0, rate=0)
    site.splunk.wait_run(STANZA, number)
    site.splunk.restart()
    assert site.run()["exit_code"] == 0
    assert "checkpoint.rewound" in site.log_text()
    assert len(markers(site)) == 20_000


def test_a_hasty_restart_that_nobody_can_prove_repeats_what_was_saved_last(site: Site) -> None:
    two_runs(site)
    site.splunk.restart()
    path = site.home / "var" / "log" / "splunk" / "splunkd.log"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Shutdown complete", "Shutdown"), encoding="utf-8")
    assert site.run()["records"] == 100
    assert "checkpoint.rewound" in site.log_text()
    seen = markers(site)
    assert len(seen) == COUNT + 100
    assert sum(seen.values()) == COUNT + 200


def test_a_killed_run_alone_rewinds_nothing(site: Site) -> None:
    site.load(20_000)
    site.set_up(drop=DROP)
    site.splunk.set_trap(STANZA, after_records=7_000)
    assert site.run()["signal"] == 9
    assert [lease["released"] for lease in leases(site)] == [False]
    assert site.run()["exit_code"] == 0
    assert "checkpoint.rewound" not in site.log_text()
    seen = markers(site)
    assert set(seen) == kept(site)
    assert sum(seen.values()) <= len(seen) + 2_000


def test_old_positions_are_deleted(site: Site) -> None:
    """Numbers are used again only when no suspended process can still save with them."""
    site.load(200)
    site.set_up()
    for _ in range(3):
        began = time.time()
        site.run()
        document = site.checkpoint(f"{KIND}:{INPUT}")
        assert began <= document["saved_at"] <= time.time()
    many = site.checkpoints()
    assert [each["number"] for each in many] == list(range(1, len(many) + 1))
    make_older(site, 21 * 60)
    site.run()
    kept = site.checkpoints()
    # What this run found stays, as do its own.
    assert [each["number"] for each in kept] == [len(many) + 1, len(many) + 2]


def test_killed_in_the_first_page_while_the_clock_is_wrong(site: Site) -> None:
    """The page is recognized although its start comes from Akamai."""
    site.load(10_000, ago=1800)
    site.akamai.set_clock(advance_s=600)
    site.set_up()
    site.splunk.set_trap(STANZA, after_records=6_800)
    assert site.run()["signal"] == 9
    time.sleep(1.1)
    assert site.run()["exit_code"] == 0
    assert "clock.skewed" in site.log_text()
    seen = markers(site)
    assert len(seen) == 10_000
    assert sum(seen.values()) <= 12_000


def test_what_version_0_1_0_saved(site: Site) -> None:
    """One document per save, with the history inside; leases have their own numbers."""
    site.load(COUNT)
    site.set_up()
    site.run()
    last = site.checkpoint()
    key = f"{KIND}:{INPUT}"
    position = {
        name: value
        for name, value in last.items()
        if name not in ("input", "number", "run", "inserted_at", "uptime")
    }
    for collection in (CHECKPOINTS, "ta_akamai_siem_leases"):
        site.splunk.request(
            "DELETE", site.splunk.app_path("storage", "collections", "data", collection)
        )
    site.change_documents(CHECKPOINTS, [{**position, "_key": key, "history": []}])
    lease = {"input": key, "number": 7, "owner": last["saved_by"], "run": "old", "released": True}
    times = {"heartbeat_at": last["saved_at"], "expires_at": last["saved_at"] + 45}
    site.change_documents("ta_akamai_siem_leases", [{**lease, **times, "_key": f"{key}#7"}])
    site.akamai.load(100)
    site.akamai.set_clock(advance_s=10)
    assert site.run()["records"] == 100
    assert "checkpoint.rewound" not in site.log_text()
    documents = site.splunk.kv_documents(CHECKPOINTS)
    assert key not in documents
    assert f"{key}#8" in documents
    assert [each["number"] for each in leases(site)] == [8]
