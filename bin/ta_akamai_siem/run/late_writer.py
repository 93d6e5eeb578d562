"""A writer of pages that is made when the first page has arrived.

The first request does not wait for the modules that convert events.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Callable, Optional

if TYPE_CHECKING:
    from ta_akamai_siem.akamai.line_multiset import LineMultiset
    from ta_akamai_siem.akamai.page import Page
    from ta_akamai_siem.akamai.signing import CorrectedClock
    from ta_akamai_siem.record.selection import Selection
    from ta_akamai_siem.settings import Throughput
    from ta_akamai_siem.writing.delivery import Delivered, Delivery

    from .run import Parts

Maker = Callable[[contextlib.ExitStack], "Delivery"]
"""Makes the writer, and enters what the run has to leave at its end."""


class LateWriter:
    """Makes a `Delivery` at the first call. Close it at the end of the run."""

    def __init__(self, make: Maker) -> None:
        self._make = make
        self._ending = contextlib.ExitStack()
        self._writer: Optional[Delivery] = None

    def close(self) -> None:
        """Leave what was entered for the writer, if one was made."""
        self._ending.close()

    def deliver(self, page: Page, position: str, *, behind: bool) -> Delivered:
        return self._made().deliver(page, position, behind=behind)

    def leave_out(self, lines: LineMultiset) -> None:
        self._made().leave_out(lines)

    def page_saved(self) -> None:
        self._made().page_saved()

    def read_up_to(self, unread: int) -> str | None:
        return self._made().read_up_to(unread)

    def _made(self) -> Delivery:
        if self._writer is None:
            self._writer = self._make(self._ending)
        return self._writer


def late_delivery(
    throughput: Throughput, selection: Selection, parts: Parts, clock: CorrectedClock
) -> LateWriter:
    """For the settings of an input that collects events. `clock`: Akamai's."""

    def make(ending: contextlib.ExitStack) -> Delivery:
        from ta_akamai_siem.record.event_time import moments
        from ta_akamai_siem.writing.delivery import Delivery
        from ta_akamai_siem.writing.resources import resources

        granted = ending.enter_context(resources(throughput, selection, parts.stop.wait, parts.log))
        moment = moments(time.time, clock.now)
        return Delivery(parts.stream, parts.progress(), parts.may_write, moment, granted)

    return LateWriter(make)
