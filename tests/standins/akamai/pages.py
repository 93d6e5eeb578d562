"""Selects the events of a page and creates its offset context."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .position import Position, after, before
from .problems import documented, from_too_old, illegal_parameter
from .tokens import ForeignTokenError, UnknownTokenError

if TYPE_CHECKING:
    from .clock import Clock
    from .load import Slice
    from .query import Query
    from .settings import Settings
    from .store import Store
    from .tokens import Tokens

FROM_NOW = "NULL"


@dataclass
class Page:
    """One response: its events, its last line, and how often it was requested before."""

    slices: list[Slice]
    total: int
    context: bytes
    asked_before: int = 0
    extra: dict[int, bytes] = field(default_factory=dict)
    """Additional bytes, by the number of the slice that they precede."""


@dataclass
class Configurations:
    """The existing security configurations, and those that the user may not read."""

    known: set[int]
    forbidden: set[int] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)
    listable: bool = True
    """Whether the client may request the list from the Application Security API."""

    def check(self, config_ids: frozenset[int]) -> None:
        """Raise the Problem for a request for ``config_ids``, if there is one."""
        if not config_ids <= self.known | self.forbidden:
            raise documented(404)
        if config_ids & self.forbidden:
            raise documented(403)


class Pages:
    """Builds pages from the store."""

    def __init__(self, store: Store, tokens: Tokens, settings: Settings, clock: Clock) -> None:
        """Keep the objects that pages are built from."""
        self._store = store
        self._tokens = tokens
        self._settings = settings
        self._clock = clock
        self._asked: Counter[object] = Counter()
        self._lock = threading.Lock()

    def page(self, query: Query, extra_skew_s: float = 0.0) -> Page:
        """Return the page; raises Problem if offset or range are refused."""
        now = self._clock.now()
        horizon = now - self._settings.latency_s
        if query.start is None:
            start = self._offset_place(query, now)
            until = max(after(horizon), start)
            drained = until
        else:
            start, until, drained = self._range(query, now, extra_skew_s)
        goal = self._settings.page_events or query.limit
        chosen = self._store.select(query.config_ids, start, until, goal, self._settings.page_stop)
        full = chosen.reached_limit or chosen.until < until
        place = chosen.until if full and query.end is None else drained
        self._store.promise(query.config_ids, min(place.stored, now))
        context = self._context(query, chosen.total, place, reached=chosen.reached_limit)
        return Page(chosen.slices, chosen.total, context, self._count_asking(query, start))

    def mint(self, config_ids: frozenset[int], stored: float) -> str:
        """Return the token of a client that has received everything stored up to ``stored``."""
        self._store.promise(config_ids, stored)
        return self._tokens.issue(config_ids, after(stored), self._settings.token_form)

    def place(self, offset: str) -> Position:
        """Return the place of an offset; raises UnknownTokenError."""
        return self._tokens.place(offset)

    def _offset_place(self, query: Query, now: float) -> Position:
        if query.offset == FROM_NOW:
            return after(now)
        try:
            place = self._tokens.read(query.offset or "", query.config_ids)
        except UnknownTokenError:
            raise illegal_parameter("offset was not issued here") from None
        except ForeignTokenError:
            if self._settings.foreign_ids_status == 416:
                raise documented(416) from None
            raise illegal_parameter("offset was issued for other configurations") from None
        if place.stored < now - self._settings.retention_s:
            raise documented(416)
        return place

    def _range(
        self, query: Query, now: float, extra_skew_s: float
    ) -> tuple[Position, Position, Position]:
        """Return the start and end of the range, and the position of its offset when drained."""
        settings = self._settings
        horizon = now - settings.latency_s
        start = self._clock.from_told(float(query.start or 0), extra_skew_s)
        if start < now - settings.retention_s:
            if settings.from_too_old != 200:
                raise from_too_old(f"from is {now - start:.1f} s ago")
            start = now - settings.retention_s
        if query.end is None:
            if start > horizon:
                raise illegal_parameter("from is younger than the default of to")
            ahead = now if settings.offset_after_from == "now" else horizon
            return before(start), after(horizon), after(ahead)
        end = self._clock.from_told(float(query.end), extra_skew_s)
        if end > horizon:
            raise illegal_parameter(f"to is only {now - end:.1f} s ago")
        if settings.to_bound == "inclusive":
            end = min(end + 1, horizon)
        ahead = now if settings.offset_after_to == "now" else end
        return before(start), before(end), after(ahead)

    def _context(self, query: Query, total: int, place: Position, *, reached: bool) -> bytes:
        token = self._tokens.issue(query.config_ids, place, self._settings.token_form)
        if not total:
            return b'{ "total": 0, "offset":' + json.dumps(token).encode() + b" }"
        context: dict[str, object] = {"total": total, "offset": token}
        if reached:
            context["limit"] = query.limit
        return json.dumps(context, separators=(",", ":")).encode()

    def _count_asking(self, query: Query, start: Position) -> int:
        key = (query.config_ids, start, query.end, query.mode)
        with self._lock:
            self._asked[key] += 1
            return self._asked[key] - 1
