"""Every member of a search head cluster runs every input; one of them collects."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from .cluster import LEASES, Cluster
from .site import STANZA

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standins.splunk.client import SplunkStandin

COUNT = 3_000
PAGE = 1_000
WATCHED = 50.0
"""Seconds: longer than a claim without renewal is respected."""


def load(cluster: Cluster, count: int = COUNT) -> None:
    now = cluster.akamai.now()
    cluster.akamai.load(count, stored_from=now - 3600, stored_to=now - 10)


def start_paused(cluster: Cluster) -> int:
    """A run of the member `one` that owns the input and a page, and cannot write."""
    load(cluster)
    cluster.set_up(limit=str(PAGE))
    one = cluster.members["one"]
    one.set_pipe(paused=1)
    number = one.start_run(STANZA)
    one.wait_until("the input is taken", lambda: cluster.owner() == "one", 30)
    cluster.akamai.wait_for_log(lambda log: any(entry["completed"] for entry in log), 30)
    return number


def test_one_collects_and_the_other_leaves_quietly(tmp_path: Path) -> None:
    with Cluster(tmp_path, ("one", "two"), "--manual") as cluster:
        one, two = cluster.members.values()
        number = start_paused(cluster)
        run = two.run(STANZA)
        assert (run["exit_code"], run["records"], run["stderr"]) == (0, 0, [])
        assert re.search(r" holder=one\.example\.com .*result=lease\.held", cluster.log_text("two"))
        one.set_pipe(paused=0)
        assert one.wait_run(STANZA, number)["records"] == COUNT
        # The next run may be the other member's: it continues where the first one ended.
        cluster.akamai.load(100)
        cluster.akamai.set_clock(advance_s=10)
        assert two.run(STANZA)["records"] == 100
        assert one.run(STANZA)["records"] == 0
        assert "checkpoint.rewound" not in cluster.log_text("one") + cluster.log_text("two")
        assert len({*cluster.markers("one"), *cluster.markers("two")}) == COUNT + 100
        # Alerts use this value to know that both collect the same input in turn.
        leases = [re.findall(r" lease=(\w+)", cluster.log_text(name)) for name in ("one", "two")]
        assert [len(each) for each in leases] == [2, 2]
        assert len({*leases[0], *leases[1]}) == 1


def test_the_heir_of_a_dead_member_leaves_no_hole(tmp_path: Path) -> None:
    """The member's machine fails, with everything that its splunkd had not stored yet."""
    with Cluster(tmp_path, ("one", "two"), "--manual", "--commit-delay=3600") as cluster:
        one, two = cluster.members.values()
        two.set_pipe(commit_delay=0)
        load(cluster, 20_000)
        cluster.set_up()
        one.set_trap(STANZA, after_records=14_000)
        assert one.run(STANZA)["signal"] == 9
        one.kill()
        for _ in range(2):
            assert two.run(STANZA)["records"] == 0
        assert cluster.log_text("two").count("result=lease.held") == 2
        # Make it look as if the claim had expired.
        cluster.watched_longer("two", WATCHED)
        assert two.run(STANZA)["exit_code"] == 0
        assert "checkpoint.rewound" in cluster.log_text("two")
        seen = Counter(cluster.markers("two"))
        assert len(seen) == 20_000
        assert max(seen.values()) == 1


def test_a_machine_that_fails_right_after_its_run_leaves_no_hole(tmp_path: Path) -> None:
    """Its run has written and saved everything, and its splunkd has stored nothing of it."""
    options = ("--manual", "--commit-delay=3600", "--server-role=shc_member")
    with Cluster(tmp_path, ("one", "two"), *options) as cluster:
        one, two = cluster.members.values()
        two.set_pipe(commit_delay=0)
        load(cluster)
        cluster.set_up()
        one.start_run(STANZA)
        one.wait_until("its document has ended", lambda: has_ended_its_document(one))
        beat = cluster.leases()[-1]["beat"]
        one.wait_until("it keeps its claim", lambda: cluster.leases()[-1]["beat"] > beat, 20)
        assert cluster.owner() == "one"
        one.kill()
        one.end_orphans()
        assert two.run(STANZA)["records"] == 0
        assert "result=lease.held" in cluster.log_text("two")
        cluster.watched_longer("two", WATCHED)
        number = two.start_run(STANZA)
        two.wait_until("its document has ended", lambda: has_ended_its_document(two))
        assert two.signal(STANZA, "TERM")
        run = two.wait_run(STANZA, number)
        assert (run["exit_code"], run["records"]) == (0, COUNT)
        assert cluster.owner() == ""
        assert len(set(cluster.markers("two"))) == COUNT


def has_ended_its_document(member: SplunkStandin) -> bool:
    run = member.runs(STANZA)[-1]
    return bool(run["records"] and run["stream"] == "closed")


@pytest.mark.parametrize("lag", [0, 2])
def test_an_owner_that_slept_writes_and_saves_no_more(tmp_path: Path, lag: int) -> None:
    """The machine is suspended while it writes. Only what it wrote before that is duplicated."""
    options = ("--manual", f"--kvstore-lag={lag}")
    with Cluster(tmp_path, ("one", "two"), *options) as cluster:
        one, two = cluster.members.values()
        number = start_paused(cluster)
        one.signal(STANZA, "STOP")
        if lag:
            two.wait_until("its copy shows the owner", lambda: sees_a_claim(two), 10)
        assert two.run(STANZA)["records"] == 0
        cluster.watched_longer("two", WATCHED)
        assert two.run(STANZA)["records"] == COUNT
        saved = cluster.newest()
        one.set_pipe(paused=0)
        one.signal(STANZA, "CONT")
        run = one.wait_run(STANZA, number)
        # It is empty if the machine was suspended between the page and its first block.
        assert run["exit_code"] == 0
        assert run["stream"] == "closed" or (run["stream"], run["records"]) == ("empty", 0)
        assert "result=lease.lost" in cluster.log_text("one")
        assert cluster.newest() == saved
        # The page that it was writing, and nothing of the next: it was not suspended for so long
        # that it would have confirmed its lease before each block.
        first = next(entry["events"] for entry in cluster.akamai.log() if entry["events"])
        assert run["records"] <= first < COUNT


def sees_a_claim(member: SplunkStandin) -> bool:
    return bool(member.kv_documents(LEASES))


def test_a_member_whose_copy_is_old_takes_nothing_over(tmp_path: Path) -> None:
    """It sees that the lease was released, but not that it was taken and released again."""
    with Cluster(tmp_path, ("one", "two"), "--manual") as cluster:
        one, two = cluster.members.values()
        load(cluster)
        cluster.set_up()
        assert one.run(STANZA)["records"] == COUNT
        two.lag_kvstore(4)
        two.wait_until("its copy shows that", lambda: sees_it_released(two), 15)
        cluster.akamai.load(100)
        cluster.akamai.set_clock(advance_s=10)
        assert one.run(STANZA)["records"] == 100
        run = two.run(STANZA)
        assert (run["exit_code"], run["records"]) == (0, 0)
        assert "result=lease.held" in cluster.log_text("two")
        assert len(cluster.markers("one")) == COUNT + 100


def sees_it_released(member: SplunkStandin) -> bool:
    claims = member.kv_documents(LEASES)
    return bool(claims) and all(claim["released"] for claim in claims.values())


@pytest.mark.parametrize("write", range(9))
def test_an_answer_that_is_lost_doubles_nothing(tmp_path: Path, write: int) -> None:
    """After each write of a run, on a member whose copy shows writes a second later."""
    with Cluster(tmp_path, ("one",), "--manual", "--kvstore-lag=1") as cluster:
        (one,) = cluster.members.values()
        load(cluster)
        cluster.set_up(limit=str(PAGE))
        one.spoil_kv_writes("lost-answer", after=write)
        assert one.run(STANZA)["exit_code"] == 0
        one.wait_until("its copy shows that", lambda: sees_it_released(one), 15)
        assert one.run(STANZA)["records"] == 0
        assert Counter(Counter(cluster.markers("one")).values()) == {1: COUNT}
