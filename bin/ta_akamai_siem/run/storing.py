"""At the end of a run on a member of a search head cluster: waits until its records are stored.

A member that finds a released claim continues where the run ended, and cannot know whether the
machine of that run still lives. If it failed in the seconds after the release, the records in its
splunkd's queues would be missing, and nobody would return to them. So a run keeps its claim until
splunkd has stored all of them. If the machine fails before, the next owner returns to a safe
position.

On a host of its own the next run starts under the same splunkd, or finds that it was restarted.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from ta_akamai_siem.errors import CollectionError, StopRequested
from ta_akamai_siem.position.history import SAFE_AGE

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK = 2.0
"""Seconds between two looks at splunkd."""


class Pipe(Protocol):
    """As `event_stream.EventStream`."""

    @property
    def wrote_at(self) -> float | None: ...

    def has_left(self) -> bool: ...


def may_release(
    pipe: Pipe,
    confirm: Callable[[], None],
    wait: Callable[[float], None],
    monotonic: Callable[[], float] = time.monotonic,
) -> bool:
    """Wait until splunkd has stored all that the pipe took. False: nobody knows that it has.

    `confirm`: raises if the claim is lost or cannot be renewed. `wait`: sleeps, or raises
    StopRequested: splunkd stops in order, and stores what it has.
    """
    wrote_at = pipe.wrote_at
    if wrote_at is None:
        return True
    try:
        while (left := wrote_at + SAFE_AGE - monotonic()) > 0:
            confirm()
            # Raises if splunkd has stopped the input. Then it leaves too, and has not died.
            wait(min(left, _LOOK))
            if pipe.has_left():
                return False
    except StopRequested:
        return True
    except CollectionError:
        return False
    return True
