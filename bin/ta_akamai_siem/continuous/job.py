"""The job of the kind `akamai_siem`: collects Akamai's events page after page until drained."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from ta_akamai_siem.akamai.client import SiemClient
from ta_akamai_siem.akamai.fetching import Fetcher
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.run.late_writer import late_delivery

from .collector import Collector, Surroundings
from .cursor import CODEC

if TYPE_CHECKING:
    from ta_akamai_siem.run.run import Parts
    from ta_akamai_siem.settings import InputSettings


def collect(settings: InputSettings, parts: Parts) -> None:
    """Raises any CollectionError that ends the run."""
    stop, log, stream = parts.stop, parts.log, parts.stream
    clock = CorrectedClock()
    client = SiemClient(settings.account, settings.config_ids, settings.proxy, parts.trusted, clock)
    with contextlib.closing(
        late_delivery(settings.throughput, settings.selection, parts, clock)
    ) as writer:
        around = Surroundings(
            checkpoints=parts.checkpoint(CODEC),
            pages=Fetcher(parts.source(client), clock, stop.wait, log),
            writer=writer,
            log=log,
            bulletin=parts.bulletin,
            stop=stop,
            now=clock.now,
            host_now=time.time,
            monotonic=time.monotonic,
            blocked=lambda: stream.blocked,
            pipe=stream,
            connector=lambda: parts.splunkd.connector,
        )
        Collector(settings, around, parts.totals).run()
