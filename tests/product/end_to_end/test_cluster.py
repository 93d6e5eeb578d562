"""Every member of a search head cluster runs every input; one of them collects."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from .cluster import LEASES, Cluster
from .site import STANZA

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 3_000


def load(cluster: Cluster, count: int = COUNT) -> None:
    now = cluster.akamai.now()
    cluster.akamai.load(count, stored_from=now - 3600, stored_to=now - 10)


def start_paused(cluster: Cluster) -> int:
    """A run of the member `one` that holds the lease and a page, and cannot write."""
    load(cluster)
    cluster.set_up()
    one = cluster.members["one"]
    one.set_pipe(paused=1)
    number = one.start_run(STANZA)
    one.wait_until("the lease is taken", lambda: cluster.owner() == "one", 30)
    cluster.akamai.wait_for_log(lambda log: any(entry["completed"] for entry in log), 30)
    return number


def test_one_collects_and_the_other_leaves_quietly(tmp_path: Path) -> None:
    with Cluster(tmp_path, ("one", "two"), "--manual") as cluster:
        one, two = cluster.members.values()
        number = start_paused(cluster)
        run = two.run(STANZA)
        assert (run["exit_code"], run["records"], run["stderr"]) == (0, 0, [])
        assert "result=lease.held" in cluster.log_text("two")
        one.set_pipe(paused=0)
        assert one.wait_run(STANZA, number)["records"] == COUNT
        # The next run may be the other's: it goes on where the first one ended.
        cluster.akamai.load(100)
        cluster.akamai.set_clock(advance_s=10)
        assert two.run(STANZA)["records"] == 100
        assert one.run(STANZA)["records"] == 0
        assert "checkpoint.rewound" not in cluster.log_text("one") + cluster.log_text("two")
        assert len({*cluster.markers("one"), *cluster.markers("two")}) == COUNT + 100
        # By this word alerts know that both collect the same input in turn.
        leases = [re.findall(r" lease=(\w+)", cluster.log_text(name)) for name in ("one", "two")]
        assert [len(each) for each in leases] == [2, 2]
        assert len({*leases[0], *leases[1]}) == 1


def test_the_heir_of_a_dead_member_leaves_no_hole(tmp_path: Path) -> None:
    """It dies with its machine, and with all that its splunkd had not stored yet."""
    with Cluster(tmp_path, ("one", "two"), "--manual", "--commit-delay=3600") as cluster:
        one, two = cluster.members.values()
        two.set_pipe(commit_delay=0)
        load(cluster, 20_000)
        cluster.set_up()
        one.set_trap(STANZA, after_records=14_000)
        assert one.run(STANZA)["signal"] == 9
        one.kill()
        assert two.run(STANZA)["records"] == 0
        assert "result=lease.held" in cluster.log_text("two")
        # As if the time until the lease expires had gone by.
        lease = cluster.leases()[-1]
        cluster.save(LEASES, {**lease, "expires_at": lease["expires_at"] - 60})
        assert two.run(STANZA)["exit_code"] == 0
        assert "checkpoint.rewound" in cluster.log_text("two")
        seen = Counter(cluster.markers("two"))
        assert len(seen) == 20_000
        assert max(seen.values()) == 1


def test_an_owner_that_was_taken_for_dead_notices(tmp_path: Path) -> None:
    with Cluster(tmp_path, ("one", "two"), "--manual") as cluster:
        one, two = cluster.members.values()
        number = start_paused(cluster)
        lease = cluster.leases()[-1]
        cluster.save(LEASES, {**lease, "expires_at": lease["expires_at"] - 60})
        assert two.run(STANZA)["records"] == COUNT
        saved = cluster.captain.kv_documents("ta_akamai_siem_checkpoints")
        one.set_pipe(paused=0)
        run = one.wait_run(STANZA, number)
        assert (run["exit_code"], run["stream"]) == (0, "closed")
        assert "result=lease.lost" in cluster.log_text("one")
        assert cluster.captain.kv_documents("ta_akamai_siem_checkpoints") == saved
