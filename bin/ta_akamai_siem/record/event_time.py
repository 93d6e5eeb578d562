"""Reads the time of an event from `httpMessage.start`, and decides whether it is plausible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_START = re.compile(r"([0-9]+)(?:\.([0-9]+))?\Z", re.ASCII)
_SECONDS_DIGITS = 10
_WITH_MILLISECONDS = 14
"""Characters: seconds, a point, three decimals."""
_FINER_THAN_SECONDS = (13, 16, 19)
"""Digits of milli-, micro- and nanoseconds since the epoch, in all years from 2001 to 2286."""
_EARLIEST = 946_684_800.0
"""2000-01-01. `MAX_DAYS_AGO` in default/props.conf allows it."""
_EARLIEST_TEXT = b"0946684800.000"
_POINT = ord(".")
_AHEAD = 86_400.0
"""Seconds by which an event's clock may be ahead of Akamai's."""


class Moment(NamedTuple):
    """When a block of events is collected.

    `collected`: this host's clock, epoch seconds with three decimals; the time of events without
    one. `latest`: the latest plausible time, epoch seconds.
    """

    collected: str
    latest: float

    @classmethod
    def of(cls, host_now: float, akamai_now: float) -> Moment:
        """`host_now`, `akamai_now`: both clocks, epoch seconds."""
        return cls(f"{host_now:.3f}", float(f"{akamai_now + _AHEAD:.3f}"))


def moments(host_now: Callable[[], float], akamai_now: Callable[[], float]) -> Callable[[], Moment]:
    """The present moment, by both clocks."""
    return lambda: Moment.of(host_now(), akamai_now())


def event_time(start: str, latest: float) -> str | None:
    """Epoch seconds, truncated (not rounded) to three decimals; None if the time is not plausible.

    `start`: a string, or the source digits of a number. `latest`: as in Moment.
    """
    digits = start.isascii() and start[:_SECONDS_DIGITS].isdigit()
    if digits and len(start) == _SECONDS_DIGITS:
        time: str | None = f"{start}.000"
    elif digits and len(start) == _WITH_MILLISECONDS and start[11:].isdigit() and start[10] == ".":
        time = start
    else:
        time = _cut(start)
    return time if time and _EARLIEST <= float(time) <= latest else None


def is_usual(start: bytes, latest: bytes) -> bool:
    """Whether `event_time` returns `start` unchanged: seconds with three decimals, plausible.

    False leaves it open. `latest`: as in Moment, with three decimals; as long as an event's time,
    numbers are in the order of their texts.
    """
    return (
        len(start) == len(latest) == _WITH_MILLISECONDS
        and start[_SECONDS_DIGITS] == _POINT
        and _EARLIEST_TEXT <= start <= latest
        and start[:_SECONDS_DIGITS].isdigit()
        and start[_SECONDS_DIGITS + 1 :].isdigit()
    )


def _cut(start: str) -> str | None:
    """Seconds with three decimals, from digits in any of the units."""
    match = _START.match(start)
    if match is None:
        return None
    seconds, fraction = match.groups("")
    if len(seconds) in _FINER_THAN_SECONDS:
        seconds, fraction = seconds[:_SECONDS_DIGITS], seconds[_SECONDS_DIGITS:]
    return f"{seconds}.{fraction[:3]:0<3}"
