"""The cursor: the position of an input as an immutable value, which decides the next request.

It has no clock and no input or output: the caller passes the time. All times are Akamai's clock, in
epoch seconds. Every change is a method that returns a new cursor.

A cursor is in one of five states, which three of its members distinguish:

  state   offset  from_now  complete_until  request
  START   none    yes       none            NULL
  BACK    none    no        none            since
  REPLAY  none    no        known           since
  OFFSET  token   no        known           token
  TAKEN   token   no        none            token

START   The input begins now, and has no page yet. It requests the offset NULL, which means "from
        now" to Akamai, for `FROM_NOW_GRACE` seconds; later it requests `since`, to skip nothing.
BACK    The input begins in the past, and has no page yet. It requests in time mode.
REPLAY  The offset is no longer valid. Time mode leads to a new one. It starts `MARGIN` seconds
        before the last moment known to be complete, because events can become visible late.
OFFSET  A page is written. The input continues from its offset.
TAKEN   The input begins at the offset of Akamai's own connector, and has no page yet. What that
        connector has collected is known only as "all before the offset". If Akamai no longer has
        the offset, the input begins at the oldest event that Akamai retains: the connector cannot
        have collected any of these.

The events of a cursor, the state after each of them, and the members that may change too:

  event     START   BACK    REPLAY  OFFSET  TAKEN   may change
  page      OFFSET  OFFSET  OFFSET  OFFSET  OFFSET  offset from_now complete_until host_time skew
                                                    taken_over remembered
  drained   OFFSET  OFFSET  OFFSET  OFFSET  OFFSET  as page, cut
  expired   BACK    BACK    REPLAY  REPLAY  BACK    offset from_now since remembered
  cut       START   BACK    REPLAY  OFFSET  TAKEN   limit cut
  mismatch  START   BACK    REPLAY  OFFSET  TAKEN   remembered
  wait      START   BACK    REPLAY  OFFSET  TAKEN   remembered
  trouble   START   BACK    REPLAY  OFFSET  TAKEN
  clock     START   BACK    REPLAY  OFFSET  TAKEN   since skew
  pace      START   BACK    REPLAY  OFFSET  TAKEN   limit cut
  settled   START   BACK    REPLAY  OFFSET  TAKEN   host_time skew
  known     -       -       REPLAY  OFFSET  -       complete_until
  restart   START   BACK    REPLAY  OFFSET  TAKEN   since skew

page      A page is written and more is waiting: `after`.
drained   A page is written and nothing is left: `after`.
expired   Akamai no longer has the offset or the moment, HTTP 416 or 400: `failed`.
cut       A page with events ended early: `failed`. Apart from this, only a page that took long
          lowers the limit.
mismatch  A complete response disagreed with its own count: `failed`, `mismatched`.
wait      Akamai requested a pause with Retry-After: `failed`.
trouble   Any other failure, including a response without an event: `failed`.
clock     This host's clock is wrong: `failed`. It corrects a start that was computed with that
          clock, and nothing else.
pace      A page has arrived, quickly or slowly: `paced`. Each page makes an earlier cut count less.
settled   A page has arrived, and will be written next: `settled`. The start is known by Akamai's
          clock now, so that a run after a kill requests the same start.
known     The written events prove that everything before a moment is complete: `complete_to`.
restart   The checkpoint is read again: `from_document`. A new run must determine the skew again.

A test tries every cell of both tables with real cursors.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ta_akamai_siem.akamai.plan import Remembered, read_remembered
from ta_akamai_siem.akamai.request import NEARLY_FULL, Gap, OffsetRequest, TimeRequest
from ta_akamai_siem.errors import CheckpointDamaged, Replay
from ta_akamai_siem.limits import (
    BEGIN_SLACK,
    LATENCY,
    MARGIN,
    PAGE_EVENTS_MAX,
    RETENTION,
    RETENTION_SLACK,
)
from ta_akamai_siem.position.history import Codec, reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ta_akamai_siem.akamai.page import Context
    from ta_akamai_siem.akamai.plan import Failed
    from ta_akamai_siem.akamai.request import Request
    from ta_akamai_siem.settings import InputSettings

FROM_NOW_GRACE = 2
"""Seconds for which a first request may ask for "from now" instead of a moment.

A later request, after a failure or a restart, would skip events stored in the meantime.
"""
AHEAD_MAX = 600.0
"""Seconds by which a beginning may be ahead of Akamai's clock: the host's clock may be fast."""
VERSION = 1
LIMIT_FIRST = 10_000
"""Events to request while the speed of pages is unknown."""
LIMIT_EXPIRING = 2_000
"""The same for a beginning so far back that its events expire. After a kill, such a page has lost
its first events. It is not recognized, and all of it is written again.
"""
EXPIRES_SOON = 600
"""Seconds: more than the interval of most inputs."""
QUICK = 15.0
SLOW = 60.0
"""Seconds for a page: the limit grows below `QUICK`, falls above `SLOW`. See `limits.EDGE_CUT`."""
VERY_QUICK = QUICK / 4
"""Seconds for a page below which the limit may grow fourfold: the next page is still quick."""
CUT_REMEMBERED = 10
"""Number of whole pages for which the limit stays below that of the page that was cut."""
RECOVERY_PAGES = CUT_REMEMBERED + 10
"""Full, very quick pages that suffice to grow from any limit to any other: four to the tenth power
is more than `PAGE_EVENTS_MAX`. A page that is only quick counts half.
"""


_CLOCK_SET = 946_684_800.0
"""2000-01-01, epoch seconds. An earlier beginning comes from a clock that was not set yet."""


class Cut(NamedTuple):
    """The last page that was cut. `limit`: of its request, 0 if there was no such page.
    `pages`: number of whole pages since.
    """

    limit: int = 0
    pages: int = 0

    def after_page(self) -> Cut:
        pages = self.pages + 1
        return Cut(self.limit, pages) if self.limit and pages < CUT_REMEMBERED else Cut()

    @property
    def ceiling(self) -> int:
        return self.limit * 3 // 4 or PAGE_EVENTS_MAX


class Cursor(NamedTuple):
    """The position of an input.

    `offset`: the token to continue from; None before the first page and while a replay is due.
    `since`: start of time mode while there is no offset.
    `from_now`: the first request asks for "from now"; `since` is that moment.
    `host_time`: `since` was calculated with this host's clock and no page has arrived yet; `skew`
    is the correction applied to it, in seconds.
    `complete_until`: all that Akamai stored up to then is written; None before the first page.
    `limit`: events to request; it adapts to the speed of the connection (`paced`, `halved`).
    `cut`: the limit stays lower after a page that was cut, until some whole pages have arrived or
    all events are drained.
    `taken_over`: the beginning is the position of Akamai's connector, and no page is written yet.
    `remembered`: facts learnt from failed requests, until a page is written.
    """

    host: str
    config_ids: tuple[int, ...]
    limit: int = LIMIT_FIRST
    offset: Optional[str] = None
    since: float = 0.0
    from_now: bool = False
    complete_until: Optional[float] = None
    cut: Cut = Cut()
    host_time: bool = False
    skew: float = 0.0
    taken_over: bool = False
    remembered: Remembered = Remembered()

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
            "doubts": self.remembered.mismatches,
            "not_before": self.remembered.not_before,
            "cut_limit": self.cut.limit,
            "cut_pages": self.cut.pages,
            "host_time": self.host_time,
            "skew": self.skew,
            "taken_over": self.taken_over,
        }

    @property
    def position(self) -> str:
        """A text that distinguishes the next page from all others of this input."""
        return self.offset if self.offset is not None else f"since {self.since}"

    def request(self, now: float) -> Request:
        """The next request. `now`: Akamai's clock."""
        if self.offset is not None:
            return OffsetRequest(self.offset, self.limit)
        if self._asks_from_now(now):
            return OffsetRequest("NULL", self.limit)
        oldest = now - RETENTION + RETENTION_SLACK
        since = self.since
        if since - now > AHEAD_MAX:
            # No working clock is that wrong, so the moment is meaningless.
            since = now - LATENCY - 1
        return TimeRequest(int(max(since, oldest)), self.limit)

    def pause(self, now: float) -> float:
        """Seconds to wait before the next request. `now`: Akamai's clock."""
        pause = self.remembered.pause(now)
        if self.offset is None and not self._asks_from_now(now):
            # Time mode cannot begin at a moment whose events Akamai still withholds.
            withheld = self.since + LATENCY + 1 - now
            pause = max(pause, withheld if withheld <= AHEAD_MAX else 0.0)
        return pause

    @property
    def nothing_missing(self) -> float:
        """All events stored before this moment are written, even those that became visible late.
        Before the first page, this is the beginning of the input: it has to collect from there.
        """
        return self.since if self.complete_until is None else self.complete_until - MARGIN

    def _asks_from_now(self, now: float) -> bool:
        return self.offset is None and self.from_now and now < self.since + FROM_NOW_GRACE

    def after(self, context: Context, asked_at: float, *, drained: bool) -> Cursor:
        """The cursor after a page is written. `asked_at`: Akamai's clock at its request."""
        complete = asked_at - LATENCY if drained else self.complete_until
        return self._replace(
            offset=context.offset,
            from_now=False,
            host_time=False,
            skew=0.0,
            taken_over=False,
            remembered=Remembered(),
            cut=Cut() if drained else self.cut,
            complete_until=complete if complete is not None else self.since,
        )

    def settled(self) -> Cursor:
        """The cursor after a page has arrived: our clock was correct or has been corrected."""
        return self._replace(host_time=False, skew=0.0)

    def complete_to(self, moment: float) -> Cursor:
        """The cursor once all events stored up to `moment` are known to be written."""
        known = self.since if self.complete_until is None else self.complete_until
        # Before the first page, `since` may still come from this host's clock.
        return self._replace(complete_until=moment) if moment > known else self

    def paced(self, seconds: float, ceiling: int, *, full: bool) -> Cursor:
        """The limit after a page that took `seconds` to arrive; `ceiling`: the input's limit."""
        limit = min(self.limit, ceiling)
        cut = self.cut.after_page()
        if seconds > SLOW and full:
            limit = max(1, limit // 2)
        elif seconds < QUICK and full:
            growth = 4 if seconds < VERY_QUICK else 2
            limit = max(limit, min(ceiling, limit * growth, cut.ceiling))
        return self._replace(limit=limit, cut=cut)

    def replaying(self) -> Cursor:
        """Return to time mode, from the moment before which nothing can be missing."""
        remembered = self.remembered._replace(mismatches=0)
        return self._replace(
            offset=None, from_now=False, since=self.nothing_missing, remembered=remembered
        )

    def halved(self) -> Cursor:
        """The cursor after a page that was cut."""
        return self._replace(limit=max(1, self.limit // 2), cut=Cut(self.limit))

    def mismatched(self) -> Cursor:
        """The cursor after a page that ended correctly but disagreed with its count."""
        return self._replace(remembered=self.remembered.mismatched())

    def failed(self, failed: Failed) -> Cursor:
        """The cursor after a request that returned no page."""
        cursor = self.clock_corrected(failed.correction)
        if isinstance(failed.error, Replay):
            return cursor.replaying()
        if failed.is_cut:
            return cursor.halved()
        return cursor._replace(remembered=cursor.remembered.after(failed))

    def gap(self, request: Request) -> Gap | None:
        """The events stored before the start of time mode that may be missing."""
        if isinstance(request, TimeRequest) and self.taken_over:
            return Gap(None, float(request.since), cause="connector_offset_expired")
        if not isinstance(request, TimeRequest) or request.since <= self.nothing_missing:
            return None
        if self.nothing_missing < _CLOCK_SET:
            return None
        return Gap(self.nothing_missing, float(request.since), cause="offset_expired")

    def clock_corrected(self, correction: float) -> Cursor:
        """The cursor after this host's clock was found to be `correction` seconds slow."""
        if not self.host_time:
            return self
        return self._replace(since=self.since + correction, skew=self.skew + correction)


def begin(settings: InputSettings, now: float) -> Cursor:
    """The cursor of an input that has never run."""
    back = min(settings.start_back, RETENTION - BEGIN_SLACK)
    first = LIMIT_EXPIRING if back > RETENTION - EXPIRES_SOON else LIMIT_FIRST
    return Cursor(
        host=settings.account.host,
        config_ids=settings.config_ids,
        limit=min(first, settings.limit),
        since=now - back,
        from_now=not settings.start_back,
        host_time=True,
    )


def take_over(settings: InputSettings, offset: str, now: float) -> Cursor:
    """The cursor of an input that goes on from the offset of Akamai's connector."""
    return Cursor(
        host=settings.account.host,
        config_ids=settings.config_ids,
        limit=min(LIMIT_FIRST, settings.limit),
        offset=offset,
        since=now - (RETENTION - BEGIN_SLACK),
        host_time=True,
        taken_over=True,
    )


def from_document(document: Mapping[str, Any]) -> Cursor:
    """The cursor that `to_document` wrote. Raises CheckpointUnusable for anything else."""
    with reading(document, VERSION):
        offset, complete_until = document["offset"], document["complete_until"]
        # A new run does not know the skew yet and has to learn it again.
        skew = _moment(document.get("skew", 0.0))
        if not (offset is None or (isinstance(offset, str) and offset)):
            what = "The checkpoint's offset is not a text"
            raise CheckpointDamaged(what)
        return Cursor(
            host=str(document["host"]),
            config_ids=tuple(int(number) for number in document["config_ids"].split(";")),
            offset=offset,
            since=_moment(document["since"]) - skew,
            from_now=bool(document["from_now"]),
            complete_until=None if complete_until is None else _moment(complete_until),
            limit=_events(document["limit"]),
            cut=_cut(document),
            host_time=bool(document.get("host_time", False)),
            taken_over=bool(document.get("taken_over", False)),
            remembered=read_remembered(document),
        )


def _moment(value: object) -> float:
    """Raises ValueError if the value is not a moment."""
    moment = float(value)  # type: ignore[arg-type]  # other types raise TypeError
    if not math.isfinite(moment):
        what = f"{moment} is no moment"
        raise ValueError(what)
    return moment


def _events(value: object) -> int:
    """A valid limit for a request, even if the stored value is not."""
    return max(1, min(PAGE_EVENTS_MAX, int(_moment(value))))


def _cut(document: Mapping[str, Any]) -> Cut:
    """Read the last cut. It is only an aid, so an invalid one is ignored."""
    limit, pages = document.get("cut_limit"), document.get("cut_pages", 0)
    if type(limit) is not int or type(pages) is not int:
        return Cut()
    known = 1 < limit <= PAGE_EVENTS_MAX and 0 <= pages < CUT_REMEMBERED
    return Cut(limit, pages) if known else Cut()


CODEC = Codec(write=Cursor.to_document, read=from_document)


def belongs_to(cursor: Cursor, settings: InputSettings) -> bool:
    """Whether the cursor's offset is valid for these settings: same host, same ids."""
    return (cursor.host, cursor.config_ids) == (settings.account.host, settings.config_ids)


def is_drained(context: Context, request: Request) -> bool:
    """Whether a page proves that nothing more was stored at the time of its request."""
    if context.total == 0:
        return True
    return context.limit is None and context.total < request.limit * NEARLY_FULL
