"""The checkpoint as a value, and the plan that follows from it: which request comes next.

No clock and no input or output: the caller says what time it is. All times are Akamai's clock, in
epoch seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Optional

from ta_akamai_siem.akamai.request import NEARLY_FULL, Gap, OffsetRequest, TimeRequest
from ta_akamai_siem.errors import CheckpointUnusable
from ta_akamai_siem.limits import (
    BEGIN_SLACK,
    LATENCY,
    MARGIN,
    PAGE_EVENTS_MAX,
    RETENTION,
    RETENTION_SLACK,
)
from ta_akamai_siem.position.history import Codec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ta_akamai_siem.akamai.page import Context
    from ta_akamai_siem.akamai.request import Request
    from ta_akamai_siem.settings import InputSettings

FROM_NOW_GRACE = 2
"""Seconds for which a first request may still ask for "from now" instead of naming the moment.

Whoever comes later, after a failure or a restart, would skip what has been stored since.
"""
VERSION = 1
LIMIT_FIRST = 10_000
"""Events to ask for as long as nothing is known of how fast pages come."""
QUICK = 15.0
SLOW = 60.0
"""Seconds for a page: below, the limit grows; above, it falls. See `limits.EDGE_CUT`."""


@dataclass(frozen=True)
class Cursor:
    """Where an input stands.

    `offset`: the token to go on from; None before the first page and while a replay is due.
    `since`: where time mode begins as long as there is no offset.
    `from_now`: the first request is to be "from now", `since` being that moment.
    `host_time`: `since` was reckoned by this host's clock and no page has come yet; `skew` is by
    how much it has been put right.
    `complete_until`: all that Akamai stored up to then is written; None before the first page.
    `limit`: events to ask for; it follows what the connection can do (`paced`, `halved`).
    `cut_limit`: asked with that limit a page was cut, so until all is drained ask for less; or 0.
    `mismatches`: how many times running the page ended as it should and disagreed with itself.
    `not_before`: no request earlier than this, as Akamai demanded with Retry-After.
    """

    host: str
    config_ids: tuple[int, ...]
    limit: int = LIMIT_FIRST
    offset: Optional[str] = None
    since: float = 0.0
    from_now: bool = False
    complete_until: Optional[float] = None
    mismatches: int = 0
    not_before: float = 0.0
    cut_limit: int = 0
    host_time: bool = False
    skew: float = 0.0

    def to_document(self) -> dict[str, Any]:
        """The cursor's members of the KV store document."""
        return {
            "version": VERSION,
            "host": self.host,
            "config_ids": ";".join(map(str, self.config_ids)),
            "offset": self.offset,
            "since": self.since,
            "from_now": self.from_now,
            "complete_until": self.complete_until,
            "limit": self.limit,
            "doubts": self.mismatches,
            "not_before": self.not_before,
            "cut_limit": self.cut_limit,
            "host_time": self.host_time,
            "skew": self.skew,
        }

    @property
    def position(self) -> str:
        """What tells the page that comes next from all others of this input."""
        return self.offset if self.offset is not None else f"since {self.since}"

    def request(self, now: float) -> Request:
        """What to ask for next. `now`: Akamai's clock."""
        if self.offset is not None:
            return OffsetRequest(self.offset, self.limit)
        if self._asks_from_now(now):
            return OffsetRequest("NULL", self.limit)
        oldest = now - RETENTION + RETENTION_SLACK
        return TimeRequest(int(max(self.since, oldest)), self.limit)

    def pause(self, now: float) -> float:
        """Seconds to wait before the next request. `now`: Akamai's clock."""
        allowed = self.not_before
        if self.offset is None and not self._asks_from_now(now):
            # Time mode cannot begin with what is withheld yet.
            allowed = max(allowed, self.since + LATENCY + 1)
        return max(0.0, allowed - now)

    def _asks_from_now(self, now: float) -> bool:
        return self.offset is None and self.from_now and now < self.since + FROM_NOW_GRACE

    def after(self, context: Context, asked_at: float, *, drained: bool) -> Cursor:
        """The cursor once a page is written. `asked_at`: Akamai's clock when it was asked for."""
        complete = asked_at - LATENCY if drained else self.complete_until
        return replace(
            self,
            offset=context.offset,
            from_now=False,
            host_time=False,
            skew=0.0,
            mismatches=0,
            not_before=0.0,
            cut_limit=0 if drained else self.cut_limit,
            complete_until=complete if complete is not None else self.since,
        )

    def complete_to(self, moment: float) -> Cursor:
        """The cursor once it is known that all that was stored up to `moment` is written."""
        known = self.since if self.complete_until is None else self.complete_until
        return replace(self, complete_until=max(known, moment))

    def paced(self, seconds: float, ceiling: int, *, full: bool) -> Cursor:
        """The limit after a page that took `seconds` to arrive; `ceiling`: the input's limit."""
        limit = min(self.limit, ceiling)
        if seconds > SLOW:
            limit = max(1, limit // 2)
        elif seconds < QUICK and full:
            grown = min(limit * 2, self.cut_limit * 3 // 4 or PAGE_EVENTS_MAX)
            limit = max(limit, min(ceiling, grown))
        return replace(self, limit=limit)

    def replaying(self) -> Cursor:
        """Back to time mode, from the last moment known to be complete."""
        known = self.since if self.complete_until is None else self.complete_until
        since = known - MARGIN if self.offset is not None else known
        return replace(self, offset=None, from_now=False, since=since, mismatches=0)

    def halved(self) -> Cursor:
        """After a page that was cut."""
        return replace(self, limit=max(1, self.limit // 2), cut_limit=self.limit)

    def mismatched(self) -> Cursor:
        """After a page that ended as it should and disagreed with itself."""
        return replace(self, mismatches=self.mismatches + 1)

    def delayed(self, not_before: float) -> Cursor:
        """After an answer that asked to wait."""
        return replace(self, not_before=not_before)

    def gap(self, request: Request) -> Gap | None:
        """What lies between the last moment known to be complete and where time mode begins."""
        if not isinstance(request, TimeRequest):
            return None
        # Before the first page, an input has promised what is stored since its beginning.
        known = self.since if self.complete_until is None else self.complete_until
        if request.since <= known:
            return None
        return Gap(known, float(request.since), cause="offset_expired")

    def clock_corrected(self, correction: float) -> Cursor:
        """The cursor once this host's clock turned out to be `correction` seconds slow."""
        if not self.host_time:
            return self
        return replace(self, since=self.since + correction, skew=self.skew + correction)


def begin(settings: InputSettings, now: float) -> Cursor:
    """The cursor of an input that has never run."""
    return Cursor(
        host=settings.account.host,
        config_ids=settings.config_ids,
        limit=min(LIMIT_FIRST, settings.limit),
        since=now - min(settings.start_back, RETENTION - BEGIN_SLACK),
        from_now=not settings.start_back,
        host_time=True,
    )


def from_document(document: Mapping[str, Any]) -> Cursor:
    """The cursor that `to_document` wrote. Raises CheckpointUnusable for anything else."""
    try:
        if document["version"] != VERSION:
            what = f"The checkpoint has version {document['version']}, known is {VERSION}"
            raise CheckpointUnusable(what)
        offset, complete_until = document["offset"], document["complete_until"]
        # A new run does not know the skew yet, and learns it anew.
        skew = float(document.get("skew", 0.0))
        if not (offset is None or (isinstance(offset, str) and offset)):
            what = "The checkpoint's offset is no text"
            raise CheckpointUnusable(what)
        return Cursor(
            host=str(document["host"]),
            config_ids=tuple(int(number) for number in document["config_ids"].split(";")),
            offset=offset,
            since=float(document["since"]) - skew,
            from_now=bool(document["from_now"]),
            complete_until=None if complete_until is None else float(complete_until),
            limit=int(document["limit"]),
            mismatches=int(document["doubts"]),
            not_before=float(document["not_before"]),
            cut_limit=int(document.get("cut_limit", 0)),
            host_time=bool(document.get("host_time", False)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"The checkpoint is not one of this add-on ({type(error).__name__}: {error})"
        raise CheckpointUnusable(what) from error


CODEC = Codec(write=Cursor.to_document, read=from_document)


def belongs_to(cursor: Cursor, settings: InputSettings) -> bool:
    """Whether the cursor's offset means anything to these settings: same host, same ids."""
    return (cursor.host, cursor.config_ids) == (settings.account.host, settings.config_ids)


def is_drained(context: Context, request: Request) -> bool:
    """Whether a page proves that nothing more was stored when it was asked for."""
    if context.total == 0:
        return True
    return context.limit is None and context.total < request.limit * NEARLY_FULL
