"""The job of the kind `akamai_siem`: what Akamai stores, page after page, until all is here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .api import Api
from .collector import Collector, Surroundings
from .cursor import CODEC
from .delivery import Delivery
from .effort import effort
from .event_time import moments
from .fetching import Fetcher
from .running import Job
from .settings import InputSettings, read_input
from .signing import CorrectedClock

if TYPE_CHECKING:
    from .running import Parts


def collect(parts: Parts[InputSettings]) -> None:
    """Raises any CollectionError that ends the run."""
    settings, stop, log, stream = parts.settings, parts.stop, parts.log, parts.stream
    clock = CorrectedClock()
    api = Api(settings.account, settings.config_ids, settings.proxy, parts.trusted, clock)
    with effort(settings.throughput, settings.mask, stop.wait, log) as hard:
        around = Surroundings(
            checkpoints=parts.checkpoint(CODEC),
            pages=Fetcher(parts.source(api), clock, stop.wait, log, settings.limit),
            writer=Delivery(
                stream, parts.progress(), stop.check, moments(time.time, clock.now), hard
            ),
            log=log,
            bulletin=parts.bulletin,
            stop=stop,
            now=clock.now,
            host_now=time.time,
            monotonic=time.monotonic,
            blocked=lambda: stream.blocked,
        )
        Collector(settings, around, parts.totals).run()


JOB = Job(read_input, collect)
