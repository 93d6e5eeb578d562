"""The delivery guarantee as an invariant: nothing is lost, whatever happens at whatever point.

The real loop, fetching, delivery, checkpoint and lease run against models of Akamai and of two
members of a cluster, whose clocks and copies of the KV store differ, and which can be suspended for
a minute. What `docs/delivery.md` does not cover does not happen here: a member of a cluster that
fails after an orderly end of its run, and a splunkd that crashes after one and stays down for long.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ta_akamai_siem.continuous.cursor import FROM_NOW_GRACE
from ta_akamai_siem.settings import Account, InputSettings
from tests.examples import at_most
from tests.oracles.models import model_run
from tests.oracles.models.model_akamai import FAULTS, LATE_MAX, RETENTION, Clock, ModelAkamai
from tests.oracles.models.model_run import Member, newest, went_backward, without_threads
from tests.oracles.models.model_splunk import Captain, Fate, ModelKv, ModelSplunkd, Nap

LIMIT = 40
SLACK = 200.0
"""Seconds for which a page may be tried after its gap was found, plus a margin."""
JITTER = 1.0
"""Maximum error of one reading of this host's clock, in seconds."""
ACCOUNT = Account("main", "192.0.2.7", "t", "s", "a")
NAP = 62.0
"""Seconds for which a migrated machine is suspended."""


class Log(model_run.Log):
    """Keeps the gaps, and whether each was correct: an event that Akamai still has is not lost."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.gaps: list[tuple[float, float]] = []
        self.missing: list[tuple[float, float]] = []

    def warning(self, event: str, **values: Any) -> None:
        self.events[event] += 1
        if event == "gap.recorded" and values["cause"] == "lines_missing":
            # A page counts one event too many here, and none is lost.
            self.missing.append((values["since"], values["until"]))
        elif event == "gap.recorded":
            assert values["until"] <= self._clock.now - RETENTION + SLACK, values
            self.gaps.append((values["since"], values["until"]))


class Promise(RuleBasedStateMachine):
    @initialize(
        seed=st.integers(0, 1 << 30),
        start_back=st.sampled_from([0, 600]),
        errors=st.tuples(
            st.sampled_from([0.0, 0.0, 600.0, -600.0]), st.sampled_from([0.0, 0.0, 90.0, -90.0])
        ),
        lags=st.tuples(st.sampled_from([0.0, 0.0, 2.0, 15.0]), st.sampled_from([0.0, 2.0, 15.0])),
    )
    def begin(
        self,
        seed: int,
        start_back: int,
        errors: tuple[float, float] = (0.0, 0.0),
        lags: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """`errors`, `lags`: of the two members, seconds."""
        self.around = ExitStack()
        self.around.enter_context(without_threads())
        folder = Path(self.around.enter_context(tempfile.TemporaryDirectory()))
        chance = random.Random(seed)
        self.clock = Clock(jitter=lambda: chance.uniform(-JITTER, JITTER))
        self.akamai = ModelAkamai(self.clock, random.Random(seed))
        self.log = Log(self.clock)
        captain = Captain()
        self.members = {
            name: Member(
                ModelSplunkd(name, self.clock, started=self.clock.now + error - 100),
                ModelKv(captain, self.clock, lag),
                self.akamai,
                self.clock,
                folder,
                error,
                self.log,
            )
            for name, error, lag in zip("AB", errors, lags)
        }
        self.kv = self.members["A"].kv
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
        for member in self.members.values():
            member.kv.trouble += writes

    @rule()
    def change_ids(self) -> None:
        self.ids = (1, 2) if self.ids == (1,) else (1,)
        self.akamai.config_ids = self.ids
        self.calm = False

    # --- runs ---------------------------------------------------------------------------------

    @rule(
        name=st.sampled_from("AAAB"),
        faults=st.lists(st.sampled_from((*FAULTS, "", "")), max_size=4),
        kill_after=st.sampled_from([-1, -1, -1, 1, 2, 3, 5, 8, 13, 21, 34]),
    )
    def run(self, name: str, faults: list[str], kill_after: int) -> None:
        if self.must_run and name != self.must_run:
            return
        self.akamai.faults = faults
        self.calm = self.calm and "expired" not in faults
        self._run(name, Fate(kill_after))

    @rule(name=st.sampled_from("AB"), nap_after=st.integers(1, 60), runs=st.integers(0, 3))
    def run_with_a_nap(self, name: str, nap_after: int, runs: int) -> None:
        """A member is suspended while the other's runs continue. `runs`: number of those runs."""
        if self.must_run:
            return
        other = "B" if name == "A" else "A"

        def meanwhile() -> None:
            for _ in range(runs):
                self.clock.now += NAP / runs
                self._run(other)
            self.clock.now += 0.0 if runs else NAP

        self.calm = False
        self._run(name, Nap(nap_after, meanwhile))

    def _run(self, name: str, fate: Fate | None = None) -> None:
        member = self.members[name]
        stanza = InputSettings("first", ACCOUNT, self.ids, self.start_back, LIMIT, None)
        if member.run(stanza, fate) == "killed":
            self.calm = False
        document = self._document()
        if document.get("saved_by") == name and (
            document.get("splunkd_started") == member.splunkd.started
        ):
            self.must_run = ""
        if document.get("since") is not None and self.promised_from is None:
            error = self.members[document["saved_by"]].error
            wrong = error + document["skew"] if document["host_time"] else 0.0
            self.promised_from = document["since"] - wrong + FROM_NOW_GRACE + 3 * JITTER

    def _document(self) -> dict[str, Any]:
        return newest(self.kv)

    # --- splunkd ------------------------------------------------------------------------------

    @rule(name=st.sampled_from("AAB"), pause=st.sampled_from([2.0, 40.0]))
    def crash(self, name: str, pause: float) -> None:
        """splunkd is restarted at once. The member that saved last must run next."""
        if self.must_run:
            return
        splunkd = self.members[name].splunkd
        document = self._document()
        self.clock.now += pause
        if document.get("saved_by", name) != name:
            splunkd.stop()
        else:
            splunkd.crash()
            self.must_run = name if document else ""
        self.clock.now += 3.0
        splunkd.started = self.members[name].now()
        self.calm = False

    @rule(name=st.sampled_from("AAB"))
    def restart(self, name: str) -> None:
        if self.must_run:
            return
        self.members[name].splunkd.stop()
        self.clock.now += 3.0
        self.members[name].splunkd.started = self.members[name].now()
        self.calm = False

    # --- the guarantee ------------------------------------------------------------------------

    @precondition(lambda self: hasattr(self, "akamai"))
    @rule()
    def nothing_is_lost(self) -> None:
        self.akamai.faults = []
        for member in self.members.values():
            member.kv.trouble.clear()
        for _ in range(30):
            self.clock.now += 60.0
            asked = self.akamai.requests
            self._run(self.must_run or "A")
            if self.akamai.requests == asked + 1:
                break
        self._compare()

    def _compare(self) -> None:
        seen: Counter[int] = Counter()
        for splunkd in (member.splunkd for member in self.members.values()):
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
        assert not went_backward(self.kv, self.akamai)
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
                self.around.close()


Promise.TestCase.settings = settings(
    # Ten times as many examples when searching for new ones: HYPOTHESIS_PROFILE=long.
    max_examples=4_000 if settings.get_current_profile_name() == "long" else at_most(400),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestPromise = Promise.TestCase
