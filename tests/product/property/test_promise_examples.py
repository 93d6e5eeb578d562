"""Sequences that once broke the guarantee, step by step on the same state machine."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.oracles.models.model_akamai import LATE_MAX
from tests.product.property.test_promise import Promise

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def promise(start_back: int = 600) -> Iterator[Promise]:
    """The guarantee is checked at the end, whatever was done before."""
    machine = Promise()
    machine.begin(seed=1, start_back=start_back)
    yield machine
    machine.teardown()


def test_splunkd_dies_soon_after_config_ids_were_changed() -> None:
    with promise() as machine:
        machine.run("A", [], -1)
        machine.store(20, late=0.0, hidden=0.0, twins=False, pause=0.3)
        machine.wait(600.0)
        machine.run("A", [], -1)
        machine.change_ids()
        machine.run("A", [], -1)
        machine.crash("A", 2.0)


def test_config_ids_are_changed_twice_while_an_event_is_not_visible_yet() -> None:
    with promise() as machine:
        machine.store(1, late=0.0, hidden=LATE_MAX, twins=False, pause=20.0)
        machine.run("A", [], -1)
        machine.change_ids()
        machine.run("A", ["unreachable"] * 20, -1)
        machine.change_ids()
        machine.wait(70.0)
        machine.run("A", [], -1)


def test_an_event_expires_that_was_not_visible_when_the_last_page_came() -> None:
    """It is lost, but not silently: the gap must begin before it."""
    with promise() as machine:
        machine.store(1, late=0.0, hidden=LATE_MAX, twins=False, pause=20.0)
        machine.run("A", [], -1)
        machine.wait(13 * 3600.0)
        machine.run("A", [], -1)


def test_what_a_page_lacks_may_have_been_stored_before_the_last_complete_moment() -> None:
    """A late event: the reported gap begins as early as a replay would."""
    with promise() as machine:
        machine.clock.jitter = lambda: 0.0
        machine.run("A", [], -1)
        complete = machine.clock.now - 5
        machine.wait(20.0)
        machine.run("A", ["total"] * 3, -1)
        ((since, _),) = machine.log.missing
        assert since == complete - 60
