"""Stores all events and selects those of a page."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .load import Load, Slice
from .multiset import MultisetDigest, find_marker
from .position import Position, before

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from .schedule import Schedule


class Selection(NamedTuple):
    """The events of a page in storage order, and the position up to which it is complete."""

    slices: list[Slice]
    total: int
    reached_limit: bool
    until: Position


@dataclass
class _Cursor:
    """The part of a load that is in the range: the events from ``low`` to ``high`` (excluded)."""

    load: Load
    low: int
    high: int

    def next_end(self) -> Position:
        """Return the position of the last event of the next bucket."""
        return self.load.position(min(self.load.bucket_end(self.low), self.high) - 1)

    def advance(self, place: Position) -> Iterator[Slice]:
        """Advance behind ``place`` and return the events up to it."""
        first, self.low = self.low, min(self.load.count_until(place), self.high)
        return self.load.slices(first, self.low)


class Store:
    """The loads of all security configurations. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Keep the compressed events in files in ``folder``."""
        self.folder = folder
        self._loads: list[Load] = []
        self._numbers = itertools.count(1)
        self._told_until: dict[int, float] = {}
        self._lock = threading.Lock()

    def add(
        self,
        config_id: int,
        schedule: Schedule,
        make_line: Callable[[int], bytes],
        bucket_size: int,
    ) -> Load:
        """Store events; raises ValueError if a token was already issued for a later time.

        The API never makes events visible behind an issued token.
        """
        with self._lock:
            told = self._told_until.get(config_id, 0.0)
            if schedule.stored_at(0) <= told:
                message = (
                    f"the first event would be stored at {schedule.stored_at(0):.3f}, and an "
                    f"offset has already been issued for {told:.3f}"
                )
                raise ValueError(message)
            number = next(self._numbers)
            path = self.folder / f"load-{number:05d}.deflate"
            load = Load(number, config_id, schedule, make_line, bucket_size, path)
            self._loads.append(load)
            return load

    def clear(self) -> None:
        """Remove all events. Offsets that were issued no longer matter."""
        with self._lock:
            self._loads.clear()
            self._told_until.clear()

    def promise(self, config_ids: Iterable[int], moment: float) -> None:
        """Record that an offset for ``moment`` was issued. No event may be stored before it any
        more.
        """
        with self._lock:
            for config_id in config_ids:
                self._told_until[config_id] = max(self._told_until.get(config_id, 0.0), moment)

    def select(
        self, config_ids: Iterable[int], start: Position, until: Position, goal: int, stop: str
    ) -> Selection:
        """Select the events after ``start`` up to ``until``, in whole buckets.

        The selection ends with the bucket that reaches ``goal``; with ``stop`` "under" it ends
        before a bucket (other than the first) that would exceed it.
        """
        wanted = set(config_ids)
        self.promise(wanted, until.stored)
        with self._lock:
            open_loads = [
                _Cursor(load, load.count_until(start), load.count_until(until))
                for load in self._loads
                if load.config_id in wanted and load.position(load.count - 1) > start
            ]
        slices: list[Slice] = []
        total = 0
        end = start
        while True:
            open_loads = [each for each in open_loads if each.low < each.high]
            if not open_loads:
                return Selection(slices, total, reached_limit=False, until=until)
            next_end = min(each.next_end() for each in open_loads)
            found: list[Slice] = []
            for each in open_loads:
                found.extend(each.advance(next_end))
            more = sum(piece.events for piece in found)
            if stop == "under" and total and total + more > goal:
                return Selection(slices, total, reached_limit=False, until=end)
            slices.extend(found)
            total += more
            end = next_end
            if total >= goal:
                return Selection(slices, total, reached_limit=True, until=end)

    def held(
        self,
        config_ids: Iterable[int] | None = None,
        stored_from: float = 0.0,
        stored_to: float = float("inf"),
    ) -> list[Slice]:
        """Return the events stored from one time (included) to another (excluded), load by load."""
        wanted = None if config_ids is None else set(config_ids)
        with self._lock:
            loads = [load for load in self._loads if wanted is None or load.config_id in wanted]
        slices: list[Slice] = []
        for load in loads:
            low = load.count_until(before(stored_from))
            high = load.count_until(before(stored_to))
            slices.extend(load.slices(low, high))
        return slices

    def count_until(self, place: Position) -> int:
        """Return how many events lie at ``place`` or before it."""
        with self._lock:
            loads = list(self._loads)
        return sum(load.count_until(place) for load in loads)

    def newest(self) -> float:
        """Return the latest storage time, 0 if nothing is stored."""
        with self._lock:
            return max((load.schedule.stored_at(load.count - 1) for load in self._loads), default=0)


def digests(slices: Iterable[Slice]) -> tuple[MultisetDigest, MultisetDigest]:
    """Return the digests of the raw lines and of the markers in ``slices``."""
    lines, markers = MultisetDigest(), MultisetDigest()
    for piece in slices:
        bucket = piece.whole()
        if bucket is not None:
            lines.merge(bucket.lines)
            markers.merge(bucket.markers)
            continue
        for line in piece.lines():
            lines.add(line)
            marker = find_marker(line)
            if marker is not None:
                markers.add(marker.encode())
    return lines, markers
