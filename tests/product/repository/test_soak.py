"""The soak finds a product that writes an event twice without a cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.measured.shown.arrivals import Arrived
from tests.measured.soak.copies import BEFORE_PIPE, PER_KILL, PIPE, Allowance, Copies, Ended
from tests.measured.soak.happenings import Between
from tests.measured.soak.stored import Stored

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = 10_000
SIZE = 1_000
"""Bytes of a record: a pipe holds 65."""


def events(*ranges: range) -> list[Arrived]:
    return [Arrived(number, SIZE) for numbers in ranges for number in numbers]


def after(ended: str, *, same_order: bool = True, again: Iterable[Arrived] = ()) -> int:
    """Events of the second run without a cause. The first wrote 0 to 5,000, all of one page."""
    copies = Copies()
    wrote = events(range(5_000))
    copies.run(wrote, 0, same_order=True)
    copies.ended(Ended(ended, 0, wrote), page=PAGE)
    return len(copies.run(again, 0, same_order=same_order))


@pytest.mark.parametrize(
    ("ended", "same_order", "allowed"),
    [
        ("well", True, 0),
        ("well", False, 0),
        ("stopped", True, 0),
        ("stopped", False, PAGE),
        ("killed", True, PER_KILL),
        ("killed", False, PAGE),
        ("left unread", True, BEFORE_PIPE + PIPE // SIZE),
        ("left unread", False, PAGE),
    ],
)
def test_what_a_page_may_bring_again(ended: str, same_order: bool, allowed: int) -> None:
    again = events(range(5_000))
    assert after(ended, same_order=same_order, again=again) == max(0, 5_000 - allowed)


def test_nothing_comes_twice_within_a_run_and_nothing_a_third_time() -> None:
    again = events(range(4_990, 5_000))
    assert after("killed", again=again) == 0
    assert after("killed", again=again * 2) == 10
    assert after("well", again=events(range(5_000, 5_010)) * 2) == 10


def test_a_kill_explains_nothing_once_the_page_is_done() -> None:
    copies = Copies()
    wrote = events(range(5_000))
    copies.run(wrote, 0, same_order=True)
    copies.ended(Ended("killed", 0, wrote), page=PAGE)
    assert copies.run(events(range(5_000, 6_000)), 0, same_order=True) == []
    assert len(copies.run(events(range(4_000, 5_000)), 6_000, same_order=True)) == 1_000


def test_what_lies_before_the_position_gone_back_to_has_no_cause() -> None:
    copies = Copies()
    copies.run(events(range(1_000)), 0, same_order=True)
    others = [Allowance("gone back", 900), Allowance("replay", 950, times=2)]
    again = events(range(890, 1_000), range(940, 1_000), range(950, 1_000))
    unexplained = copies.run(again, 1_000, others, same_order=True)
    assert unexplained == [*range(890, 900), *range(940, 950)]


def test_what_a_run_may_bring_again_and_does_not_the_next_one_may() -> None:
    copies = Copies()
    copies.run(events(range(1_000)), 0, same_order=True)
    others = [Allowance("gone back", 500)]
    assert copies.run(events(range(500, 600)), 1_000, others, same_order=True, after=600) == []
    assert copies.run([], 600, same_order=True, after=600) == []
    again = events(range(590, 1_000))
    assert copies.run(again, 600, same_order=True, after=1_000) == [*range(590, 600)]
    assert len(copies.run(again, 1_000, same_order=True)) == 410


STOPPED: dict[str, Any] = {"position": 9, "safe": 5, "margin": 7, "safe_margin": 3}


@pytest.mark.parametrize(
    ("between", "before", "expired", "allowed"),
    [
        (Between(), Stored(ended=False), 0, []),
        (Between(started=100.0), Stored(saved_at=90.0), 0, []),
        (Between(started=100.0), Stored(saved_at=90.0, read=False), 0, [5]),
        (Between(started=100.0), Stored(saved_at=30.0, read=False), 0, []),
        (Between(started=100.0, crashed=True), Stored(saved_at=90.0), 0, [5]),
        (Between(started=100.0, crashed=True), Stored(saved_at=30.0), 0, []),
        (Between(started=100.0, crashed=True), Stored(ended=False), 0, [5]),
        (Between(), Stored(), 1, [7]),
        (Between(ids_edited=True), Stored(), 0, [7]),
        (Between(), Stored(is_replay=True), 0, [7]),
        (Between(started=100.0, crashed=True), Stored(ended=False), 1, [5, 3]),
        (Between(started=100.0), Stored(ended=False, safe_is_replay=True), 0, [5, 3]),
        (Between(), Stored(safe_is_replay=True), 0, []),
    ],
)
def test_what_is_allowed_between_two_runs(
    between: Between, before: Stored, expired: int, allowed: list[int]
) -> None:
    """From which event on. The last save was 10 or 70 s before splunkd's start."""
    found = between.allowances(before._replace(**STOPPED), expired)
    assert [each.since for each in found] == allowed
