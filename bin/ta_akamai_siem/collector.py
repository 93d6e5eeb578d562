"""The loop: plan, fetch, write, flush, save. No Splunk and no HTTP: it sees protocols.

The checkpoint moves in one place, after the page proved complete and its records were written.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Optional, Protocol

from . import cursor as cursors
from .ahead import Ahead
from .errors import PageIncomplete
from .fetching import FetchFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from .cursor import Cursor
    from .delivery import Delivered
    from .fetching import Fetched
    from .page import Page
    from .settings import InputSettings

RUN_MAX = 50 * 60.0
"""Seconds after which a run ends at a page's boundary: session keys and settings stay fresh."""


class Checkpoints(Protocol):
    def load(self) -> Cursor | None: ...

    def save(self, cursor: Cursor, saved_at: float) -> None: ...


class Pages(Protocol):
    def fetch(self, cursor: Cursor) -> Fetched: ...


class Writer(Protocol):
    def deliver(self, page: Page, position: str) -> Delivered: ...

    def finished(self) -> None: ...


class Log(Protocol):
    def debug(self, event: str, **values: object) -> None: ...

    def info(self, event: str, **values: object) -> None: ...

    def warning(self, event: str, **values: object) -> None: ...


class StopFlag(Protocol):
    def check(self) -> None: ...

    def interruptible(self) -> contextlib.AbstractContextManager[None]: ...


@dataclass
class Totals:
    """What a run has collected so far."""

    pages: int = 0
    events: int = 0
    repeated: int = 0
    size: int = 0
    drained: bool = False
    lag: Optional[float] = None


@dataclass(frozen=True)
class Surroundings:
    """`now`: Akamai's clock, `host_now`: this host's, both epoch seconds. `blocked`: seconds that
    splunkd has kept us waiting so far.
    """

    checkpoints: Checkpoints
    pages: Pages
    writer: Writer
    log: Log
    stop: StopFlag
    now: Callable[[], float]
    host_now: Callable[[], float]
    blocked: Callable[[], float]


class Collector:
    """One run of one input."""

    def __init__(self, settings: InputSettings, around: Surroundings, totals: Totals) -> None:
        """`totals`: counts what is collected, whatever ends the run."""
        self._settings = settings
        self._around = around
        self.totals = totals

    def run(self) -> None:
        """Collect until drained, or for `RUN_MAX`. Raises any CollectionError that ends the run;
        the checkpoint then stands where the last whole page left it.
        """
        end = time.monotonic() + RUN_MAX
        ahead: Optional[Ahead[Fetched]] = self._fetch(self._resume())
        while ahead is not None:
            fetched = self._arrived(ahead)
            drained = cursors.is_drained(fetched.page.context, fetched.request)
            following = fetched.cursor.after(
                fetched.page.context, fetched.asked_at, drained=drained
            )
            self.totals.drained = drained
            more = not drained and time.monotonic() < end
            ahead = self._fetch(following) if more else None
            self._take(fetched, following)
            self._around.stop.check()

    def _resume(self) -> Cursor:
        """Where to go on from. A new beginning is saved at once: it is what `start` refers to."""
        around = self._around
        stored = around.checkpoints.load()
        if stored is not None and cursors.belongs_to(stored, self._settings):
            return replace(stored, limit=min(stored.limit, self._settings.limit))
        if stored is None or stored.host != self._settings.account.host:
            begun = cursors.begin(self._settings, around.now())
        else:
            begun = replace(stored.replaying(), config_ids=self._settings.config_ids)
        if stored is not None:
            around.log.warning(
                "checkpoint.foreign",
                reason="The stored offset belongs to another host or other config_ids",
                host=stored.host,
                config_ids=";".join(map(str, stored.config_ids)),
            )
        self._save(begun)
        return begun

    def _fetch(self, cursor: Cursor) -> Ahead[Fetched]:
        return Ahead(lambda: self._around.pages.fetch(cursor))

    def _arrived(self, ahead: Ahead[Fetched]) -> Fetched:
        with self._around.stop.interruptible():
            try:
                return ahead.result()
            except FetchFailed as failed:
                failure = failed
        self._save(failure.cursor)
        raise failure.error

    def _take(self, fetched: Fetched, following: Cursor) -> None:
        """Write a page, then move the checkpoint past it."""
        began, blocked = time.monotonic(), self._around.blocked()
        position = fetched.cursor.position
        with contextlib.closing(fetched.page):
            try:
                delivered = self._around.writer.deliver(fetched.page, position)
            except PageIncomplete:
                self._save(replace(fetched.cursor, doubts=fetched.cursor.doubts + 1))
                raise
        self._save(following)
        self._around.writer.finished()
        self._report(
            fetched,
            delivered,
            write_seconds=time.monotonic() - began,
            blocked_seconds=self._around.blocked() - blocked,
        )

    def _save(self, cursor: Cursor) -> None:
        self._around.checkpoints.save(cursor, self._around.host_now())
        self._around.log.debug("checkpoint.saved", **cursor.to_document())

    def _report(self, fetched: Fetched, delivered: Delivered, **seconds: float) -> None:
        page, log, now = fetched.page, self._around.log, self._around.now()
        totals = self.totals
        totals.pages += 1
        totals.events += delivered.events
        totals.repeated += delivered.repeated
        totals.size += page.size
        if delivered.newest:
            totals.lag = now - delivered.newest
        spent = fetched.seconds + seconds["write_seconds"]
        log.info(
            "page.collected",
            events=delivered.events,
            bytes=page.size,
            seconds=spent,
            events_per_second=int(delivered.events / spent) if spent else None,
            fetch_seconds=fetched.seconds,
            lag_seconds=now - delivered.newest if delivered.newest else None,
            offset_age_seconds=_age(fetched, now),
            limit=fetched.request.limit,
            repeated=delivered.repeated or None,
            untimed=delivered.untimed or None,
            unparsed=delivered.unparsed or None,
            **seconds,
        )
        if page.doubt:
            log.warning("page.doubtful", reason=page.doubt, unparsed=delivered.unparsed)
        if fetched.gap:
            log.warning(
                "gap.recorded",
                since=fetched.gap.since,
                until=fetched.gap.until,
                cause=fetched.gap.cause,
            )


def _age(fetched: Fetched, now: float) -> float | None:
    """How long ago everything up to the page's offset was complete."""
    complete = fetched.cursor.complete_until
    return now - complete if complete is not None else None
