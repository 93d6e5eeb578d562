"""splunkd dies, or is restarted: what was given to it may be lost, and comes again."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.standins.akamai.multiset import find_marker

from .site import CHECKPOINTS, INPUT, KIND, STANZA, Site

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 3_000
NEVER = 3600
"""Seconds of commit delay: what was read is stored by nobody before splunkd dies."""


def markers(site: Site) -> Counter[object]:
    return Counter(find_marker(raw) for raw in site.raws())


def make_older(site: Site, seconds: float) -> None:
    """As if what is in the checkpoint had been saved that much earlier."""
    document = site.checkpoint()
    document["saved_at"] -= seconds
    for entry in document["history"]:
        entry["saved_at"] -= seconds
    path = site.splunk.app_path("storage", "collections", "data", CHECKPOINTS, "batch_save")
    site.splunk.call("POST", path, document=[document])


def leases(site: Site) -> list[dict[str, Any]]:
    return list(site.splunk.kv_documents("ta_akamai_siem_leases").values())


@pytest.mark.core
def test_records_that_died_with_splunkd_come_again(tmp_path: Path) -> None:
    with Site(tmp_path, "--commit-delay", "0") as site:
        site.load(COUNT)
        site.set_up()
        assert site.run()["records"] == COUNT
        make_older(site, 300)
        site.akamai.load(COUNT)
        site.akamai.set_clock(advance_s=10)
        site.splunk.set_pipe(commit_delay=NEVER)
        assert site.run()["records"] == COUNT
        site.splunk.kill()
        assert len(markers(site)) == COUNT
        site.splunk.start()
        site.splunk.set_pipe(commit_delay=0)
        assert site.run()["exit_code"] == 0
        seen = markers(site)
        assert len(seen) == 2 * COUNT
        assert max(seen.values()) == 1
        assert "checkpoint.rewound" in site.log_text()
        # Once: the next run goes on from where this one ended.
        assert site.run()["records"] == 0
        assert site.log_text().count("checkpoint.rewound") == 1


def test_a_run_that_dies_with_splunkd_leaves_no_progress_to_trust(tmp_path: Path) -> None:
    """Killed inside a page, with all that it had written lost: the page is written whole."""
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


def test_a_hasty_restart_repeats_what_was_saved_last(site: Site) -> None:
    site.load(COUNT)
    site.set_up()
    site.run()
    make_older(site, 40)
    site.akamai.load(100)
    site.akamai.set_clock(advance_s=10)
    assert site.run()["records"] == 100
    site.splunk.restart()
    assert site.run()["records"] == 100
    assert "checkpoint.rewound" in site.log_text()
    seen = markers(site)
    assert len(seen) == COUNT + 100
    assert sum(seen.values()) == COUNT + 200


def test_a_killed_run_alone_rewinds_nothing(site: Site) -> None:
    site.load(20_000)
    site.set_up()
    site.splunk.set_trap(STANZA, after_records=12_000)
    assert site.run()["signal"] == 9
    assert [lease["released"] for lease in leases(site)] == [False]
    assert site.run()["exit_code"] == 0
    assert "checkpoint.rewound" not in site.log_text()
    seen = markers(site)
    assert len(seen) == 20_000
    assert sum(seen.values()) <= 22_000


def test_the_history_stays_short(site: Site) -> None:
    site.load(200)
    site.set_up()
    for _ in range(3):
        began = time.time()
        site.run()
        document = site.checkpoint(f"{KIND}:{INPUT}")
        assert began <= document["saved_at"] <= time.time()
        assert len(document["history"]) <= 8
