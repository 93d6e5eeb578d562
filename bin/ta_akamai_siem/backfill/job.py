"""The job of the kind `akamai_siem_backfill`: collects what Akamai stored in a range, once."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from ta_akamai_siem.akamai.client import SiemClient
from ta_akamai_siem.akamai.fetching import Fetcher
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.limits import MARGIN
from ta_akamai_siem.run.late_writer import late_delivery

from .backfiller import Backfiller, Surroundings
from .window_pages import Windows
from .windows import CODEC

if TYPE_CHECKING:
    from ta_akamai_siem.run.run import Parts

    from .settings import BackfillSettings


def collect(settings: BackfillSettings, parts: Parts) -> None:
    """Raises the CollectionError that ends the run."""
    stop, log = parts.stop, parts.log
    clock = CorrectedClock()
    client = SiemClient(settings.account, settings.config_ids, settings.proxy, parts.trusted, clock)
    pages = Fetcher(parts.source(client), clock, stop.wait, log)
    with contextlib.closing(
        late_delivery(settings.throughput, settings.selection, parts, clock)
    ) as writer:
        around = Surroundings(
            checkpoints=parts.checkpoint(CODEC),
            windows=Windows(pages, clock.now, stop.wait, visible_wait=MARGIN),
            writer=writer,
            log=log,
            bulletin=parts.bulletin,
            stop=stop,
            host_now=time.time,
            monotonic=time.monotonic,
            pipe=parts.stream,
        )
        Backfiller(settings, around, parts.totals).run()
