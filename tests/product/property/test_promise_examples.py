"""Sequences that once broke the promise, step by step on the same machine."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.product.property.test_promise import Promise

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def promise(start_back: int = 600) -> Iterator[Promise]:
    """The promise is asked for at the end, whatever was done before."""
    machine = Promise()
    machine.begin(seed=1, start_back=start_back)
    yield machine
    machine.teardown()


def test_splunkd_dies_soon_after_config_ids_were_changed() -> None:
    with promise() as machine:
        machine.run("A", [], -1)
        machine.store(20, late=0.0, twins=False, pause=0.3)
        machine.wait(600.0)
        machine.run("A", [], -1)
        machine.change_ids()
        machine.run("A", [], -1)
        machine.crash("A", 2.0)
