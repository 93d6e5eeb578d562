"""The job of the kind `akamai_siem_backfill`: all that Akamai stored in a range, once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .api import Api
from .backfill_settings import BackfillSettings, read_backfill
from .backfiller import Backfiller, Surroundings
from .cursor import MARGIN
from .delivery import Delivery
from .effort import effort
from .event_time import moments
from .fetching import Fetcher
from .running import Job
from .signing import CorrectedClock
from .window_pages import Windows
from .windows import CODEC

if TYPE_CHECKING:
    from .running import Parts


def collect(parts: Parts[BackfillSettings]) -> None:
    """Raises any CollectionError that ends the run."""
    settings, stop, log = parts.settings, parts.stop, parts.log
    clock = CorrectedClock()
    api = Api(settings.account, settings.config_ids, settings.proxy, parts.trusted, clock)
    pages = Fetcher(parts.source(api), clock, stop.wait, log, settings.limit)
    with effort(settings.throughput, settings.mask, stop.wait, log) as hard:
        around = Surroundings(
            checkpoints=parts.checkpoint(CODEC),
            windows=Windows(pages, pages, clock.now, stop.wait, patience=MARGIN),
            writer=Delivery(
                parts.stream, parts.progress(), stop.check, moments(time.time, clock.now), hard
            ),
            log=log,
            bulletin=parts.bulletin,
            stop=stop,
            host_now=time.time,
            monotonic=time.monotonic,
        )
        Backfiller(settings, around, parts.totals).run()


JOB = Job(read_backfill, collect)
