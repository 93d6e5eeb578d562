"""The job of the kind `akamai_siem`: collects Akamai's events page after page until drained."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ta_akamai_siem.akamai.client import SiemClient
from ta_akamai_siem.akamai.fetching import Fetcher
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.record.event_time import moments
from ta_akamai_siem.run.run import Job
from ta_akamai_siem.settings import InputSettings, read_input
from ta_akamai_siem.writing.delivery import Delivery
from ta_akamai_siem.writing.resources import resources

from .collector import Collector, Surroundings
from .cursor import CODEC

if TYPE_CHECKING:
    from ta_akamai_siem.run.run import Parts


def collect(parts: Parts[InputSettings]) -> None:
    """Raises any CollectionError that ends the run."""
    settings, stop, log, stream = parts.settings, parts.stop, parts.log, parts.stream
    clock = CorrectedClock()
    client = SiemClient(settings.account, settings.config_ids, settings.proxy, parts.trusted, clock)
    with resources(settings.throughput, settings.selection, stop.wait, log) as granted:
        around = Surroundings(
            checkpoints=parts.checkpoint(CODEC),
            pages=Fetcher(parts.source(client), clock, stop.wait, log),
            writer=Delivery(
                stream, parts.progress(), parts.may_write, moments(time.time, clock.now), granted
            ),
            log=log,
            bulletin=parts.bulletin,
            stop=stop,
            now=clock.now,
            host_now=time.time,
            monotonic=time.monotonic,
            blocked=lambda: stream.blocked,
            pipe=stream,
            connector=parts.splunkd.connector,
        )
        Collector(settings, around, parts.totals).run()


JOB = Job(read_input, collect)
