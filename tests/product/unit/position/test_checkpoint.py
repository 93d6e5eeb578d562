"""Saving a position: only by the owner, however long the KV store was away or its copy lags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.errors import CheckpointUnavailable, LeaseHeld, LeaseLost
from ta_akamai_siem.position.checkpoint import Checkpoint
from ta_akamai_siem.position.history import Codec
from ta_akamai_siem.position.host import Host
from ta_akamai_siem.position.lease import Lease
from ta_akamai_siem.position.watch import Watch
from ta_akamai_siem.splunk.instance import Instance
from ta_akamai_siem.splunk.kv_retry import RETRY_SECONDS_MAX
from ta_akamai_siem.splunk.names import CHECKPOINTS
from tests.oracles.models.model_akamai import Clock
from tests.oracles.models.model_run import KEY, newest, without_threads
from tests.oracles.models.model_splunk import Captain, ModelKv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AS_IT_IS = Codec(write=dict, read=dict)
LONG = 1000


@pytest.fixture(autouse=True)
def _on_the_models_time() -> Iterator[None]:
    with without_threads():
        yield


class Member:
    """A member of a cluster. `lag`: of the copy that it reads."""

    def __init__(
        self, name: str, captain: Captain, clock: Clock, folder: Path, lag: float = 0.0
    ) -> None:
        self.kv = ModelKv(captain, clock, lag)
        self.waited: list[float] = []
        self._clock = clock
        watch = Watch(folder / name, clock.host)
        instance = Instance(name, 1.0)
        host = Host(instance, clock.host, self._wait, watch, monotonic=clock.host)
        self.lease = Lease(self.kv, KEY, host)
        self.checkpoint = Checkpoint(AS_IT_IS, self.lease)

    def _wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self._clock.now += seconds

    def save(self, offset: str) -> None:
        self.checkpoint.save({"offset": offset}, self._clock.host())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def captain() -> Captain:
    return Captain()


def test_an_owner_that_slept_saves_nothing(clock: Clock, captain: Captain, tmp_path: Path) -> None:
    owner = Member("A", captain, clock, tmp_path)
    owner.lease.take()
    owner.save("old")
    for _ in range(2):
        heir = Member("B", captain, clock, tmp_path)
        clock.now += 46
        try:
            heir.lease.take()
        except LeaseHeld:
            continue
    heir.save("new")
    # It confirmed its lease 0 s ago, as far as it knows: only the insert can refuse it.
    assert owner.lease._claim is not None
    owner.lease._claim._proved = (clock.host(), clock.host())
    with pytest.raises(LeaseLost):
        owner.save("older")
    clock.now += 21
    with pytest.raises(LeaseLost):
        owner.lease.confirm()
    assert newest(heir.kv)["offset"] == "new"


@pytest.mark.parametrize("read_fails", [False, True])
def test_patience_has_an_end(
    clock: Clock, captain: Captain, tmp_path: Path, read_fails: bool
) -> None:
    owner = Member("A", captain, clock, tmp_path)
    owner.lease.take()
    owner.kv.trouble = ["before"] * LONG
    owner.kv.away = read_fails
    with pytest.raises(CheckpointUnavailable):
        owner.save("any")
    assert RETRY_SECONDS_MAX <= sum(owner.waited) <= RETRY_SECONDS_MAX + 10
    assert len(owner.waited) < 20


@pytest.mark.parametrize("lag", [0.0, 2.0, 15.0])
def test_a_save_whose_answer_was_lost_is_recognised(
    clock: Clock, captain: Captain, tmp_path: Path, lag: float
) -> None:
    owner = Member("A", captain, clock, tmp_path, lag)
    owner.lease.take()
    owner.kv.trouble = ["after", "before"]
    owner.save("any")
    owner.save("next")
    assert newest(owner.kv)["offset"] == "next"
    assert sum(owner.waited) <= 1.5 + 2 * lag


def test_a_save_of_anothers_whose_answer_was_lost_to_us_is_not_ours(
    clock: Clock, captain: Captain, tmp_path: Path
) -> None:
    owner = Member("A", captain, clock, tmp_path, 15.0)
    owner.lease.take()
    number = owner.lease.newest.number + 1
    foreign = {**newest(owner.kv), "_key": f"{KEY}#{number}", "number": number, "run": "other"}
    captain.put(clock.now, CHECKPOINTS, foreign)
    with pytest.raises(LeaseLost):
        owner.save("mine")


def test_a_reader_whose_copy_lags_leaves(clock: Clock, captain: Captain, tmp_path: Path) -> None:
    owner = Member("A", captain, clock, tmp_path)
    owner.lease.take()
    owner.save("first")
    owner.lease.release()
    clock.now += 20
    again = Member("A", captain, clock, tmp_path)
    again.lease.take()
    again.save("second")
    again.lease.release()
    with pytest.raises(LeaseHeld):
        Member("B", captain, clock, tmp_path, 15.0).lease.take()
    clock.now += 16
    late = Member("B", captain, clock, tmp_path, 15.0)
    late.lease.take()
    stored = late.checkpoint.load()
    assert stored is not None
    assert (stored.position, stored.rewind) == ({"offset": "second"}, None)


def test_old_positions_go_and_their_numbers_stay_taken_for_long(
    clock: Clock, captain: Captain, tmp_path: Path
) -> None:
    for _ in range(60):
        run = Member("A", captain, clock, tmp_path)
        run.lease.take()
        run.save("any")
        run.lease.release()
        clock.now += 60
    kept = captain.of(CHECKPOINTS).values()
    assert 2 * 20 <= len(kept) <= 2 * 21 + 2
    assert min(one["inserted_at"] for one in kept) >= clock.host() - 21 * 60 - 60
