"""A run that never drains ends after a page, and the next one continues."""

from __future__ import annotations

import contextlib
import json
import random
from typing import TYPE_CHECKING, Any

from ta_akamai_siem.akamai.fetching import Fetcher
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.continuous.collector import Collector, Surroundings
from ta_akamai_siem.continuous.cursor import CODEC
from ta_akamai_siem.position.checkpoint import Checkpoint
from ta_akamai_siem.position.host import Host
from ta_akamai_siem.position.lease import Lease
from ta_akamai_siem.position.watch import Watch
from ta_akamai_siem.record.event_time import moments
from ta_akamai_siem.run.report import Totals
from ta_akamai_siem.run.run_time import RUN_MAX
from ta_akamai_siem.settings import Account, InputSettings
from ta_akamai_siem.writing.delivery import Delivery
from ta_akamai_siem.writing.progress import ProgressFile
from tests.oracles.models.model_akamai import Clock, ModelAkamai
from tests.oracles.models.model_splunk import ModelKv, ModelSplunkd

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = InputSettings("first", Account("m", "192.0.2.7", "t", "s", "a"), (1,), 3600, 20, None)
PAGE_SECONDS = 600.0


class Silent:
    """Log, bulletin and stop flag in one: nothing is shown, and no stop is requested."""

    def __getattr__(self, _: str) -> Any:
        return lambda *_, **__: None

    def interruptible(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    insisting = interruptible


def test_fifty_minutes(tmp_path: Path) -> None:
    clock, kv = Clock(), ModelKv()
    akamai = ModelAkamai(clock, random.Random(1))
    for _ in range(40):
        akamai.store(10)
        clock.now += 1
    clock.now += 60
    splunkd = ModelSplunkd("A", clock, started=1.0)
    elapsed = [0.0]

    def monotonic() -> float:
        elapsed[0] += PAGE_SECONDS
        return elapsed[0]

    silent: Any = Silent()
    pages = []
    for _ in range(5):
        watch = Watch(tmp_path / "watch")
        host = Host(splunkd.instance, clock.host, lambda _: None, watch)
        lease = Lease(kv, "akamai_siem:first", host)
        lease.take()
        corrected, totals = CorrectedClock(clock.host), Totals()
        around = Surroundings(
            checkpoints=Checkpoint(CODEC, lease),
            pages=Fetcher(akamai, corrected, lambda _: None, silent),
            writer=Delivery(
                splunkd,
                ProgressFile(tmp_path / "p", 1.0),
                lambda: None,
                moments(clock.host, corrected.now),
            ),
            log=silent,
            bulletin=silent,
            stop=silent,
            now=corrected.now,
            host_now=clock.host,
            monotonic=monotonic,
            blocked=lambda: 0.0,
            pipe=splunkd,
            connector=lambda: silent,
        )
        Collector(SETTINGS, around, totals).run()
        lease.release()
        pages.append((totals.pages, totals.drained))
    assert pages[0] == (int(RUN_MAX / PAGE_SECONDS), False)
    assert pages[-1][1]
    splunkd.stop()
    numbers = [json.loads(record)["n"] for record in splunkd.stored.elements()]
    assert sorted(numbers) == list(range(400))
