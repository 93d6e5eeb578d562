"""A range of storage time in windows, oldest first: which one to ask for next.

A frozen value and a plan (`akamai.plan`), like `cursor.Cursor`: no clock, no input or output. Time
mode has no offset to continue from, so a window must fit into one page. One that does not is
narrowed and requested again before any of it is written. Windows share the second where they meet,
because Akamai does not document whether `to` is part of the range.
https://techdocs.akamai.com/siem-integration/reference/get-config

All times are Akamai's clock, in whole epoch seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Optional

from ta_akamai_siem.akamai.plan import Remembered, read_remembered
from ta_akamai_siem.akamai.request import NEARLY_FULL, Gap, TimeRequest
from ta_akamai_siem.errors import RangeExpired
from ta_akamai_siem.limits import MARGIN, PAGE_EVENTS_MAX, RETENTION, RETENTION_SLACK
from ta_akamai_siem.position.history import Codec, reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ta_akamai_siem.akamai.page import Context
    from ta_akamai_siem.akamai.plan import Failed
    from ta_akamai_siem.akamai.request import Request

    from .settings import BackfillSettings

VERSION = 1
WIDTH_FIRST = 60
"""Seconds of the first window, when the event rate is unknown."""
WIDTH_GROWTH = 4
"""A window is at most this many times as wide as the previous one."""
FILLED = 0.6
"""Share of the limit that the next window should fill, because the event rate varies."""


@dataclass(frozen=True)
class WindowPlan:
    """The position of a backfill.

    `since`, `until`: the whole range. `at`: all before it is written. `width`: seconds of the next
    window. `limit`: events per page. `joined`: the window that ends at `at` was written, so
    events of that second may come twice. `events`: written so far. `dropped`: events that rules
    dropped so far. `remembered`: lessons of failed requests, until a window is written. `settled`:
    finished, and all of it is known to be indexed.
    """

    host: str
    config_ids: tuple[int, ...]
    since: int
    until: int
    at: int
    limit: int
    width: int = WIDTH_FIRST
    joined: bool = False
    events: int = 0
    dropped: int = 0
    settled: bool = False
    remembered: Remembered = field(default_factory=Remembered)

    def to_document(self) -> dict[str, Any]:
        """The plan's members of the KV store document."""
        return {
            "version": VERSION,
            "host": self.host,
            "config_ids": ";".join(map(str, self.config_ids)),
            "since": self.since,
            "until": self.until,
            "at": self.at,
            "limit": self.limit,
            "width": self.width,
            "joined": self.joined,
            "events": self.events,
            "dropped": self.dropped,
            "doubts": self.remembered.mismatches,
            "not_before": self.remembered.not_before,
            "settled": self.settled,
        }

    @property
    def is_done(self) -> bool:
        return self.at >= self.until

    @property
    def end(self) -> int:
        """The end of the next window."""
        return min(self.at + self.width, self.until)

    @property
    def position(self) -> str:
        """Identifies the next page among all pages of this input."""
        return f"{self.at} to {self.end}"

    @property
    def share_done(self) -> float:
        """0 to 1, by time."""
        return (self.at - self.since) / (self.until - self.since)

    def visible_in(self, now: float) -> float:
        """Seconds until everything stored in the next window is visible."""
        return self.end + MARGIN - now

    def clamped(self, now: float) -> tuple[WindowPlan, Optional[Gap]]:
        """The plan without the expired part of its range, and that part, if any."""
        oldest = int(now - RETENTION + RETENTION_SLACK) + 1
        if self.is_done or self.at >= oldest:
            return self, None
        at = min(oldest, self.until)
        gap = Gap(float(self.at), float(at), cause="range_expired")
        remembered = self.remembered._replace(mismatches=0)
        return replace(self, at=at, joined=False, remembered=remembered), gap

    def request(self, now: float) -> Request:
        """The next request. Raises RangeExpired if the start of the window has expired."""
        if self.at <= now - RETENTION:
            raise RangeExpired(
                "The start of the window is older than the events that Akamai retains"
            )
        # A single second cannot be split.
        limit = PAGE_EVENTS_MAX if self.end - self.at == 1 else self.limit
        return TimeRequest(self.at, limit, self.end)

    def pause(self, now: float) -> float:
        """Seconds to wait before the next request."""
        return self.remembered.pause(now)

    def overflows(self, context: Context, request: Request) -> bool:
        """Whether the window may have more events than its page."""
        return context.limit is not None or context.total >= request.limit * NEARLY_FULL

    @property
    def can_be_split(self) -> bool:
        return self.end - self.at > 1

    def halved(self) -> WindowPlan:
        """The plan after a truncated page, or one that may not have all events of its window."""
        return replace(self, width=max(1, (self.end - self.at) // 2))

    def mismatched(self) -> WindowPlan:
        """The plan after a page whose content disagrees with its count."""
        return replace(self, remembered=self.remembered.mismatched())

    def failed(self, failed: Failed) -> WindowPlan:
        """The plan after a failed request. `clamped` removes what has expired."""
        if failed.is_cut:
            return self.halved()
        return replace(self, remembered=self.remembered.after(failed))

    def after(self, found: int) -> WindowPlan:
        """The plan after a window of `found` events is written."""
        width = self.end - self.at
        widest = width * WIDTH_GROWTH
        fitting = int(self.limit * FILLED * width / found) if found else widest
        return replace(
            self,
            at=self.end,
            width=max(1, min(fitting, widest)),
            joined=True,
            remembered=Remembered(),
        )


@dataclass(frozen=True)
class Recheck:
    """Requests one second, to find which events two windows share. Never changes its request."""

    since: int
    until: int
    remembered: Remembered = field(default_factory=Remembered)

    def request(self, _now: float) -> Request:
        return TimeRequest(self.since, PAGE_EVENTS_MAX, self.until)

    def pause(self, now: float) -> float:
        return self.remembered.pause(now)

    def failed(self, failed: Failed) -> Recheck:
        return replace(self, remembered=self.remembered.after(failed))


def begin(settings: BackfillSettings) -> WindowPlan:
    """The plan of a backfill's first run."""
    return WindowPlan(
        host=settings.account.host,
        config_ids=settings.config_ids,
        since=settings.since,
        until=settings.until,
        at=settings.since,
        limit=settings.limit,
    )


def belongs_to(plan: WindowPlan, settings: BackfillSettings) -> bool:
    """Whether the plan has the host, ids and range of these settings."""
    return (plan.host, plan.config_ids, plan.since, plan.until) == (
        settings.account.host,
        settings.config_ids,
        settings.since,
        settings.until,
    )


def from_document(document: Mapping[str, Any]) -> WindowPlan:
    """The plan that `to_document` wrote. Raises CheckpointUnusable for anything else."""
    with reading(document, VERSION):
        return WindowPlan(
            host=str(document["host"]),
            config_ids=tuple(int(number) for number in document["config_ids"].split(";")),
            since=int(document["since"]),
            until=int(document["until"]),
            at=int(document["at"]),
            limit=max(1, min(PAGE_EVENTS_MAX, int(document["limit"]))),
            width=max(1, min(RETENTION, int(document["width"]))),
            joined=bool(document["joined"]),
            events=int(document["events"]),
            # Version 0.1.0 has no rules.
            dropped=int(document.get("dropped", 0)),
            settled=bool(document["settled"]),
            remembered=read_remembered(document),
        )


CODEC = Codec(write=WindowPlan.to_document, read=from_document)
