"""What happened, and how many duplicates it may cause according to `docs/delivery.md`."""

from __future__ import annotations

import time
from collections import Counter, deque

REWIND_AGE = 35.0
"""Seconds before the last save to which the input may go back after a restart of splunkd."""
MARGIN = 60.0 + 5.0
"""Seconds of storage time that a replay repeats."""
PER_KILL = 2_000


class Happenings:
    """Counts by kind, and the bound on duplicates. `page`: the largest page, in events."""

    def __init__(self, page: int, rate: int) -> None:
        self.counts: Counter[str] = Counter()
        self.bound = 0
        self._page = page
        self._rate = rate
        self._killed = 0
        self._written: deque[tuple[float, int]] = deque()

    def note(self, kind: str) -> None:
        self.counts[kind] += 1

    def wrote(self, records: int) -> None:
        """A run has ended that delivered that many records to splunkd."""
        self._written.append((time.monotonic(), records))

    def killed(self) -> None:
        self.note("kills of the input")
        self._killed += 1

    def asked_again(self, *, same_page: bool) -> None:
        """The next run begins. `same_page`: its page is the same as that of the killed run."""
        self.bound += self._killed * (PER_KILL if same_page else self._page)
        self._killed = 0

    def splunkd_gone(self, kind: str) -> None:
        """Everything written since the position to which the input goes back may be duplicated."""
        self.note(kind)
        # The last save is earlier than now; runs that ended since then are within reach as well.
        reach = time.monotonic() - REWIND_AGE
        before = [written for at, written in self._written if at < reach]
        since = [written for at, written in self._written if at >= reach]
        # One more run: its position is saved at its end, so all of it may be repeated.
        self.bound += sum(since) + sum(before[-2:]) + self._page

    def replayed(self, kind: str, lag: float) -> None:
        """`lag`: seconds by which the input was behind."""
        self.note(kind)
        self.bound += int((MARGIN + lag) * self._rate) + self._page
