"""Records the offsets of a run, to detect a loop.

If a page has events and its offset is the one requested, or one that the run has requested before,
Akamai would return the same events again and again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ta_akamai_siem.akamai.request import OffsetRequest
from ta_akamai_siem.errors import OffsetStuck

if TYPE_CHECKING:
    from ta_akamai_siem.akamai.page import Context
    from ta_akamai_siem.akamai.request import Request


class Way:
    """The offsets of one run."""

    def __init__(self) -> None:
        self._asked: set[int] = set()

    def check(self, request: Request, context: Context) -> None:
        """Call for each page that has arrived, in order. Raises OffsetStuck.

        An empty page with the same offset is the usual response if nothing is left.
        """
        if not isinstance(request, OffsetRequest):
            # After a replay, earlier offsets may legitimately occur again.
            self._asked.clear()
            return
        self._asked.add(hash(request.offset))
        if context.total and hash(context.offset) in self._asked:
            same = context.offset == request.offset
            where = "the one that was requested" if same else "one that this run has requested"
            what = f"A page of {context.total} events ends with an offset that is {where}"
            raise OffsetStuck(what)
