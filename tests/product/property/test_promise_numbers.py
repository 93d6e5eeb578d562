"""The numbers of docs/delivery.md as bounds, on the state machine of `test_promise` without chance.

`repository/test_delivery_numbers.py` compares the page with the code; these tests compare the
behaviour of the code with the page. So the numbers are repeated here.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import pytest

from tests.product.property.test_promise import Promise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracles.models.model_splunk import ModelSplunkd


@contextlib.contextmanager
def collecting(seconds: int) -> Iterator[Promise]:
    """An input that has collected for that long, one event and one run per second."""
    machine = Promise()
    machine.begin(seed=1, start_back=600)
    machine.clock.jitter = lambda: 0.0
    # Duplicates are counted here.
    machine.calm = False
    for _ in range(seconds):
        machine.store(1, late=0.0, hidden=0.0, twins=False, pause=1.0)
        machine.run("A", [], -1)
    yield machine
    machine.teardown()


def collected_again(machine: Promise) -> list[float]:
    """How many seconds before now they were stored, oldest first."""
    splunkd = machine.members["A"].splunkd
    splunkd.stop()
    stored = {json.loads(line)["n"]: stored for stored, _, line in machine.akamai.events}
    twice = [json.loads(text)["n"] for text, count in splunkd.stored.items() if count > 1]
    return sorted((machine.clock.now - stored[n] for n in twice), reverse=True)


def test_an_expired_offset_repeats_60_seconds_before_the_last_complete_moment() -> None:
    with collecting(200) as machine:
        machine.run("A", ["expired"], -1)
        again = collected_again(machine)
        # That moment is 5 s ago: Akamai withholds newer events.
        assert again == [65.0 - n for n in range(60 + 1)]


def test_an_event_that_shows_just_within_the_margin_is_found_after_an_expired_offset() -> None:
    with collecting(100) as machine:
        machine.store(1, late=0.0, hidden=57.0, twins=False, pause=0.0)
        machine.wait(61.0)
        machine.run("A", [], -1)
        machine.wait(1.0)
        machine.run("A", ["expired"], -1)


def test_a_crash_repeats_what_was_collected_in_the_last_30_seconds_and_a_page() -> None:
    """And no less than the last 30 s, which may still have been in a queue."""
    with collecting(200) as machine:
        written = sum(_written(machine.members["A"].splunkd).values())
        machine.members["A"].splunkd.stop()
        machine.must_run = "A"
        machine.members["A"].splunkd.started = machine.clock.host() - 0.5
        machine.run("A", [], -1)
        again = sum(_written(machine.members["A"].splunkd).values()) - written
        assert 30 <= again <= 31


def _written(splunkd: ModelSplunkd) -> dict[str, int]:
    counts = dict(splunkd.stored)
    for _, text in splunkd.taken:
        counts[text] = counts.get(text, 0) + 1
    return counts


@pytest.mark.parametrize(("seconds", "rewound"), [(1.0, 1), (58.0, 1), (61.0, 0), (119.0, 0)])
def test_an_orderly_restart_counts_as_a_crash_within_60_seconds(
    seconds: float, rewound: int
) -> None:
    """`seconds`: between the last save and splunkd's start."""
    with collecting(100) as machine:
        machine.clock.now += seconds
        machine.members["A"].splunkd.stop()
        machine.members["A"].splunkd.started = machine.clock.host()
        machine.run("A", [], -1)
        assert machine.log.events["checkpoint.rewound"] == rewound


@pytest.mark.parametrize(
    ("seconds", "taken"), [(1.0, False), (44.0, False), (46.0, True), (89.0, True)]
)
def test_another_member_takes_over_after_45_seconds(seconds: float, taken: bool) -> None:
    """`seconds`: since the other member first saw the claim of the failed one."""
    with collecting(100) as machine:
        # Killed after its claim is inserted.
        machine.run("A", [], 8)
        machine.run("B", [], -1)
        machine.clock.now += seconds
        machine.store(1, late=0.0, hidden=0.0, twins=False, pause=0.0)
        before = machine.akamai.requests
        machine.run("B", [], -1)
        assert (machine.akamai.requests > before) is taken
        machine.must_run = ""


def test_an_offset_that_expires_during_a_long_catch_up() -> None:
    """Everything before the end of the last page is complete. Nothing younger is skipped. Only that
    page, the one before it, and a minute are duplicated.
    """
    with collecting(1) as machine:
        for _ in range(40):
            machine.store(10, late=0.0, hidden=0.0, twins=False, pause=20.0)
        machine.wait(600.0)
        machine.run("A", ["", "", "", "", "", "expired"], -1)
        assert machine.log.events["offset.expired"] == 1
        assert 40 <= len(collected_again(machine)) <= 2 * 49 + 30 + 10
