"""The job of the kind `akamai_siem_names`: one refresh of the names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ta_akamai_siem.akamai.application_security import Access, ApplicationSecurity
from ta_akamai_siem.akamai.rate_budget import RateBudget
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.akamai.spool import SpoolFolder

from .export_source import ExportSource
from .export_task import Export
from .kept import Kept
from .memory import CODEC
from .questions import Questions
from .refresher import Refresher, Surroundings
from .snapshot_writer import SnapshotWriter

if TYPE_CHECKING:
    from ta_akamai_siem.run.run import Parts

    from .settings import NamesSettings

_ROOM = 10_000
"""Events of a page that needs as much room on the disk as a large export: 40 MB."""


def collect(settings: NamesSettings, parts: Parts) -> None:
    """Raises the CollectionError that ends the run."""
    stop, log = parts.stop, parts.log
    clock, budget = CorrectedClock(), RateBudget(stop.wait)
    access = Access(settings.account, settings.proxy, parts.trusted, clock)
    client = ApplicationSecurity(access, budget, stop.wait, log)
    spool = SpoolFolder(parts.folder)
    spool.prepare()
    kept = Kept(parts.folder / "names")
    around = Surroundings(
        client=client,
        questions=Questions(client, kept),
        exports=ExportSource(Export(client, lambda: spool.new_file(_ROOM), stop.wait), kept),
        kept=kept,
        writer=SnapshotWriter(parts.stream, parts.may_write),
        checkpoints=parts.checkpoint(CODEC),
        store=parts.splunkd.kv_store,
        folder=parts.folder,
        log=log,
        now=clock.now,
        host_now=time.time,
        check=parts.may_write,
    )
    try:
        Refresher(settings, around, parts.totals).run()
    finally:
        log.info(
            "names.refreshed",
            snapshots=parts.totals.pages,
            events=parts.totals.events,
            bytes=parts.totals.size,
            requests=budget.requests,
            tokens=budget.tokens,
            waited_seconds=budget.waited,
        )
