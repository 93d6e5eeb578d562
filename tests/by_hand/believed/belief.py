"""An assumption about Splunk that no document confirms, and what its check needs.

A check returns None if the assumption holds, otherwise what it found. It raises Unclear if this
Splunk lacks what the check needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, Optional

if TYPE_CHECKING:
    from .search_api import Found, Splunk

EVENTS = "search `akamai_siem_events`"
ENOUGH = 500
"""From this number of events on, a check can tell whether a search read few of them or all."""


class Unclear(Exception):
    """This Splunk cannot be checked; the text names what is missing."""


@dataclass(frozen=True)
class Belief:
    """`rests`: what depends on it. `otherwise`: what to do if it is wrong. `writes`: checked only
    with --write.
    """

    name: str
    believed: str
    rests: str
    checked: str
    otherwise: str
    check: Callable[[Splunk], Optional[str]]
    writes: bool = False


def none_of(splunk: Splunk, commands: str, what: str) -> str | None:
    enough(splunk)
    found = splunk.search(f"{EVENTS} | head 100000 {commands} | stats count")
    count = int(found.value("count") or 0)
    return f"{count} {what}" if count else None


def enough(splunk: Splunk) -> int:
    whole: Found = splunk.search(f"{EVENTS} | stats count")
    total = int(whole.value("count") or 0)
    if total < ENOUGH:
        raise Unclear(f"needs {ENOUGH} events of the last hour; there are {total}")
    return total
