"""What a running workbench has indexed so far, to search again and again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests import ROOT
from tests.by_hand.indexed import Indexed
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.spl import Searcher

if TYPE_CHECKING:
    from pathlib import Path

_EACH_S = 5.0


class Live:
    """`folder`: of the workbench. The fields of an event are computed once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._knowledge = Knowledge(ROOT)
        self._fields: dict[Event, dict[str, Any]] = {}
        self._looked = 0.0
        self._searcher = Searcher([], self._knowledge)
        CLOCK.moment = None

    def searcher(self) -> Searcher:
        """Of what is indexed now; the same one while nothing is new."""
        now = time.monotonic()
        if now - self._looked >= _EACH_S:
            self._looked = now
            events = Indexed(self._folder).events
            if set(events) != set(self._fields):
                self._fields = {event: self._of(event) for event in events}
                self._searcher = Searcher([*self._fields.values()], self._knowledge)
        return self._searcher

    def _of(self, event: Event) -> dict[str, Any]:
        known = self._fields.get(event)
        return known or {**self._knowledge.fields(event), "_time": float(event.time)}
