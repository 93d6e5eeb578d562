"""Turns the arguments of a control call into a schedule and its lines."""

from __future__ import annotations

import base64
import threading
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .corpus import Corpus, CorpusChoices
from .schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import Clock
    from .load import Load
    from .pages import Configurations
    from .store import Store

DEFAULT_BUCKET = 487
"""An odd number of events, so that pages exceed the usual limits."""

OPTIONS: dict[str, tuple[type, ...]] = {
    "config_id": (int,),
    "count": (int,),
    "seed": (int,),
    "first": (int,),
    "repetition": (str,),
    "odd": (int, float),
    "odd_kinds": (list,),
    "lines": (list,),
    "lines_base64": (list,),
    "file": (str,),
    "at": (int, float),
    "from": (int, float),
    "to": (int, float),
    "times": (list,),
    "lag_s": (int, float),
    "late_share": (int, float),
    "late_by_s": (int, float),
    "bucket": (int,),
    "prepare": (bool,),
}


class Loading:
    """Loads events into the store, generated or given line by line."""

    def __init__(self, store: Store, clock: Clock, configurations: Configurations) -> None:
        """Keep the store that receives the events."""
        self._store = store
        self._clock = clock
        self._configurations = configurations
        self._corpora: dict[CorpusChoices, Corpus] = {}
        self._next_index: defaultdict[int, int] = defaultdict(int)
        self._lock = threading.Lock()

    def load(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Store the requested events and return what was stored; raises ValueError."""
        for name, value in wanted.items():
            if name not in OPTIONS or not isinstance(value, OPTIONS[name]):
                message = f"{name} is no option, or not of type {OPTIONS.get(name)}"
                raise ValueError(message)
        config_id = wanted.get("config_id", min(self._configurations.known))
        if config_id not in self._configurations.known | self._configurations.forbidden:
            message = f"there is no configuration {config_id}"
            raise ValueError(message)
        bucket = wanted.get("bucket", DEFAULT_BUCKET)
        if bucket < 1:
            message = "a bucket holds at least one event"
            raise ValueError(message)
        lines = _given_lines(wanted)
        if lines is not None:
            schedule = self._schedule(wanted, len(lines))
            first = None
            load = self._store.add(config_id, schedule, lines.__getitem__, bucket)
        else:
            schedule = self._schedule(wanted, wanted.get("count", 0))
            make_line, first = self._generator(wanted, config_id, schedule)
            load = self._store.add(config_id, schedule, make_line, bucket)
        if wanted.get("prepare", True):
            _prepare(load)
        return {
            "load": load.number,
            "config_id": config_id,
            "count": load.count,
            "first": first,
            "stored_from": schedule.stored_at(0),
            "stored_to": schedule.stored_at(load.count - 1),
        }

    def _generator(
        self, wanted: dict[str, Any], config_id: int, schedule: Schedule
    ) -> tuple[Callable[[int], bytes], int]:
        choices = CorpusChoices(
            wanted.get("seed", 1),
            config_id,
            wanted.get("repetition", "usual"),
            float(wanted.get("odd", 0.02)),
            tuple(wanted.get("odd_kinds", ())),
        )
        with self._lock:
            corpus = self._corpora.setdefault(choices, Corpus(choices))
            first = wanted.get("first", self._next_index[choices.seed])
            following = max(self._next_index[choices.seed], first + schedule.count)
            self._next_index[choices.seed] = following

        def make_line(index: int) -> bytes:
            return corpus.event(first + index, schedule.happened_at(index))

        return make_line, first

    def _schedule(self, wanted: dict[str, Any], count: int) -> Schedule:
        times = [float(moment) for moment in wanted.get("times", ())]
        at = float(wanted.get("at", self._clock.now()))
        first = times[0] if times else float(wanted.get("from", at))
        last = times[-1] if times else float(wanted.get("to", first))
        return Schedule(
            count,
            first,
            last,
            times,
            float(wanted.get("lag_s", 2.0)),
            float(wanted.get("late_share", 0.0)),
            float(wanted.get("late_by_s", 600.0)),
        )


def _given_lines(wanted: dict[str, Any]) -> list[bytes] | None:
    if "file" in wanted:
        lines = Path(wanted["file"]).read_bytes().split(b"\n")
    elif "lines_base64" in wanted:
        lines = [base64.b64decode(line) for line in wanted["lines_base64"]]
    elif "lines" in wanted:
        lines = [line.encode() for line in wanted["lines"]]
    else:
        return None
    lines = [line for line in lines if line]
    if any(b"\n" in line for line in lines):
        message = "a line holds no line feed"
        raise ValueError(message)
    return lines


def _prepare(load: Load) -> None:
    for piece in load.slices(0, load.count):
        piece.whole()
