"""One collector an input: leases in a KV store that is really asked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from ta_akamai_siem.errors import LeaseHeld, LeaseLost
from ta_akamai_siem.position.lease import EXPIRY, FRESH, Lease, supersede
from ta_akamai_siem.splunk.instance import Instance
from ta_akamai_siem.splunk.names import LEASES
from ta_akamai_siem.splunk.splunkd import Splunkd

from .site import splunk_with_the_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ta_akamai_siem.splunk.kv_store import KvStore
    from tests.standins.splunk.client import SplunkStandin

A, B = Instance("A", 1000.0), Instance("B", 1000.0)


class Clock:
    """This host's, and a monotonic one for what is fresh."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture(scope="module")
def splunk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SplunkStandin]:
    home = tmp_path_factory.mktemp("lease")
    with splunk_with_the_app(home, "--manual") as standin:
        yield standin


class Cluster:
    """Makes leases of one input on one clock."""

    def __init__(self, splunk: SplunkStandin, key: str) -> None:
        self.clock = Clock()
        self._splunk = splunk
        self.key = key

    def store(self) -> KvStore:
        return Splunkd(self._splunk.management, self._splunk.session_key).kv_store

    def lease(self, instance: Instance) -> Lease:
        made = Lease(self.store(), self.key, instance, self.clock, lambda _: None)
        made.monotonic = self.clock
        return made

    def documents(self) -> list[dict[str, object]]:
        found = self._splunk.kv_documents(LEASES).values()
        return [document for document in found if document["input"] == self.key]


def test_a_splunkd_that_does_not_say_since_when_it_runs(splunk: SplunkStandin) -> None:
    """It is not known to have been restarted, and goes by the name that it handed over."""
    key = splunk.new_session(deny=("server/info",))
    assert Splunkd(splunk.management, key).instance("here") == Instance("here", None)
    known = Splunkd(splunk.management, splunk.session_key).instance("here")
    assert known.started is not None
    assert known.guid != "here"


@pytest.fixture
def cluster(splunk: SplunkStandin, request: pytest.FixtureRequest) -> Cluster:
    return Cluster(splunk, f"akamai_siem:{request.node.name}/with a slash")


def test_one_at_a_time(cluster: Cluster) -> None:
    first = cluster.lease(A)
    first.take()
    assert first.before_ended_cleanly
    with pytest.raises(LeaseHeld):
        cluster.lease(B).take()
    first.confirm()
    first.release()
    second = cluster.lease(B)
    second.take()
    assert second.before_ended_cleanly
    second.release()
    (left,) = cluster.documents()
    assert (left["number"], left["owner"], left["released"]) == (2, "B", True)


def test_a_succession_is_handed_on(cluster: Cluster) -> None:
    """Also to who does not get the lease, and past an input that was started again."""
    first, refused, second = cluster.lease(A), cluster.lease(B), cluster.lease(B)
    first.take()
    with pytest.raises(LeaseHeld):
        refused.take()
    first.release()
    supersede(cluster.store(), cluster.key, cluster.clock())
    second.take()
    second.release()
    assert first.succession
    assert {refused.succession, second.succession} == {first.succession}


def test_a_dead_owner_is_followed_once_its_lease_has_expired(cluster: Cluster) -> None:
    dead = cluster.lease(A)
    dead.take()
    cluster.clock.time += EXPIRY - 1
    with pytest.raises(LeaseHeld):
        cluster.lease(B).take()
    cluster.clock.time += 2
    heir = cluster.lease(B)
    heir.take()
    assert not heir.before_ended_cleanly
    with pytest.raises(LeaseLost):
        dead.confirm()
    heir.confirm()
    dead.release()
    heir.confirm()
    heir.release()


def test_the_same_splunkd_does_not_wait_for_its_dead_run(cluster: Cluster) -> None:
    cluster.lease(A).take()
    again = cluster.lease(A)
    again.take()
    assert not again.before_ended_cleanly
    again.release()


def test_two_that_see_the_same_expiry_do_not_both_get_it(cluster: Cluster) -> None:
    cluster.lease(A).take()
    cluster.clock.time += EXPIRY + 1
    both = threading.Barrier(2)
    outcome: list[str] = []

    def try_to_take(name: str) -> None:
        lease = cluster.lease(Instance(name, 1.0))
        both.wait()
        try:
            lease.take()
        except LeaseHeld:
            outcome.append("held")
        else:
            outcome.append("taken")

    threads = [threading.Thread(target=try_to_take, args=(name,)) for name in "CD"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["held", "taken"]


def test_who_came_too_late_leaves_the_other_lease_alone(cluster: Cluster) -> None:
    """Both saw that the lease is free; the loser ends its run, and releases what is not its own."""
    winner, loser = cluster.lease(A), cluster.lease(B)
    find = loser._store.find_documents

    def find_just_before_the_other(*asked: Any) -> list[dict[str, Any]]:
        found = find(*asked)
        winner.take()
        return found

    loser._store.find_documents = find_just_before_the_other  # type: ignore[assignment]
    with pytest.raises(LeaseHeld):
        loser.take()
    loser.release()
    (left,) = cluster.documents()
    assert (left["number"], left["owner"], left["released"]) == (1, "A", False)
    assert (winner.succession, loser.succession) == (left["succession"], "")
    winner.release()


def test_an_answer_that_was_lost_does_not_lose_the_lease(
    cluster: Cluster, splunk: SplunkStandin
) -> None:
    splunk.spoil_kv_writes("lost-answer")
    lease = cluster.lease(A)
    lease.take()
    cluster.clock.time += FRESH
    lease.confirm()
    lease.release()
    assert len(cluster.documents()) == 1
