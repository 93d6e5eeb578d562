"""From the settings of an input to the workers and the pace that its delivery is given."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from .delivery import Effort
from .masking import Masking
from .pace import Pace
from .transform import Alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .settings import Throughput
    from .workers import Events


@contextlib.contextmanager
def effort(
    throughput: Throughput, mask: tuple[str, ...], wait: Callable[[float], None], log: Events
) -> Iterator[Effort]:
    """For the length of a run. `mask`: the setting. `wait`: sleeps, or raises to stop us."""
    pace = Pace(throughput.rate, wait).spend
    alone = Alone(Masking(mask) if mask else None)
    if throughput.workers == 1:
        yield Effort(pace, alone, alone)
        return
    # What starts processes is not imported where none may be.
    from .workers import Workers, count_of

    with contextlib.closing(Workers(count_of(throughput.workers), log, mask)) as workers:
        yield Effort(pace, alone, workers)
