"""The job of the kind `akamai_siem_backfill`: collects what Akamai stored in a range, once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ta_akamai_siem.akamai.client import SiemClient
from ta_akamai_siem.akamai.fetching import Fetcher
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.limits import MARGIN
from ta_akamai_siem.record.event_time import moments
from ta_akamai_siem.run.run import Job
from ta_akamai_siem.writing.delivery import Delivery
from ta_akamai_siem.writing.resources import resources

from .backfiller import Backfiller, Surroundings
from .settings import BackfillSettings, read_backfill
from .window_pages import Windows
from .windows import CODEC

if TYPE_CHECKING:
    from ta_akamai_siem.run.run import Parts


def collect(parts: Parts[BackfillSettings]) -> None:
    """Raises the CollectionError that ends the run."""
    settings, stop, log = parts.settings, parts.stop, parts.log
    clock = CorrectedClock()
    client = SiemClient(settings.account, settings.config_ids, settings.proxy, parts.trusted, clock)
    pages = Fetcher(parts.source(client), clock, stop.wait, log)
    with resources(settings.throughput, settings.selection, stop.wait, log) as granted:
        around = Surroundings(
            checkpoints=parts.checkpoint(CODEC),
            windows=Windows(pages, clock.now, stop.wait, visible_wait=MARGIN),
            writer=Delivery(
                parts.stream,
                parts.progress(),
                parts.may_write,
                moments(time.time, clock.now),
                granted,
            ),
            log=log,
            bulletin=parts.bulletin,
            stop=stop,
            host_now=time.time,
            monotonic=time.monotonic,
            pipe=parts.stream,
        )
        Backfiller(settings, around, parts.totals).run()


JOB = Job(read_backfill, collect)
