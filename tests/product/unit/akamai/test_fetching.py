"""How long a run asks again: by the pauses, and by the time that the requests themselves take."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from ta_akamai_siem.akamai.client import PAGE_TIMEOUT, PageSource
from ta_akamai_siem.akamai.fetching import (
    ATTEMPTS_SECONDS_MAX,
    RETRY_SECONDS_MAX,
    Fetcher,
    FetchFailed,
)
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.continuous.cursor import Cursor
from ta_akamai_siem.errors import Unreachable

CURSOR = Cursor("192.0.2.7", (7,), offset="71cca;x")


class Silent:
    def debug(self, *_: object, **__: object) -> None: ...

    warning = debug


class Dripping(PageSource):
    """Never gives a page, and takes `seconds` for that."""

    def __init__(self, seconds: float, now: list[float]) -> None:
        self._seconds, self._now = seconds, now
        self.asked: list[float] = []

    def fetch(self, *_: Any, **__: Any) -> Any:
        self.asked.append(self._now[0])
        self._now[0] += self._seconds
        raise Unreachable("too slow")


@pytest.mark.parametrize(
    ("seconds", "longest_pauses", "shortest_pauses"),
    [
        (0.0, 8, 12),
        (PAGE_TIMEOUT, 2, 2),
        (PAGE_TIMEOUT / 6, 8, 10),
    ],
)
@pytest.mark.parametrize("shortest", [False, True])
def test_a_run_without_a_page_ends(
    seconds: float,
    longest_pauses: int,
    shortest_pauses: int,
    shortest: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After so many requests, if chance makes each pause the longest, or the shortest."""
    monkeypatch.setattr(random, "uniform", lambda low, high: low if shortest else high)
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    source, silent = Dripping(seconds, now), Silent()

    def wait(pause: float) -> None:
        now[0] += pause

    fetcher = Fetcher(source, CorrectedClock(), wait, silent)  # type: ignore[arg-type]
    with pytest.raises(FetchFailed) as failed:
        fetcher.fetch(CURSOR)
    assert failed.value.cursor == CURSOR
    assert len(source.asked) == (shortest_pauses if shortest else longest_pauses)
    assert source.asked[-1] - source.asked[0] <= ATTEMPTS_SECONDS_MAX
    assert now[0] - 1_000 <= max(RETRY_SECONDS_MAX, ATTEMPTS_SECONDS_MAX + PAGE_TIMEOUT)
