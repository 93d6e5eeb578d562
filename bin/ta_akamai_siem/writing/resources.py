"""Builds the workers and the rate limit that an input's settings ask for."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from .conversion import InProcess
from .delivery import WritingResources
from .rate_limit import RateLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ta_akamai_siem.record.selection import Selection
    from ta_akamai_siem.settings import Throughput
    from ta_akamai_siem.splunk.log import Log


@contextlib.contextmanager
def resources(
    throughput: Throughput, selection: Selection, wait: Callable[[float], None], log: Log
) -> Iterator[WritingResources]:
    """For the duration of a run. `selection`: what of the events is indexed. `wait`: sleeps, or
    raises StopRequested.
    """
    rate_limit = RateLimit(throughput.rate, wait).spend
    in_process = InProcess(selection)
    if throughput.workers == 1:
        yield WritingResources(rate_limit, in_process, in_process)
        return
    # Imported only if the input may start processes, to start faster.
    from .workers import Workers, count_of

    with contextlib.closing(Workers(count_of(throughput.workers), log, selection)) as workers:
        yield WritingResources(rate_limit, in_process, workers)
