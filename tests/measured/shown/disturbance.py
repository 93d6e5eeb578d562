"""Bad responses in a row, then good ones at 600 events a second: the input's own loop in model
time.

A run, its waits and the interval between two runs take model time. The product decides which
request comes when, and with which limit. One page takes a round trip and the time to transfer and
write its events, one after the other, which is slower than the product, where they overlap.
"""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from ta_akamai_siem.akamai.client import PageSource
from ta_akamai_siem.akamai.error_table import error_of, read_error_response
from ta_akamai_siem.akamai.fetching import Fetcher
from ta_akamai_siem.akamai.page import Context, Page, PageSpool
from ta_akamai_siem.akamai.request import OffsetRequest
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.continuous import collector, cursor
from ta_akamai_siem.errors import CollectionError
from ta_akamai_siem.position.checkpoint import Stored
from ta_akamai_siem.run.report import Totals
from ta_akamai_siem.settings import Account, InputSettings
from ta_akamai_siem.writing.delivery import Delivered

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.akamai.request import Request

ARRIVING = 600
ROUND_TRIP = 0.5
BAD_ANSWER = 2.0
FETCHED, WRITTEN = 20_000, 20_000
"""Events a second: the rate of a connection of 50 MBit/s, and the rate of a slow host."""
INTERVAL = 60.0
LIMIT = 50_000
RUNS_AFTER = 3
"""Number of runs after everything is collected, to see the steady state again."""
COUNTS = (5, 8, 10, 13, 15)
SOON = 120.0
SOON_AFTER_A_WAIT = 600.0
"""Seconds from the last bad response until the input is caught up; the second where Akamai asked
for time.
"""
BEGAN = 1_750_000_000.0
ACCOUNT = Account("main", "192.0.2.7", "client", "secret", "access")
EVENT = b'{"httpMessage":{"start":"1750000000"}}\n'


def answered(*pieces: bytes) -> CollectionError:
    """The error that the product creates from a body."""
    spool = PageSpool(io.BytesIO(), content_type="text/html")
    try:
        for piece in pieces:
            spool.feed(piece)
        spool.finish()
    except CollectionError as error:
        return error
    raise AssertionError


def unavailable(**headers: str) -> Callable[[], CollectionError]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    date = {"Date": "Sun, 15 Jun 2025 15:06:40 GMT"}
    return lambda: error_of(read_error_response(503, {**date, **named}, b"{}"))


KINDS: dict[str, Callable[[], CollectionError]] = {
    "HTML": lambda: answered(b"<html><title>Blocked</title></html>"),
    "empty": answered,
    "cut": lambda: answered(EVENT * 10, EVENT[:20]),
    "503": unavailable(),
    "503, Retry-After 30": unavailable(Retry_After="30"),
    "503, Retry-After 120": unavailable(Retry_After="120"),
    "503, Retry-After 3600": unavailable(Retry_After="3600"),
    "503, Retry-After 86400": unavailable(Retry_After="86400"),
    "503, Retry-After 999999": unavailable(Retry_After="999999"),
    "503, Retry-After in ten years": unavailable(Retry_After="Sun, 15 Jun 2035 15:06:40 GMT"),
}


@dataclass
class World:
    """The simulated world.

    `now`: seconds. `bad`: the responses to come. `over`: time of the last of them. `got`: number of
    events written, `twice`: number written again, `skipped`: number never written.
    """

    bad: list[CollectionError]
    now: float = BEGAN
    over: float = 0.0
    got: int = 0
    twice: int = 0
    skipped: int = 0
    requests: int = 0
    position: cursor.Cursor = field(
        default_factory=lambda: cursor.Cursor("192.0.2.7", (7,), LIMIT, offset="0")
    )

    def pass_by(self, seconds: float) -> None:
        self.now += seconds

    @property
    def stored(self) -> int:
        """Number of events available."""
        return int((self.now - BEGAN) * ARRIVING)


class Source(PageSource):
    def __init__(self, world: World) -> None:
        self._world = world

    def fetch(self, request: Request, *, tolerant: bool) -> Page:
        world = self._world
        world.requests += 1
        if world.bad:
            world.pass_by(BAD_ANSWER)
            error = world.bad.pop(0)
            world.over = world.now
            raise error
        assert isinstance(request, OffsetRequest)
        world.pass_by(ROUND_TRIP)
        begin, left = int(request.offset), world.stored - int(request.offset)
        count = min(left, request.limit)
        world.pass_by(count / FETCHED)
        context = Context(count, str(begin + count), request.limit if count < left else None)
        return Page(io.BytesIO(), context, count, 0, count * 400, regular=True, tolerant=tolerant)


class Part:
    """The other objects that the loop needs."""

    def __init__(self, world: World) -> None:
        self._world = world

    def deliver(self, page: Page, position: str, *, behind: bool) -> Delivered:
        del behind
        self._world.pass_by(page.events / WRITTEN)
        self._world.twice += max(0, self._world.got - int(position))
        self._world.skipped += max(0, int(position) - self._world.got)
        self._world.got = int(position) + page.events
        return Delivered(events=page.events)

    def read_up_to(self, unread: int) -> None: ...

    def unread(self, _: float) -> int:
        return 0

    def load(self) -> Stored[cursor.Cursor]:
        document = self._world.position.to_document()
        return Stored(cursor.from_document(document), self._world.now)

    def save(self, position: cursor.Cursor, _: float) -> None:
        self._world.position = position

    def interruptible(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    insisting = interruptible

    def nothing(self, *_: object, **__: object) -> None: ...

    start_anew = page_saved = wait_until_read = gap = doubt = check = debug = info = warning = (
        error
    ) = nothing


class AtOnce:
    """Replaces `Prefetch`: computes the result when it is requested, because model time has one
    thread.
    """

    def __init__(self, call: Callable[[], Any]) -> None:
        self.result = call


def run(world: World) -> None:
    part: Any = Part(world)
    clock = CorrectedClock(lambda: world.now)
    around = collector.Surroundings(
        checkpoints=part,
        pages=Fetcher(Source(world), clock, world.pass_by, part),
        writer=part,
        log=part,
        bulletin=part,
        stop=part,
        now=clock.now,
        host_now=clock.now,
        monotonic=clock.now,
        blocked=lambda: 0.0,
        pipe=part,
        connector=lambda: part,
    )
    settings = InputSettings("first", ACCOUNT, (7,), 0, LIMIT, None)
    with contextlib.suppress(CollectionError), patch.object(collector, "Prefetch", AtOnce):
        collector.Collector(settings, around, Totals()).run()


def disturbed(kind: str, count: int) -> tuple[World, float]:
    """The world some runs later, and the time from the last bad response until all was
    collected.
    """
    world = World([KINDS[kind]() for _ in range(count)])
    caught_up, after = 0.0, 0
    while after < RUNS_AFTER:
        began = world.now
        run(world)
        if not world.bad and world.stored - world.got < ARRIVING * 10:
            caught_up = caught_up or world.now
            after += 1
        world.now = max(world.now, began + INTERVAL)
    return world, caught_up - world.over


def main() -> bool:
    kept = True
    for kind in KINDS:
        allowed = SOON_AFTER_A_WAIT if "Retry-After" in kind else SOON
        told, lost, twice = [], 0, 0
        for count in COUNTS:
            world, seconds = disturbed(kind, count)
            skipped = world.skipped + int(world.position.offset or 0) - world.got
            good = seconds <= allowed and world.position.limit == LIMIT
            kept = kept and good and skipped == world.twice == 0
            lost += skipped
            twice += world.twice
            told.append(
                f"{count}: {seconds:.0f} s after {world.over - BEGAN:.0f} s, limit "
                f"{world.position.limit:,}{'' if good else ' BROKEN'}"
            )
        print(f"  {kind}: {'; '.join(told)}; lost {lost}, twice {twice}", flush=True)
    return kept
