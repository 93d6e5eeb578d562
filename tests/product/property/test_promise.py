"""The promise as an invariant: whatever happens, at whatever point, nothing is lost.

The real loop, fetching, delivery, checkpoint and lease, against models of Akamai and splunkd. What
`docs/delivery.md` does not cover does not happen here: a member of a cluster that dies after an
orderly end of its run, and a splunkd that dies after one and is away for long.
"""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ta_akamai_siem.akamai.client import PageSource
from ta_akamai_siem.akamai.fetching import Fetcher
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.continuous import collector
from ta_akamai_siem.continuous.collector import Collector, Surroundings
from ta_akamai_siem.continuous.cursor import CODEC, FROM_NOW_GRACE
from ta_akamai_siem.errors import ClockSkewed, CollectionError
from ta_akamai_siem.position.checkpoint import Checkpoint
from ta_akamai_siem.position.lease import Lease
from ta_akamai_siem.record.event_time import moments
from ta_akamai_siem.run.report import Totals
from ta_akamai_siem.settings import Account, InputSettings
from ta_akamai_siem.splunk import log
from ta_akamai_siem.splunk.names import CHECKPOINTS
from ta_akamai_siem.writing.delivery import Delivery
from ta_akamai_siem.writing.progress import ProgressFile
from tests.oracles.models.model_akamai import FAULTS, LATE_MAX, RETENTION, Clock, ModelAkamai
from tests.oracles.models.model_splunk import Fate, Killed, ModelKv, ModelSplunkd

KEY = "akamai_siem:first"
LIMIT = 40
SLACK = 200.0
"""Seconds for which a page may be tried for after its gap was found, and a little."""
JITTER = 1.0
"""Seconds by which two looks at this host's clock may differ from the truth, either way."""
ACCOUNT = Account("main", "192.0.2.7", "t", "s", "a")


class AtOnce:
    """The next page, fetched before this one is written, without a thread's chances."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._error: BaseException | None = None
        try:
            self._result = call()
        except BaseException as error:  # noqa: BLE001 - handed on, as by the real one
            self._error = error

    def result(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._result


class Log(log.Log):
    """Keeps the gaps, and whether each was due: nobody may call lost what Akamai still has."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("akamai_siem", "first")
        self._clock = clock
        self.gaps: list[tuple[float, float]] = []
        self.missing: list[tuple[float, float]] = []
        self.events: Counter[str] = Counter()

    def debug(self, event: str, **_: Any) -> None:
        self.events[event] += 1

    info = debug

    def warning(self, event: str, **values: Any) -> None:
        self.events[event] += 1
        if event == "gap.recorded" and values["cause"] == "lines_missing":
            # A page counts one event too many here, and none is lost.
            self.missing.append((values["since"], values["until"]))
        elif event == "gap.recorded":
            assert values["until"] <= self._clock.now - RETENTION + SLACK, values
            self.gaps.append((values["since"], values["until"]))


class Quiet:
    """A stop that nobody asks for, and a bulletin that nobody reads."""

    def check(self) -> None: ...

    def interruptible(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def gap(self, text: str) -> None: ...

    def doubt(self, text: str) -> None: ...


class MortalProgress(ProgressFile):
    """The real record; a dead process writes none."""

    def __init__(self, path: Path, started: float, fate: Fate) -> None:
        super().__init__(path, started)
        self._fate = fate

    def save(self, progress: Any) -> None:
        self._fate.step()
        super().save(progress)
        self._fate.step()

    def clear(self) -> None:
        self._fate.step()
        super().clear()


class Signed(PageSource):
    """Refuses a signature whose time is off, as Akamai does."""

    def __init__(self, akamai: ModelAkamai, clock: CorrectedClock) -> None:
        self._akamai = akamai
        self._clock = clock

    def fetch(self, request: Any, *, tolerant: bool) -> Any:
        true = self._akamai.clock.now
        if abs(self._clock.now() - true) > 30:
            raise ClockSkewed("Invalid timestamp", true)
        return self._akamai.fetch(request, tolerant=tolerant)


class Promise(RuleBasedStateMachine):
    @initialize(
        seed=st.integers(0, 1 << 30),
        start_back=st.sampled_from([0, 600]),
        host_error=st.sampled_from([0.0, 0.0, 600.0, -600.0]),
    )
    def begin(self, seed: int, start_back: int, host_error: float) -> None:
        self.patched = pytest.MonkeyPatch()
        # Raises where the collector has no such name: threads would be back unnoticed.
        self.patched.setattr(collector, "Prefetch", AtOnce)
        self.folder = tempfile.TemporaryDirectory()
        chance = random.Random(seed)
        self.clock = Clock(host_error=host_error, jitter=lambda: chance.uniform(-JITTER, JITTER))
        self.akamai = ModelAkamai(self.clock, random.Random(seed))
        self.kv = ModelKv()
        self.members = {
            name: ModelSplunkd(name, self.clock, started=self.clock.host() - 100) for name in "AB"
        }
        self.log = Log(self.clock)
        self.ids: tuple[int, ...] = (1,)
        self.start_back = start_back
        self.promised_from: float | None = None
        self.must_run = ""
        self.calm = True

    # --- the world ----------------------------------------------------------------------------

    @rule(
        count=st.integers(1, 60),
        late=st.sampled_from([0.0, 0.0, 30.0, 4000.0]),
        hidden=st.sampled_from([0.0, 0.0, 10.0, 40.0, LATE_MAX]),
        twins=st.booleans(),
        pause=st.sampled_from([0.0, 0.3, 20.0]),
    )
    def store(self, count: int, late: float, hidden: float, twins: bool, pause: float) -> None:
        self.akamai.store(count, late=late, hidden=hidden, twins=twins)
        self.clock.now += pause

    @rule(seconds=st.sampled_from([1.0, 5.0, 20.0, 70.0, 600.0, 4 * 3600.0]))
    def wait(self, seconds: float) -> None:
        if not self.must_run:
            self.clock.now += seconds

    @rule(writes=st.lists(st.sampled_from(["before", "after", ""]), min_size=1, max_size=4))
    def trouble_in_the_kv_store(self, writes: list[str]) -> None:
        self.kv.trouble += writes

    @rule()
    def change_ids(self) -> None:
        self.ids = (1, 2) if self.ids == (1,) else (1,)
        self.akamai.config_ids = self.ids
        self.calm = False

    # --- runs ---------------------------------------------------------------------------------

    @rule(
        name=st.sampled_from("AAAB"),
        faults=st.lists(st.sampled_from((*FAULTS, "", "")), max_size=4),
        kill_after=st.sampled_from([-1, -1, -1, 1, 2, 3, 5, 8, 13]),
    )
    def run(self, name: str, faults: list[str], kill_after: int) -> None:
        if self.must_run and name != self.must_run:
            return
        self.akamai.faults = faults
        self.calm = self.calm and "expired" not in faults
        self._run(self.members[name], kill_after)

    def _run(self, splunkd: ModelSplunkd, kill_after: int = -1) -> None:
        fate = Fate(kill_after)
        splunkd.fate = self.kv.fate = fate
        lease = Lease(self.kv, KEY, splunkd.instance, self.clock.host, self._sleep)
        try:
            with contextlib.suppress(CollectionError):
                lease.take()
                self._collector(splunkd, lease, fate).run()
            with contextlib.suppress(CollectionError):
                lease.release()
        except Killed:
            self.calm = False
        finally:
            lease._ended.set()
            splunkd.fate = self.kv.fate = Fate()
            splunkd.settle()
        document = self._document()
        if document.get("splunkd_started") == splunkd.started:
            self.must_run = ""
        if document and self.promised_from is None:
            wrong = self.clock.host_error + document["skew"] if document["host_time"] else 0.0
            self.promised_from = document["since"] - wrong + FROM_NOW_GRACE + 3 * JITTER

    def _document(self) -> dict[str, Any]:
        return self.kv.documents.get(CHECKPOINTS, {}).get(KEY, {})

    def _collector(self, splunkd: ModelSplunkd, lease: Lease, fate: Fate) -> Collector:
        clock = CorrectedClock(self.clock.host)
        stored = InputSettings("first", ACCOUNT, self.ids, self.start_back, LIMIT, None)
        progress = MortalProgress(
            Path(self.folder.name) / f"{splunkd.name}.json", splunkd.started, fate
        )
        around = Surroundings(
            checkpoints=Checkpoint(self.kv, KEY, CODEC, lease, self._sleep),
            pages=Fetcher(Signed(self.akamai, clock), clock, self._sleep, self.log),
            writer=Delivery(splunkd, progress, lambda: None, moments(self.clock.host, clock.now)),
            log=self.log,
            bulletin=Quiet(),
            stop=Quiet(),
            now=clock.now,
            host_now=self.clock.host,
            monotonic=lambda: self.clock.now,
            blocked=lambda: 0.0,
            unread=lambda _: 0,
        )
        return Collector(stored, around, Totals())

    def _sleep(self, seconds: float) -> None:
        self.clock.now += seconds

    # --- splunkd ------------------------------------------------------------------------------

    @rule(name=st.sampled_from("AAB"), pause=st.sampled_from([2.0, 40.0]))
    def crash(self, name: str, pause: float) -> None:
        """It is started again at once; whoever saved last has to be the next to run."""
        if self.must_run:
            return
        splunkd = self.members[name]
        document = self._document()
        self.clock.now += pause
        if document.get("saved_by", name) != name:
            splunkd.stop()
        else:
            splunkd.crash()
            self.must_run = name if document else ""
        self.clock.now += 3.0
        splunkd.started = self.clock.host()
        self.calm = False

    @rule(name=st.sampled_from("AAB"))
    def restart(self, name: str) -> None:
        if self.must_run:
            return
        self.members[name].stop()
        self.clock.now += 3.0
        self.members[name].started = self.clock.host()
        self.calm = False

    # --- the promise --------------------------------------------------------------------------

    @precondition(lambda self: hasattr(self, "akamai"))
    @rule()
    def nothing_is_lost(self) -> None:
        self.akamai.faults, self.kv.trouble = [], []
        for _ in range(30):
            self.clock.now += 60.0
            asked = self.akamai.requests
            self._run(self.members[self.must_run or "A"])
            if self.akamai.requests == asked + 1:
                break
        self._compare()

    def _compare(self) -> None:
        seen: Counter[int] = Counter()
        for splunkd in self.members.values():
            for record in [*splunkd.stored.elements(), *(text for _, text in splunkd.taken)]:
                value = json.loads(record)
                if value.get("type") != "akamai_siem_unparsed":
                    seen[value["n"]] += 1
        expected: Counter[int] = Counter()
        optional: Counter[int] = Counter()
        begin = self.clock.now if self.promised_from is None else self.promised_from
        for stored, _, line in self.akamai.events:
            sure = begin < stored <= self.clock.now - 65.0 and not self._in_gap(stored)
            (expected if sure else optional)[json.loads(line)["n"]] += 1
        missing = {n: count - seen[n] for n, count in expected.items() if seen[n] < count}
        assert not missing, (missing, self.log.events)
        if self.calm:
            twice = {n: c for n, c in seen.items() if c > expected[n] + optional[n]}
            assert not twice, (twice, self.log.events)

    def _in_gap(self, stored: float) -> bool:
        return any(since <= stored <= until for since, until in self.log.gaps)

    def teardown(self) -> None:
        if hasattr(self, "akamai"):
            try:
                self.nothing_is_lost()
            finally:
                self.folder.cleanup()
                self.patched.undo()


Promise.TestCase.settings = settings(
    # Ten times as many where new ones are looked for: HYPOTHESIS_PROFILE=long.
    max_examples=4_000 if settings.get_current_profile_name() == "long" else 400,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestPromise = Promise.TestCase
