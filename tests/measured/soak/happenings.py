"""What happened between two runs, and what it allows to come twice in the second."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tests.measured.soak.copies import Allowance
from tests.measured.soak.stored import STOP_AGE

if TYPE_CHECKING:
    from tests.measured.soak.stored import Stored

CHANGING = frozenset(
    {"blank_lines", "garbage_line", "garbage_context", "wrong_total", "no_context", "early_end"}
)
"""Faults after which a page has other lines than before."""


class Between(NamedTuple):
    """What happened since the last run that saved a position. `started`: start of a new splunkd,
    epoch seconds, 0 without one. `crashed`: the one before it did not stop in order.
    """

    started: float = 0.0
    crashed: bool = False
    ids_edited: bool = False

    def allowances(self, before: Stored, expired: int) -> list[Allowance]:
        """For the run that follows. `before`: what was stored when it began. `expired`: how often
        Akamai said that its offset has expired.
        """
        goes_back = self._goes_back(before)
        is_replay = before.safe_is_replay if goes_back else before.is_replay
        replays = expired + (self.ids_edited or is_replay)
        found = []
        if goes_back:
            found.append(Allowance(goes_back, before.safe))
        if replays:
            since = before.safe_margin if goes_back else before.margin
            found.append(Allowance("replay", since, times=replays))
        return found

    def _goes_back(self, before: Stored) -> str:
        """The cause; empty if the input has to stay where it is."""
        if not self.started:
            return ""
        if not before.ended:
            return "splunkd gone in the middle of a run"
        hasty = before.saved_at > self.started - STOP_AGE
        if self.crashed:
            return "splunkd crashed after a run" if hasty else ""
        return "splunkd restarted, its pipe not read" if hasty and not before.read else ""


class Happenings:
    """`between`: see there."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.between = Between()

    def note(self, kind: str) -> None:
        self.counts[kind] += 1

    def splunkd_started(self, at: float, *, crashed: bool) -> None:
        """`at`: epoch seconds."""
        self.note("crashes of splunkd" if crashed else "restarts of splunkd")
        self.between = self.between._replace(started=at, crashed=self.between.crashed or crashed)

    def ids_edited(self) -> None:
        self.note("config_ids edited")
        self.between = self.between._replace(ids_edited=True)

    def run_begins(self) -> Between:
        """What the run has to react to."""
        found, self.between = self.between, Between()
        return found

    def not_met(self, between: Between) -> None:
        """The run ended before it could react, so the next one has to."""
        now = self.between
        self.between = Between(
            now.started or between.started,
            now.crashed or between.crashed,
            now.ids_edited or between.ids_edited,
        )
