"""A kill in the first page of an input that begins where Akamai's events expire."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING

from ta_akamai_siem.limits import BEGIN_SLACK
from ta_akamai_siem.settings import Account, InputSettings
from tests.oracles.models.model_akamai import BUCKET, RETENTION, Clock, ModelAkamai
from tests.oracles.models.model_run import Member, without_threads
from tests.oracles.models.model_splunk import Captain, Fate, ModelKv, ModelSplunkd

if TYPE_CHECKING:
    from pathlib import Path

STORED = 300
"""Seconds for which ten events a second were stored."""
LEFT = 40
"""Seconds until the first of them expires."""
INTERVAL = 60.0
EVERY = 5
"""One of so many steps: the page has about 40."""
AT_MOST = 2_000 + BUCKET
"""Twice after a kill. Akamai's page may be larger than its limit."""
STANZA = InputSettings(
    "first", Account("main", "192.0.2.7", "t", "s", "a"), (1,), int(RETENTION), 50_000, None
)


def twice_after_a_kill(folder: Path, step: int) -> int | None:
    """None: the run was over before that step."""
    clock = Clock()
    akamai = ModelAkamai(clock, random.Random(1))
    for _ in range(STORED):
        akamai.store(10)
        clock.now += 1
    clock.now += RETENTION - STORED - LEFT
    splunkd = ModelSplunkd("A", clock, started=clock.now - 5000)
    member = Member(splunkd, ModelKv(Captain(), clock), akamai, clock, folder)
    if member.run(STANZA, Fate(step)) != "killed":
        return None
    clock.now += INTERVAL
    assert member.run(STANZA) == "ok"
    splunkd.stop()
    seen = Counter(json.loads(record)["n"] for record in splunkd.stored.elements())
    expired = round(10 * (INTERVAL - LEFT + BEGIN_SLACK))
    assert len(seen) >= len(akamai.events) - expired
    return sum(seen.values()) - len(seen)


def test_it_repeats_at_most_2000(tmp_path: Path) -> None:
    found: list[int] = []
    with without_threads():
        while (twice := twice_after_a_kill(tmp_path, EVERY * len(found) + 1)) is not None:
            found.append(twice)
            for path in tmp_path.iterdir():
                path.unlink()
    assert 0 < max(found) <= AT_MOST
