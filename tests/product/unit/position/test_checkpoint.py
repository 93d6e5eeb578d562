"""Saving a position: only by the owner of the lease, however long the KV store was away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.errors import CheckpointUnavailable, LeaseLost
from ta_akamai_siem.position.checkpoint import Checkpoint
from ta_akamai_siem.position.history import Codec
from ta_akamai_siem.position.lease import EXPIRY, Lease
from ta_akamai_siem.splunk.instance import Instance
from ta_akamai_siem.splunk.kv_retry import RETRY_SECONDS_MAX
from ta_akamai_siem.splunk.names import CHECKPOINTS
from tests.oracles.models.model_akamai import Clock
from tests.oracles.models.model_splunk import ModelKv

if TYPE_CHECKING:
    from typing import Callable

KEY = "akamai_siem:first"
AS_IT_IS = Codec(write=dict, read=dict)
LONG = 1000


class Member:
    """One of a cluster, with its lease taken."""

    def __init__(self, name: str, kv: ModelKv, clock: Clock, wait: Callable[[float], None]) -> None:
        self.lease = Lease(kv, KEY, Instance(name, 1.0), clock.host, lambda _: None)
        self.lease.monotonic = clock.host
        self.lease.take()
        # It renews itself no more: it may as well be suspended.
        self.lease._ended.set()
        self.checkpoint = Checkpoint(kv, KEY, AS_IT_IS, self.lease, wait)


def test_a_save_that_had_to_wait_looks_again_who_the_owner_is() -> None:
    kv, clock = ModelKv(), Clock()

    def meanwhile(_: float) -> None:
        clock.now += EXPIRY + 1
        other = Member("B", kv, clock, lambda _: None)
        other.checkpoint.save({"offset": "newer"}, clock.host())

    owner = Member("A", kv, clock, meanwhile)
    kv.trouble = ["before"]
    with pytest.raises(LeaseLost):
        owner.checkpoint.save({"offset": "older"}, clock.host())
    assert kv.documents[CHECKPOINTS][KEY]["offset"] == "newer"


@pytest.mark.parametrize("read_fails", [False, True])
def test_patience_has_an_end(read_fails: bool) -> None:
    kv, clock = ModelKv(), Clock()
    waited: list[float] = []
    owner = Member("A", kv, clock, waited.append)
    clock.now += LONG
    kv.trouble = ["before"] * LONG
    if read_fails:
        kv.away = True
    with pytest.raises(CheckpointUnavailable):
        owner.checkpoint.save({"offset": "any"}, clock.host())
    assert RETRY_SECONDS_MAX <= sum(waited) <= RETRY_SECONDS_MAX + 10
    assert len(waited) < 20


def test_a_save_whose_answer_was_lost_is_made_again() -> None:
    kv, clock = ModelKv(), Clock()
    waited: list[float] = []
    owner = Member("A", kv, clock, waited.append)
    kv.trouble = ["after", "before"]
    owner.checkpoint.save({"offset": "any"}, clock.host())
    assert kv.documents[CHECKPOINTS][KEY]["offset"] == "any"
    assert len(waited) == 2
