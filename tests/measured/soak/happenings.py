"""What happened, counted by kind, and what it allows to come twice in the run that follows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.measured.soak.copies import Allowance
from tests.measured.soak.stored import STOP_AGE

if TYPE_CHECKING:
    from tests.measured.soak.stored import Stored

CHANGING = frozenset(
    {"blank_lines", "garbage_line", "garbage_context", "wrong_total", "no_context", "early_end"}
)
"""Faults after which a page has other lines than before."""


class Happenings:
    """`started`: of splunkd, if it was started since the last run; 0 otherwise."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._crashed = False
        self._started = 0.0
        self._ids_edited = False

    def note(self, kind: str) -> None:
        self.counts[kind] += 1

    def splunkd_started(self, at: float, *, crashed: bool) -> None:
        """`at`: epoch seconds."""
        self.note("crashes of splunkd" if crashed else "restarts of splunkd")
        self._started = at
        self._crashed = self._crashed or crashed

    def ids_edited(self) -> None:
        self.note("config_ids edited")
        self._ids_edited = True

    def allowances(self, before: Stored, expired: int) -> list[Allowance]:
        """For the run that has just ended. `before`: what was stored when it began. `expired`: how
        often Akamai said that its offset has expired.
        """
        goes_back = self._goes_back(before)
        replays = expired + self._ids_edited + before.is_replay
        found = []
        if goes_back:
            found.append(Allowance(goes_back, before.safe))
        if replays:
            since = before.safe_margin if goes_back else before.margin
            found.append(Allowance("replay", since, times=replays))
        self._started, self._crashed, self._ids_edited = 0.0, False, False
        return found

    def _goes_back(self, before: Stored) -> str:
        """The cause; empty if the input has to stay where it is."""
        if not self._started:
            return ""
        if not before.ended:
            return "splunkd gone in the middle of a run"
        hasty = before.saved_at > self._started - STOP_AGE
        if self._crashed:
            return "splunkd crashed after a run" if hasty else ""
        return "splunkd restarted, its pipe not read" if hasty and not before.read else ""
