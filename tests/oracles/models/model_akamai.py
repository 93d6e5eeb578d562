"""A small model of Akamai's SIEM API: latency, late events, retention, tokens, faults.

An event has two times. Time mode selects events by when they were stored; a token continues after
the events that were visible. Most become visible `LATENCY` seconds after they were stored, some up
to `LATE_MAX` seconds later.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ta_akamai_siem.akamai.client import PageSource
from ta_akamai_siem.akamai.page import Page, PageSpool
from ta_akamai_siem.akamai.request import OffsetRequest
from ta_akamai_siem.errors import (
    OffsetExpired,
    PageIncomplete,
    RangeExpired,
    RateLimited,
    ServerTrouble,
    Unreachable,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from ta_akamai_siem.akamai.request import Request

LATENCY = 5.0
LATE_MAX = 57.0
"""Seconds. The product's margin is a minute, of which `Clock.jitter` takes up to two seconds."""
RETENTION = 12 * 3600.0
BUCKET = 7
FAULTS = ("cut", "total", "line", "limited", "trouble", "unreachable", "expired")


class Event(NamedTuple):
    """`stored`, `visible`: true time, epoch seconds."""

    stored: float
    visible: float
    line: bytes


@dataclass
class Clock:
    """`now`: true time. `host_error`: seconds by which this host's clock is wrong. `jitter`:
    returns the additional error of one reading, in seconds.
    """

    now: float = 1_750_000_000.0
    host_error: float = 0.0
    jitter: Callable[[], float] = lambda: 0.0

    def host(self) -> float:
        return self.now + self.host_error + self.jitter()


@dataclass
class ModelAkamai(PageSource):
    """`events`: in the order in which they become visible. `faults`: of the next requests.

    The line of an event contains its time and a unique number, except for twins.
    """

    clock: Clock
    chance: random.Random
    events: list[Event] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    tokens: dict[str, tuple[float, tuple[int, ...]]] = field(default_factory=dict)
    config_ids: tuple[int, ...] = (1,)
    requests: int = 0

    def store(
        self, count: int, *, late: float = 0.0, hidden: float = 0.0, twins: bool = False
    ) -> None:
        """Store events now. `late`: seconds since they happened. `hidden`: seconds beyond `LATENCY`
        until they are visible. `twins`: each one twice.
        """
        for _ in range(count):
            number = len(self.events)
            start = f"{self.clock.now - 1 - late:.3f}"
            line = json.dumps({"n": number, "httpMessage": {"start": start}}).encode()
            event = Event(self.clock.now, self.clock.now + LATENCY + hidden, line)
            self.events += [event] * (2 if twins else 1)
        self.events.sort(key=lambda event: event.visible)

    def fetch(self, request: Request, *, tolerant: bool) -> Page:
        """Fetches pages, as the collector's source does."""
        self.requests += 1
        fault = self.faults.pop(0) if self.faults else ""
        self._refuse(fault, request)
        found = self._found(request)
        chosen, place = self._page(found, request.limit)
        lines = [event.line for event in chosen]
        if self.chance.random() < 0.3:
            self.chance.shuffle(lines)
        token = f"t{len(self.tokens)}"
        self.tokens[token] = (place, self.config_ids)
        context: dict[str, Any] = {"total": len(lines), "offset": token}
        if len(chosen) < len(found):
            context["limit"] = request.limit
        return self._answer(lines, context, fault, tolerant=tolerant)

    def _refuse(self, fault: str, request: Request) -> None:
        if fault == "limited":
            raise RateLimited("budget", retry_after=self.chance.choice((None, 3.0, 400.0)))
        if fault == "trouble":
            raise ServerTrouble("500")
        if fault == "unreachable":
            raise Unreachable("reset")
        if fault == "expired" and isinstance(request, OffsetRequest):
            raise OffsetExpired("too old")

    def _found(self, request: Request) -> list[Event]:
        """The visible events of a request."""
        now, oldest = self.clock.now, self.clock.now - RETENTION
        if not isinstance(request, OffsetRequest):
            if request.since < oldest:
                raise RangeExpired("too old", now)
            return [e for e in self.events if request.since <= e.stored and e.visible <= now]
        if request.offset == "NULL":
            return []
        place, ids = self.tokens[request.offset]
        if place < oldest or ids != self.config_ids:
            raise OffsetExpired("too old")
        return [e for e in self.events if place < e.visible <= now]

    def _page(self, found: list[Event], limit: int) -> tuple[list[Event], float]:
        """Whole moments and whole buckets: the page exceeds the limit rather than stopping below
        it.
        """
        count = min(len(found), -(-limit // BUCKET) * BUCKET)
        while 0 < count < len(found) and found[count].visible == found[count - 1].visible:
            count += 1
        place = self.clock.now if count == len(found) else found[count - 1].visible
        return found[:count], place

    def _answer(
        self, lines: list[bytes], context: dict[str, Any], fault: str, *, tolerant: bool
    ) -> Page:
        if fault == "total":
            context["total"] += 1
        if fault == "line":
            lines = [*lines]
            lines.insert(self.chance.randrange(len(lines) + 1), b'{"begins": well}')
            context["total"] += 1
        spool = PageSpool(io.BytesIO(), tolerant=tolerant)
        text = b"\n".join([*lines, json.dumps(context).encode()])
        if fault == "cut":
            spool.feed(text[: self.chance.randrange(len(text))])
            raise PageIncomplete("cut")
        spool.feed(text)
        return spool.finish()
