"""Asks Akamai once while a person waits: bounded, and again at once where the clock was wrong."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from ta_akamai_siem.errors import ClockSkewed, CollectionError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from .signing import CorrectedClock

PROBE_SECONDS = 8.0
"""For all of it: splunkd kills a validation that takes long; a person is waiting, too."""
_Result = TypeVar("_Result")


def probe(ask: Callable[[], _Result], clock: CorrectedClock) -> _Result:
    """What `ask` gives. Raises the CollectionError that it raises, or Unreachable after
    `PROBE_SECONDS`; the thread that waits longer ends by its own time-out.
    """
    results: list[_Result] = []
    errors: list[CollectionError] = []

    def asking() -> None:
        try:
            results.append(_corrected(ask, clock))
        except CollectionError as error:
            errors.append(error)

    thread = threading.Thread(target=asking, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    if errors:
        raise errors[0]
    if not results:
        raise Unreachable(f"Akamai did not answer within {PROBE_SECONDS:.0f} s")
    return results[0]


def _corrected(ask: Callable[[], _Result], clock: CorrectedClock) -> _Result:
    try:
        return ask()
    except ClockSkewed as error:
        if error.akamai_time is None:
            raise
        clock.learn(error.akamai_time)
        return ask()
