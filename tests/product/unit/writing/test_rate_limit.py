"""No more than that many events a second, whatever the size of the blocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ta_akamai_siem.writing.rate_limit import RateLimit


class Clock:
    """Moves while something sleeps, and between two blocks."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@given(
    st.integers(1, 5_000),
    st.lists(st.tuples(st.integers(1, 500), st.floats(0, 3)), min_size=1, max_size=50),
)
def test_no_span_of_time_has_more(rate: int, blocks: list[tuple[int, float]]) -> None:
    clock = Clock()
    rate_limit = RateLimit(rate, clock.sleep, clock.monotonic)
    written: list[tuple[float, int]] = []
    for events, busy in blocks:
        rate_limit.spend(events)
        written.append((clock.now, events))
        clock.now += busy
    for first, (began, _) in enumerate(written):
        events = 0
        for at, more in written[first:]:
            # One second's worth may have been saved, and a block is written as a whole.
            assert events <= (at - began + 1) * rate + 1e-6 * rate
            events += more


def test_a_backlog_is_written_at_the_rate() -> None:
    clock = Clock()
    rate_limit = RateLimit(100, clock.sleep, clock.monotonic)
    for _ in range(200):
        rate_limit.spend(50)
    assert 98.0 <= clock.now - 1000.0 <= 100.0


def test_without_a_rate_nobody_waits() -> None:
    clock = Clock()
    rate_limit = RateLimit(None, clock.sleep, clock.monotonic)
    for _ in range(1000):
        rate_limit.spend(10**6)
    assert clock.now == 1000.0
