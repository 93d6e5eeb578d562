"""A circle of offsets is found; a sequence that only resembles one is not."""

from __future__ import annotations

import pytest

from ta_akamai_siem.akamai.page import Context
from ta_akamai_siem.akamai.request import OffsetRequest, TimeRequest
from ta_akamai_siem.continuous.way import Way
from ta_akamai_siem.errors import OffsetStuck


def go(*offsets: str, events: int = 5) -> None:
    way = Way()
    for asked, given in zip(offsets, offsets[1:]):
        way.check(OffsetRequest(asked, 10), Context(events, given, None))


def test_a_way_without_an_end() -> None:
    go(*(f"71cca;{number}" for number in range(10_000)))


@pytest.mark.parametrize("circle", ["aa", "aba", "abca", "abcb", "abcdefc"])
def test_a_circle_with_events(circle: str) -> None:
    with pytest.raises(OffsetStuck, match="5 events"):
        go(*circle)


def test_an_empty_page_may_stay_where_it_is() -> None:
    go("a", "a", "a", "b", events=0)


def test_a_replay_may_come_by_again() -> None:
    way = Way()
    way.check(OffsetRequest("a", 10), Context(5, "b", None))
    way.check(TimeRequest(1_750_000_000, 10), Context(5, "a", None))
    way.check(OffsetRequest("a", 10), Context(5, "b", None))
