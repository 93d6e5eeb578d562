"""A range collected in windows has every event once, whatever their density and however `to`
counts.

The model of Akamai is very simple: events are pairs of a storage time and a line.
"""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ta_akamai_siem.akamai.client import PageSource
from ta_akamai_siem.akamai.fetching import Fetcher
from ta_akamai_siem.akamai.page import Page, PageSpool
from ta_akamai_siem.akamai.request import TimeRequest
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.backfill.window_pages import Windows
from ta_akamai_siem.backfill.windows import Recheck, WindowPlan
from ta_akamai_siem.errors import ParameterIllegal
from ta_akamai_siem.limits import RETENTION
from ta_akamai_siem.splunk.log import Log
from tests.examples import at_most

if TYPE_CHECKING:
    from collections.abc import Callable

SINCE, UNTIL = 1_000_000, 1_000_120
NOW = UNTIL + 600.0
LATE_MAX = 58.75
"""Seconds from storing to showing an event. The product waits a minute after a window's end. If
`to` includes its whole second, the end is that much later.
"""


@dataclass
class Model(PageSource):
    """`inclusive`: `to` includes its whole second. `refuses`: an empty range is illegal. `visible`:
    whether an event that was stored at that moment is visible yet.
    """

    events: list[tuple[float, bytes]]
    inclusive: bool
    refuses: bool
    shuffle: Any
    requests: int = 0
    visible: Callable[[float], bool] = lambda _: True

    def fetch(self, request: Any, *, tolerant: bool) -> Page:
        self.requests += 1
        if request.since == request.until and self.refuses:
            raise ParameterIllegal("no")
        end = request.until + 1 if self.inclusive else request.until
        found = [
            line
            for stored, line in self.events
            if request.since <= stored < end and self.visible(stored)
        ]
        reached = len(found) >= request.limit
        assert not tolerant
        return page_of(self.shuffled(found[: request.limit + 2]), request.limit if reached else 0)

    def shuffled(self, lines: list[bytes]) -> list[bytes]:
        self.shuffle(lines)
        return lines


def page_of(lines: list[bytes], limit: int) -> Page:
    spool = PageSpool(io.BytesIO())
    reached = b',"limit":%d' % limit if limit else b""
    context = b'{"total":%d,"offset":"x"%s}' % (len(lines), reached)
    spool.feed(b"\n".join([*lines, context]))
    return spool.finish()


class Time:
    """`now`: Akamai's clock. Only waiting takes time."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def wait(self, seconds: float) -> None:
        self.now += seconds


def collect(model: Model, limit: int, forget: Any, time: Time | None = None) -> list[bytes]:
    """All records of the range. `forget`: returns when a run ends and another continues."""
    time = time or Time()
    pages = Fetcher(model, CorrectedClock(lambda: time.now), time.wait, Log("", "windows"))
    windows = Windows(pages, lambda: time.now, time.wait, 120.0)
    plan = WindowPlan("h", (1,), SINCE, UNTIL, SINCE, limit)
    before = None
    records: list[bytes] = []
    while not plan.is_done:
        plan, window, gaps = windows.next(plan, before)
        assert window is not None
        assert gaps == ()
        with contextlib.closing(window.page):
            lines = [line for block in window.page.blocks() for line in block]
        records += [line for line in lines if not window.shared.take(line)]
        assert not window.shared
        plan = window.plan.after(len(lines))
        before = None if forget() else window.lines
    return records


EVENTS = st.lists(
    st.tuples(
        st.integers(SINCE * 4 - 8, UNTIL * 4 + 8).map(lambda quarter: quarter / 4),
        st.integers(0, 6).map(lambda number: b'{"n":%d}' % number),
    ),
    max_size=400,
)


@settings(max_examples=at_most(1500))
@given(EVENTS, st.booleans(), st.integers(8, 60), st.randoms(use_true_random=False))
def test_every_event_once(
    events: list[tuple[float, bytes]], inclusive: bool, limit: int, random: Any
) -> None:
    events.sort(key=lambda event: event[0])
    model = Model(events, inclusive, refuses=False, shuffle=random.shuffle)
    records = collect(model, limit, lambda: random.random() < 0.2)
    end = UNTIL + 1 if inclusive else UNTIL
    assert sorted(records) == sorted(line for stored, line in events if SINCE <= stored < end)


@settings(max_examples=at_most(800))
@given(EVENTS, st.booleans(), st.randoms(use_true_random=False))
def test_every_distinct_event_once_where_a_moment_cannot_be_asked_for(
    events: list[tuple[float, bytes]], inclusive: bool, random: Any
) -> None:
    events = [(stored, b'{"n":%d}' % number) for number, (stored, _) in enumerate(sorted(events))]
    model = Model(events, inclusive, refuses=True, shuffle=random.shuffle)
    records = collect(model, 40, lambda: random.random() < 0.2)
    end = UNTIL + 1 if inclusive else UNTIL
    assert sorted(records) == sorted(line for stored, line in events if SINCE <= stored < end)


@settings(max_examples=at_most(500))
@given(
    EVENTS,
    st.integers(0, 300),
    st.floats(5.0, LATE_MAX),
    st.integers(8, 60),
    st.randoms(use_true_random=False),
)
def test_events_that_become_visible_late(
    events: list[tuple[float, bytes]], ago: int, late: float, limit: int, random: Any
) -> None:
    """The range ended `ago` seconds ago; some of its events become visible `late` seconds after
    they were stored.
    """
    time = Time(UNTIL + ago)
    delays = {stored: random.choice((5.0, late)) for stored, _ in events}
    model = Model(
        sorted(events),
        inclusive=random.random() < 0.5,
        refuses=False,
        shuffle=random.shuffle,
        visible=lambda stored: stored + delays[stored] <= time.now,
    )
    records = collect(model, limit, lambda: random.random() < 0.2, time)
    end = UNTIL + 1 if model.inclusive else UNTIL
    assert sorted(records) == sorted(line for stored, line in events if SINCE <= stored < end)


def test_a_window_is_asked_for_as_soon_as_all_of_it_is_visible() -> None:
    time = Time(UNTIL + 5.0)
    model = Model([], inclusive=False, refuses=False, shuffle=lambda _: None)
    collect(model, 40, lambda: False, time)
    assert time.now == UNTIL + 60


def test_few_requests_are_wasted() -> None:
    events = [(SINCE + number / 10, b'{"n":%d}' % number) for number in range(1200)]
    model = Model(events, inclusive=False, refuses=False, shuffle=lambda _: None)
    assert len(collect(model, 100, lambda: False)) == 1200
    assert model.requests < 1200 / 100 * 2.5


def test_what_has_expired_is_left_out_and_told() -> None:
    plan = WindowPlan("h", (1,), 1000, 5000, 2000, 10, joined=True)
    same, gap = plan.clamped(2000.0)
    assert (same, gap) == (plan, None)
    later, gap = plan.clamped(3000.0 + RETENTION)
    assert gap is not None
    assert (gap.since, gap.until, gap.cause) == (2000.0, float(later.at), "range_expired")
    assert 3000 < later.at <= 3011
    assert not later.joined
    gone, gap = plan.clamped(9000.0 + RETENTION)
    assert gone.is_done
    assert gap is not None
    assert gap.until == 5000.0


def test_one_second_is_asked_for_whole() -> None:
    plan = WindowPlan("h", (1,), 0, 100, 50, 10, width=1)
    assert plan.request(100.0) == TimeRequest(50, 600_000, 51)
    assert not plan.can_be_split
    assert Recheck(5, 5).request(0.0) == TimeRequest(5, 600_000, 5)
