"""From the settings of an input to the workers and the pace that its delivery is given."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from .delivery import Effort
from .pace import Pace
from .transform import Alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .settings import Throughput
    from .workers import Events


@contextlib.contextmanager
def effort(throughput: Throughput, wait: Callable[[float], None], log: Events) -> Iterator[Effort]:
    """For the length of a run. `wait`: sleeps, or raises when we are to stop."""
    pace = Pace(throughput.rate, wait).spend
    if throughput.workers == 1:
        yield Effort(pace, Alone())
        return
    # What starts processes is not imported where none may be.
    from .workers import Workers, count_of

    with contextlib.closing(Workers(count_of(throughput.workers), log)) as workers:
        yield Effort(pace, workers)
