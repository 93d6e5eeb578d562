"""One run of the real loop, fetching, delivery, position and lease, in the models' time."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

import pytest

from ta_akamai_siem.akamai.client import PageSource
from ta_akamai_siem.akamai.fetching import Fetcher
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.continuous import collector
from ta_akamai_siem.continuous.collector import Collector, Surroundings
from ta_akamai_siem.continuous.cursor import CODEC
from ta_akamai_siem.errors import ClockSkewed, CollectionError
from ta_akamai_siem.position.checkpoint import Checkpoint
from ta_akamai_siem.position.claim import Claim
from ta_akamai_siem.position.host import Host
from ta_akamai_siem.position.lease import Lease
from ta_akamai_siem.position.watch import Watch
from ta_akamai_siem.record.event_time import moments
from ta_akamai_siem.run.report import Totals
from ta_akamai_siem.run.storing import may_release
from ta_akamai_siem.splunk import log
from ta_akamai_siem.splunk.names import CHECKPOINTS
from ta_akamai_siem.writing.delivery import Delivery
from ta_akamai_siem.writing.progress import ProgressFile
from tests.oracles.models.model_splunk import Fate, Killed, ModelKv, ModelSplunkd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ta_akamai_siem.settings import InputSettings
    from tests.oracles.models.model_akamai import Clock, ModelAkamai

KEY = "akamai_siem:first"


class AtOnce:
    """Fetches the next page before this one is written, without a thread, so that the order is
    fixed.
    """

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


@contextlib.contextmanager
def without_threads() -> Iterator[None]:
    """Pages arrive at once, and a claim is renewed only when the product calls for it."""
    patched = pytest.MonkeyPatch()
    # Raises if the name no longer exists; otherwise threads could return unnoticed.
    patched.setattr(collector, "Prefetch", AtOnce)
    patched.setattr(Claim, "keep_renewed", lambda _: None)
    try:
        yield
    finally:
        patched.undo()


class Log(log.Log):
    """Counts log entries."""

    def __init__(self) -> None:
        super().__init__("akamai_siem", "first")
        self.events: Counter[str] = Counter()

    def debug(self, event: str, **_: Any) -> None:
        self.events[event] += 1

    info = warning = error = debug


class Quiet:
    """A stop flag that is never set, and a bulletin that is never read."""

    def check(self) -> None: ...

    def interruptible(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    insisting = interruptible

    def gap(self, text: str) -> None: ...

    def doubt(self, text: str) -> None: ...


class NoConnector:
    """A Splunk without Akamai's own connector."""

    def find(self, name: str) -> None: ...

    def offset(self, name: str) -> str:
        del name
        return ""


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
    """Refuses a signature whose time is wrong, as Akamai does."""

    def __init__(self, akamai: ModelAkamai, clock: CorrectedClock, fate: Fate) -> None:
        self._akamai = akamai
        self._clock = clock
        self._fate = fate

    def fetch(self, request: Any, *, tolerant: bool) -> Any:
        true = self._akamai.clock.now
        if abs(self._clock.now() - true) > 30:
            raise ClockSkewed("Invalid timestamp", true)
        page = self._akamai.fetch(request, tolerant=tolerant)
        self._fate.step()
        return page


@dataclass
class Member:
    """A host: its splunkd, its copy of the KV store, its clock that is wrong by `error` seconds.
    `is_clustered`: it belongs to a search head cluster.
    """

    splunkd: ModelSplunkd
    kv: ModelKv
    akamai: ModelAkamai
    clock: Clock
    folder: Path
    error: float = 0.0
    log: Log = field(default_factory=Log)
    ended: Counter[str] = field(default_factory=Counter)
    is_clustered: bool = False

    def now(self) -> float:
        return self.clock.now + self.error + self.clock.jitter()

    def sleep(self, seconds: float) -> None:
        self.clock.now += seconds

    def run(self, settings: InputSettings, fate: Fate | None = None) -> str:
        """One run. Returns how it ended: "killed" if it was killed."""
        fate = fate or Fate()
        before = self.splunkd.fate, self.kv.fate
        self.splunkd.fate = self.kv.fate = fate
        ended = "ok"
        self.splunkd.wrote_at = None
        try:
            lease = self.lease()
            try:
                lease.take()
                self._collector(settings, lease, fate).run()
            except CollectionError as error:
                ended = error.code
            if not self.is_clustered or self._may_release(lease, fate):
                with contextlib.suppress(CollectionError):
                    lease.release(read=True)
        except Killed:
            ended = "killed"
        finally:
            self.splunkd.fate, self.kv.fate = before
            self.splunkd.settle()
        self.ended[ended] += 1
        return ended

    def _may_release(self, lease: Lease, fate: Fate) -> bool:
        def wait(seconds: float) -> None:
            fate.step()
            self.sleep(seconds)

        return may_release(self.splunkd, lease.confirm, wait, self._monotonic)

    def lease(self) -> Lease:
        monotonic = self._monotonic
        watch = Watch(self.folder / f"{self.splunkd.name}.watch", monotonic)
        instance = self.splunkd.instance
        host = Host(instance, self.now, self.sleep, watch, monotonic=monotonic)
        return Lease(self.kv, KEY, host)

    def _monotonic(self) -> float:
        return self.clock.now

    def _collector(self, settings: InputSettings, lease: Lease, fate: Fate) -> Collector:
        clock = CorrectedClock(self.now)
        progress = MortalProgress(
            self.folder / f"{self.splunkd.name}.json", self.splunkd.started, fate
        )
        source = Signed(self.akamai, clock, fate)
        around = Surroundings(
            checkpoints=Checkpoint(CODEC, lease),
            pages=Fetcher(source, clock, self.sleep, self.log),
            writer=Delivery(self.splunkd, progress, lease.confirm, moments(self.now, clock.now)),
            log=self.log,
            bulletin=Quiet(),
            stop=Quiet(),
            now=clock.now,
            host_now=self.now,
            monotonic=self._monotonic,
            blocked=lambda: 0.0,
            pipe=self.splunkd,
            connector=NoConnector,
        )
        return Collector(settings, around, Totals())


def positions(kv: ModelKv) -> list[dict[str, Any]]:
    """The documents of the input, lowest number first."""
    found = kv.documents.get(CHECKPOINTS, {}).values()
    return sorted(found, key=lambda document: document["number"])


def newest(kv: ModelKv) -> dict[str, Any]:
    """The position of the input; empty if it never ran."""
    return (positions(kv) or [{}])[-1]


def went_backward(kv: ModelKv, akamai: ModelAkamai) -> list[tuple[int, int]]:
    """Numbers whose position is before that of the previous number without a rewind; and numbers
    that were used twice.
    """
    seen: dict[int, dict[str, Any]] = {}
    wrong = []
    for _, collection, _, document in kv.captain.changes:
        if collection == CHECKPOINTS and document is not None:
            number = document["number"]
            if number in seen:
                wrong.append((number, number))
            seen[number] = document
    for number, document in seen.items():
        before = seen.get(number - 1, {})
        tokens = [one["offset"] for one in (before, document) if one.get("offset") is not None]
        if len(tokens) < 2 or "rewound_from" in document:
            continue
        # A run may replay an expired offset. No other run's position may be before its own.
        replayed = before["run"] == document["run"]
        from_place, to_place = (akamai.tokens[token][0] for token in tokens)
        if to_place < from_place and not replayed:
            wrong.append((number - 1, number))
    return wrong
