"""What splunkd does with a record before it is stored: line breaking and time.

As in Splunk, a time that does not match TIME_FORMAT becomes the previous event's time; a first
event gets none.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.oracles.search_time.pcre import pattern
from tests.oracles.search_time.refusals import NotInSubset, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

TRUNCATE = 10_000
"""Bytes; the default if the stanza has no value."""
_FORMATS = {"%s.%3N": re.compile(r"(\d{1,10})\.(\d{3})(?!\d)"), "%s": re.compile(r"(\d{1,10})")}


class IndexTime:
    """The index-time settings of one stanza of props.conf."""

    def __init__(self, stanza: Mapping[str, str]) -> None:
        if stanza.get("SHOULD_LINEMERGE", "true") != "false":
            message = "SHOULD_LINEMERGE is not false: lines of several records may be merged"
            raise Refused(message)
        if "INDEXED_EXTRACTIONS" in stanza:
            message = "INDEXED_EXTRACTIONS beside KV_MODE doubles every field"
            raise Refused(message)
        self._truncate = int(stanza.get("TRUNCATE", TRUNCATE))
        self._breaker = pattern(stanza["LINE_BREAKER"])
        self._prefix = pattern(stanza["TIME_PREFIX"])
        self._lookahead = int(stanza.get("MAX_TIMESTAMP_LOOKAHEAD", "128"))
        if stanza["TIME_FORMAT"] not in _FORMATS:
            message = f"TIME_FORMAT = {stanza['TIME_FORMAT']}"
            raise NotInSubset(message)
        self._format = _FORMATS[stanza["TIME_FORMAT"]]
        self._last: Decimal | None = None

    def records(self, data: str) -> list[str]:
        """Data, broken at the first group of the breaker, and truncated if too long."""
        made, at = [], 0
        for match in self._breaker.every(data):
            made.append(data[at : match.start(1)])
            at = match.end(1)
        made.append(data[at:])
        kept = [one.encode("utf-8", "surrogatepass") for one in made if one]
        if self._truncate:
            kept = [one[: self._truncate] for one in kept]
        return [one.decode("utf-8", "ignore") for one in kept]

    def time(self, record: str) -> Decimal | None:
        """Epoch seconds; those of the previous record if this one's time does not match."""
        prefix = self._prefix.search(record)
        if prefix is not None:
            seen = record[prefix.end() : prefix.end() + self._lookahead]
            match = self._format.match(seen)
            if match is not None:
                self._last = Decimal(".".join(match.groups()))
        return self._last
