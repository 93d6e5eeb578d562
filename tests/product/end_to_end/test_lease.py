"""One collector for an input: positions and claims in the stand-in's KV store."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import pytest

from ta_akamai_siem.errors import CheckpointUnavailable, LeaseHeld, LeaseLost, SettingsUnreadable
from ta_akamai_siem.position import claim as claims
from ta_akamai_siem.position import lease as leases
from ta_akamai_siem.position.claim import EXPIRY, TRUSTED
from ta_akamai_siem.position.host import Host
from ta_akamai_siem.position.lease import Lease
from ta_akamai_siem.position.watch import Watch
from ta_akamai_siem.splunk.instance import Instance, instance_of
from ta_akamai_siem.splunk.names import CHECKPOINTS, LEASES
from ta_akamai_siem.splunk.splunkd import Splunkd

from .site import splunk_with_the_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.standins.splunk.client import SplunkStandin

A, B = Instance("A", 1000.0), Instance("B", 1000.0)
POSITION = {"version": 1, "offset": "x"}
CALLS, RELEASE = 10, 7
"""Of `life_of`, and which of them is the release."""


@pytest.fixture(scope="module")
def splunk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SplunkStandin]:
    home = tmp_path_factory.mktemp("lease")
    with splunk_with_the_app(home, "--manual") as standin:
        yield standin


class Cluster:
    """Creates leases of one input, on wall clocks that differ by a minute, or by hours."""

    def __init__(self, splunk: SplunkStandin, key: str, folder: Path) -> None:
        self.time = 1_000_000.0
        self.key = key
        self.store = Splunkd(splunk.management, splunk.session_key).kv_store
        self._splunk = splunk
        self._folder = folder

    def lease(self, instance: Instance) -> Lease:
        place = ord(instance.guid)
        uptime = self.clock(-3600.0 * place)
        watch = Watch(self._folder / f"{instance.guid}.json", uptime)
        now = self.clock(60.0 * place)
        host = Host(instance, now, lambda _: None, watch, monotonic=uptime)
        return Lease(self.store, self.key, host)

    def clock(self, ahead: float = 0.0) -> Callable[[], float]:
        return lambda: self.time + ahead

    def take(self, instance: Instance) -> Lease:
        lease = self.lease(instance)
        lease.take()
        return lease

    def take_from_the_dead(self, instance: Instance) -> Lease:
        with pytest.raises(LeaseHeld):
            self.take(instance)
        self.time += EXPIRY
        return self.take(instance)

    def documents(self, collection: str = LEASES) -> list[dict[str, Any]]:
        found = self._splunk.kv_documents(collection).values()
        mine = [document for document in found if document["input"] == self.key]
        return sorted(mine, key=lambda document: int(document["number"]))


def test_a_splunkd_that_does_not_say_since_when_it_runs(splunk: SplunkStandin) -> None:
    """Its restarts are not recognized, and the server name that it passed identifies it."""
    key = splunk.new_session(deny=("server/info",))
    assert instance_of(Splunkd(splunk.management, key).server_info(), "here") == Instance(
        "here", None
    )
    splunkd = Splunkd(splunk.management, splunk.session_key)
    known = instance_of(splunkd.server_info(), "here")
    assert known.started is not None
    assert known.guid != "here"
    splunk.end_connections()
    with pytest.raises(SettingsUnreadable):
        splunkd.server_info()


@pytest.fixture
def cluster(
    splunk: SplunkStandin,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Cluster:
    """No claim is renewed by itself: what one test leaves would be a call in another."""
    monkeypatch.setattr(claims, "RENEWAL", 3_600.0)
    return Cluster(splunk, f"akamai_siem:{request.node.name}/with a slash", tmp_path)


def test_one_at_a_time(cluster: Cluster) -> None:
    first = cluster.take(A)
    with pytest.raises(LeaseHeld):
        cluster.take(B)
    first.confirm()
    first.save(POSITION, 7.0, anew=False)
    first.release(read=True)
    second = cluster.take(B)
    assert (second.newest.position, second.newest.saved_at) == (POSITION, 7.0)
    assert second.rewind is None
    second.release()
    (left,) = cluster.documents()
    assert (left["number"], left["owner"], left["released"]) == (3, "B", True)
    assert [each["number"] for each in cluster.documents(CHECKPOINTS)] == [1, 2, 3]


@pytest.mark.parametrize("forget", [leases.reset, leases.delete])
def test_a_succession_is_handed_on(cluster: Cluster, forget: Any) -> None:
    """Also for a member that does not get the input, and after the position was reset."""
    first = cluster.take(A)
    first.save(POSITION, 7.0, anew=False)
    refused = cluster.lease(B)
    with pytest.raises(LeaseHeld):
        refused.take()
    first.release()
    forget(cluster.store, cluster.key, 8.0)
    second = cluster.take(B)
    second.release()
    assert first.succession
    assert {refused.succession, second.succession} == {first.succession}


def test_a_dead_owner_is_followed_once_it_was_watched_for_long_enough(cluster: Cluster) -> None:
    dead = cluster.take(A)
    dead.save(POSITION, 7.0, anew=False)
    with pytest.raises(LeaseHeld):
        cluster.take(B)
    cluster.time += EXPIRY - 1
    with pytest.raises(LeaseHeld):
        cluster.take(B)
    cluster.time += 2
    heir = cluster.take(B)
    assert heir.rewind is not None
    with pytest.raises(LeaseLost):
        dead.confirm()
    with pytest.raises(LeaseLost):
        dead.save(POSITION, 8.0, anew=False)
    dead.release()
    heir.confirm()
    heir.release()
    assert [each["owner"] for each in cluster.documents()] == ["B"]


@pytest.mark.parametrize("sign", ["a renewal", "a save"])
def test_a_sign_of_life_is_seen(cluster: Cluster, sign: str) -> None:
    owner = cluster.take(A)
    for _ in range(4):
        with pytest.raises(LeaseHeld):
            cluster.take(B)
        cluster.time += EXPIRY + 15
        if sign == "a save":
            owner.save(POSITION, 7.0, anew=False)
        else:
            owner.confirm()
    owner.release()


def test_renewing_is_asked_for_only_when_it_was_long_ago(
    cluster: Cluster, splunk: SplunkStandin
) -> None:
    owner = cluster.take(A)
    splunk.forget_calls()
    cluster.time += TRUSTED
    owner.confirm()
    assert splunk.calls() == []
    cluster.time += 1
    owner.confirm()
    owner.confirm()
    assert [call["method"] for call in splunk.calls()] == ["POST"]
    owner.release()


def test_the_same_splunkd_does_not_wait_for_its_dead_run(cluster: Cluster) -> None:
    dead = cluster.take(A)
    again = cluster.take(A)
    with pytest.raises(LeaseLost):
        dead.save(POSITION, 7.0, anew=False)
    again.release()


def test_two_that_see_the_same_do_not_both_get_it(cluster: Cluster) -> None:
    cluster.take(A).release()
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


def test_who_came_too_late_leaves_the_other_claim_alone(cluster: Cluster) -> None:
    """Both saw that the lease is free. The loser ends its run and releases only its own claim."""
    winner, loser = cluster.lease(A), cluster.lease(B)
    find = loser._store.find_documents

    def find_just_before_the_other(*asked: Any, **how: Any) -> list[dict[str, Any]]:
        found = find(*asked, **how)
        if asked[0] == CHECKPOINTS:
            # It has its own store.
            winner._store = Other(find, cluster.store)  # type: ignore[assignment]
            winner.take()
        return found

    class Other:
        def __init__(self, find: Any, store: Any) -> None:
            self.find_documents = find
            self._store = store

        def __getattr__(self, name: str) -> Any:
            return getattr(self._store, name)

    loser._store.find_documents = find_just_before_the_other  # type: ignore[method-assign]
    with pytest.raises(LeaseHeld):
        loser.take()
    loser.release()
    (left,) = cluster.documents()
    assert (left["number"], left["owner"], left["released"]) == (1, "A", False)
    assert (winner.succession, loser.succession) == (left["succession"], "")
    winner.release()


def test_who_takes_too_long_to_take_it_leaves(cluster: Cluster) -> None:
    """Another member may have watched and taken it meanwhile, and found no claim to delete."""
    slow = cluster.lease(A)
    insert = slow._store.insert_document

    def insert_in_its_sleep(collection: str, document: Any) -> bool:
        cluster.time += 62 if collection == LEASES else 0
        return insert(collection, document)

    slow._store.insert_document = insert_in_its_sleep  # type: ignore[method-assign]
    with pytest.raises(LeaseHeld):
        slow.take()
    assert cluster.documents() == []
    slow._store.insert_document = insert  # type: ignore[method-assign]
    cluster.take(A).release()


@pytest.mark.parametrize("forget", [leases.reset, leases.delete])
def test_what_a_person_resets_stays_reset(cluster: Cluster, forget: Any) -> None:
    owner = cluster.take(A)
    owner.save(POSITION, 7.0, anew=False)
    forget(cluster.store, cluster.key, 8.0)
    with pytest.raises(LeaseLost):
        owner.save(POSITION, 9.0, anew=False)
    cluster.time += TRUSTED + 1
    with pytest.raises(LeaseLost):
        owner.confirm()
    owner.release()
    documents = cluster.documents(CHECKPOINTS)
    assert documents[-1]["reset"] is True
    assert len(documents) == (1 if forget is leases.delete else 3)
    # Any member may begin at once.
    new = cluster.take(B)
    assert new.newest.position is None
    new.release()


def test_a_reset_overtakes_an_owner_that_saves(cluster: Cluster) -> None:
    owner = cluster.take(A)
    find = cluster.store.find_documents

    def find_and_be_overtaken(*asked: Any, **how: Any) -> list[dict[str, Any]]:
        found = find(*asked, **how)
        for _ in range(3):
            owner.save(POSITION, 7.0, anew=False)
        return found

    cluster.store.find_documents = find_and_be_overtaken  # type: ignore[method-assign]
    leases.reset(cluster.store, cluster.key, 8.0)
    del cluster.store.find_documents
    assert cluster.documents(CHECKPOINTS)[-1]["reset"] is True
    with pytest.raises(LeaseLost):
        owner.save(POSITION, 9.0, anew=False)


@pytest.mark.parametrize("write", range(6))
def test_an_answer_that_was_lost_loses_nothing(
    cluster: Cluster, splunk: SplunkStandin, write: int
) -> None:
    """Failed writes of a take-over, of the remains of a dead run, a claim, a save, a renewal, a
    release.
    """
    cluster.take(A)
    splunk.spoil_kv_writes("lost-answer", after=write)
    with contextlib.nullcontext() if write < 5 else pytest.raises(CheckpointUnavailable):
        life_of(cluster)
    assert [each["released"] for each in cluster.documents()] == [True]
    assert cluster.take(B).newest.position == POSITION


@pytest.mark.parametrize("call", range(CALLS))
def test_a_connection_that_ends_at_a_call_loses_nothing(
    cluster: Cluster, splunk: SplunkStandin, call: int
) -> None:
    """The same calls and those that read. From the release on, a run does not repeat any."""
    cluster.take(A)
    splunk.forget_calls()
    splunk.end_connections(after=call)
    repeats = call < RELEASE
    with contextlib.nullcontext() if repeats else pytest.raises(CheckpointUnavailable):
        life_of(cluster)
    done = [each for each in splunk.calls() if "/collections/data/" in each["path"]]
    assert len(done) == (CALLS if repeats else call)
    assert [each["released"] for each in cluster.documents()] == [call != RELEASE]
    heir = cluster.take_from_the_dead(B) if call == RELEASE else cluster.take(B)
    assert heir.newest.position == POSITION


def life_of(cluster: Cluster) -> None:
    """A run's lease: taken from a dead run, a save, a renewal, the release."""
    lease = cluster.take(A)
    lease.save(POSITION, 7.0, anew=False)
    cluster.time += TRUSTED + 1
    lease.confirm()
    lease.release()
