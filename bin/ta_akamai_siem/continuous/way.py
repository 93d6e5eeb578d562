"""The offsets that a run has come by: whether Akamai leads it in a circle.

A page with events whose offset is where it began, or where the run has been before, would bring the
same events for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ta_akamai_siem.akamai.request import OffsetRequest
from ta_akamai_siem.errors import OffsetStuck

if TYPE_CHECKING:
    from ta_akamai_siem.akamai.page import Context
    from ta_akamai_siem.akamai.request import Request


class Way:
    """Of one run."""

    def __init__(self) -> None:
        self._asked: set[int] = set()

    def check(self, request: Request, context: Context) -> None:
        """For each page that has arrived, in order. Raises OffsetStuck.

        An empty page with the same offset is the usual answer where nothing is left.
        """
        if not isinstance(request, OffsetRequest):
            # After a replay, earlier offsets may rightly come again.
            self._asked.clear()
            return
        self._asked.add(hash(request.offset))
        if context.total and hash(context.offset) in self._asked:
            same = context.offset == request.offset
            where = "the one that was requested" if same else "one that this run has requested"
            what = f"A page of {context.total} events ends with an offset that is {where}"
            raise OffsetStuck(what)
