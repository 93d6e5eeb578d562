"""When a run of a cluster's member may say that it has ended, with a real pipe."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.errors import CheckpointUnavailable, CollectionError, LeaseLost, StopRequested
from ta_akamai_siem.position.history import SAFE_AGE
from ta_akamai_siem.run.storing import may_release
from ta_akamai_siem.writing.event_stream import EventStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Waiting:
    """Time that passes while the run waits. `meanwhile`: happens after that many seconds."""

    meanwhile: Callable[[], None] = lambda: None
    after: float = 0.0
    now: float = field(default_factory=time.monotonic)
    waited: float = 0.0

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.waited += seconds
        if self.waited >= self.after:
            self.meanwhile()

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def ends() -> Iterator[list[int]]:
    """Both ends of a pipe: splunkd's, and the run's."""
    both = list(os.pipe())
    yield both
    for each in both:
        os.close(each)


def raiser(error: CollectionError) -> Callable[[], None]:
    def fails() -> None:
        raise error

    return fails


def fine() -> None: ...


def written(ends: list[int]) -> EventStream:
    stream = EventStream(ends[1])
    stream.write(b"<event/>\n")
    stream.close()
    return stream


def test_a_run_without_events_ends_at_once(ends: list[int]) -> None:
    time_passes = Waiting()
    assert may_release(EventStream(ends[1]), fine, time_passes.wait, time_passes.monotonic)
    assert time_passes.waited == 0


def test_what_splunkd_has_read_has_time_to_be_stored(ends: list[int]) -> None:
    time_passes = Waiting()
    assert may_release(written(ends), fine, time_passes.wait, time_passes.monotonic)
    assert time_passes.waited == pytest.approx(SAFE_AGE, abs=1.0)


def test_a_splunkd_that_has_left_may_have_died(ends: list[int]) -> None:
    stream = written(ends)

    def leaves() -> None:
        os.close(ends.pop(0))

    time_passes = Waiting(leaves, after=5.0)
    assert not may_release(stream, fine, time_passes.wait, time_passes.monotonic)
    assert time_passes.waited < SAFE_AGE / 2


@pytest.mark.parametrize("leaves", [False, True])
def test_a_splunkd_that_stops_the_input_stores_what_it_has(ends: list[int], leaves: bool) -> None:
    """Also if it closes the pipe at once."""
    stream = written(ends)
    if leaves:
        os.close(ends.pop(0))
    time_passes = Waiting(raiser(StopRequested("stopped")), after=0.0 if leaves else 5.0)
    assert may_release(stream, fine, time_passes.wait, time_passes.monotonic)
    assert time_passes.waited < SAFE_AGE / 2


@pytest.mark.parametrize("error", [LeaseLost("taken"), CheckpointUnavailable("down")])
def test_a_claim_that_is_lost_or_cannot_be_renewed(ends: list[int], error: CollectionError) -> None:
    time_passes = Waiting()
    assert not may_release(written(ends), raiser(error), time_passes.wait, time_passes.monotonic)
