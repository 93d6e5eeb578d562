"""Tries a call of the KV store again while waiting may help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, TypeVar

if TYPE_CHECKING:
    from ta_akamai_siem.errors import CollectionError

RETRY_SECONDS_MAX = 120.0
"""Seconds to wait for a KV store that is starting, or that fails between two pages."""
FIRST_WAIT = 0.5
LONGEST_WAIT = 10.0
_Result = TypeVar("_Result")


def retried(
    attempt: Callable[[], _Result],
    passing: type[CollectionError],
    wait: Callable[[float], None],
) -> _Result:
    """What `attempt` gives; while it raises `passing`, it is tried again after a growing pause.

    `wait`: sleeps that many seconds, or raises when we are to stop. Raises what `attempt` raised
    last once `RETRY_SECONDS_MAX` is at its end.
    """
    waited, pause = 0.0, FIRST_WAIT
    while True:
        try:
            return attempt()
        except passing:
            if waited >= RETRY_SECONDS_MAX:
                raise
        wait(pause)
        waited += pause
        pause = min(pause * 2, LONGEST_WAIT)
