"""Repeats a call to the KV store while it may still succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, TypeVar

if TYPE_CHECKING:
    from ta_akamai_siem.errors import CollectionError

RETRY_SECONDS_MAX = 120.0
"""Seconds to wait for a KV store that is starting or does not answer."""
FIRST_WAIT = 0.5
LONGEST_WAIT = 10.0
_Result = TypeVar("_Result")


def retried(
    attempt: Callable[[], _Result],
    passing: type[CollectionError],
    wait: Callable[[float], None],
) -> _Result:
    """The result of `attempt`, repeated after growing pauses while it raises `passing`.

    `wait`: sleeps that many seconds, or raises StopRequested. After `RETRY_SECONDS_MAX`, raises the
    last error of `attempt`.
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
