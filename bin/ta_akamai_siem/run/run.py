"""One run of an input of either kind: takes the lease, does the job, reports how it ended."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Callable, Generic, NamedTuple, Optional, TypeVar

from ta_akamai_siem.akamai.spool import SpoolFolder
from ta_akamai_siem.akamai.trusted_certificates import public_certificates
from ta_akamai_siem.errors import (
    CheckpointUnavailable,
    CheckpointUnusable,
    CollectionError,
    LeaseHeld,
    LeaseLost,
    Leave,
    NeedsPerson,
    OffsetStuck,
    PipeClosed,
    RequestDeferred,
    StopRequested,
    TryAgain,
    Unforeseen,
    kind_and_place,
)
from ta_akamai_siem.position import last_run
from ta_akamai_siem.position.checkpoint import Checkpoint
from ta_akamai_siem.position.host import Host
from ta_akamai_siem.position.lease import Lease
from ta_akamai_siem.position.so_far import SoFar
from ta_akamai_siem.position.watch import Watch
from ta_akamai_siem.splunk.bulletin import Bulletin
from ta_akamai_siem.splunk.instance import instance_of, is_cluster_member
from ta_akamai_siem.splunk.log import log_file_name, open_log, set_level
from ta_akamai_siem.splunk.splunkd import Splunkd
from ta_akamai_siem.writing.event_stream import EventStream

from .load_settings import load_settings, log_level
from .report import Ending, Totals, report_dropped, report_ingested, report_run
from .storing import may_release

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from ta_akamai_siem.akamai.client import PageSource, SiemClient
    from ta_akamai_siem.position.history import Codec
    from ta_akamai_siem.splunk.input_definition import InputDefinition
    from ta_akamai_siem.splunk.log import Log
    from ta_akamai_siem.splunk.stop_signal import Stop
    from ta_akamai_siem.writing.progress import ProgressFile

    from .load_settings import Reader

_FAILED = 1
_CLOSING = 1.0
"""Seconds to write the last line of the document, and to release the lease."""
_READING = 0.5
"""Seconds to wait until splunkd has read the end of the document."""
_Position = TypeVar("_Position")
_Settings = TypeVar("_Settings")


class Parts(NamedTuple):
    """The objects that a job uses.

    `trusted`: certificates. `folder`: the input's own, on this host's disk. `totals`: what the job
    counts.
    """

    definition: InputDefinition
    trusted: ssl.SSLContext
    splunkd: Splunkd
    lease: Lease
    folder: Path
    stream: EventStream
    log: Log
    bulletin: Bulletin
    stop: Stop
    totals: Totals

    def checkpoint(self, codec: Codec[_Position]) -> Checkpoint[_Position]:
        """The input's position in the KV store, converted by `codec`."""
        return Checkpoint(codec, self.lease)

    def may_write(self) -> None:
        """Call before each block. Raises StopRequested, LeaseLost, CheckpointUnavailable."""
        self.stop.check()
        self.lease.confirm()

    def source(self, client: SiemClient) -> PageSource:
        """The source of pages, spooled to this input's folder. Raises SpoolUnusable."""
        from ta_akamai_siem.akamai.client import PageSource

        spool = SpoolFolder(self.folder)
        spool.prepare()
        return PageSource(client, spool)

    def progress(self) -> ProgressFile:
        from ta_akamai_siem.writing.progress import ProgressFile

        return ProgressFile(
            self.folder / "progress.json",
            self.lease.instance.started,
            lambda reason: self.log.warning("progress.unwritable", reason=reason),
            self.lease.has_stored,
        )


class Job(Generic[_Settings]):
    """Defines a kind of input. `read`: checks its stanza. `collect`: does its work with the
    settings that `read` returned.
    """

    def __init__(
        self, read: Reader[_Settings], collect: Callable[[_Settings, Parts], None]
    ) -> None:
        self.read = read
        self.collect = collect


class Run(Generic[_Settings]):
    """`definition`: from splunkd. `stop`: already installed. `job`: defines the kind of input.
    `public`: see `trusted_certificates.trusted`.
    """

    def __init__(
        self,
        definition: InputDefinition,
        stop: Stop,
        job: Job[_Settings],
        public: Callable[[], ssl.SSLContext] = public_certificates,
    ) -> None:
        self._definition = definition
        self._stop = stop
        self._job = job
        self._public = public
        self._began = time.monotonic()
        self._began_at = time.time()
        self._took: Optional[float] = None
        self._stream = EventStream()
        self._totals = Totals()
        self._credential_saved_at: Optional[float] = None

    def run(self) -> int:
        """Do the job and return the exit code: 0 also if splunkd stopped us or closed the pipe."""
        definition = self._definition
        log = open_log(definition.kind, definition.name)
        try:
            with self._stop.interruptible():
                splunkd = Splunkd(definition.server_uri, definition.session_key)
                pages = splunkd.settings.page()
                info = splunkd.server_info()
                instance = instance_of(info, definition.server_host)
        except CollectionError as error:
            # The run has not begun, so the error can only be logged.
            return self._report(error, log)
        set_level(log_level(pages))
        folder = _own_folder(definition)
        remembered = folder / "bulletin.json"
        bulletin = Bulletin(splunkd, folder.name, remembered, instance.started, log)
        watch = Watch(folder / "watch.json")
        host = Host(
            instance,
            time.time,
            self._stop.wait,
            watch,
            _stopped_in_order,
            name=definition.server_host,
        )
        lease = Lease(splunkd.kv_store, _key(definition), host, self._so_far)
        ended: Optional[CollectionError] = None
        try:
            with self._stop.interruptible():
                loaded = load_settings(definition, splunkd, pages, self._job.read, self._public)
                self._credential_saved_at = loaded.credential_saved_at
                lease.take()
            self._job.collect(
                loaded.settings,
                Parts(
                    definition=definition,
                    trusted=loaded.trusted,
                    splunkd=splunkd,
                    lease=lease,
                    folder=folder,
                    stream=self._stream,
                    log=log,
                    bulletin=bulletin,
                    stop=self._stop,
                    totals=self._totals,
                ),
            )
        except CollectionError as error:
            ended = error
        except Exception as error:  # noqa: BLE001 - a run that fails so has to be seen as well
            ended = Unforeseen(kind_and_place(error))
        self._end_document()
        self._took = time.monotonic() - self._began
        if not is_cluster_member(info) or may_release(self._stream, lease.confirm, self._stop.wait):
            self._release(lease, log)
        self._remember(ended, splunkd, log)
        self._stop.disarm()
        self._tell_person(ended, bulletin)
        return self._report(ended, log, lease)

    def _so_far(self) -> dict[str, Any]:
        """What the claim shows of this run. Called in the thread that renews it."""
        totals = self._totals
        return SoFar(
            began_at=self._began_at,
            at=time.time(),
            pages=totals.pages,
            events=totals.events,
            dropped=totals.dropped_events,
            newest=totals.newest,
            share=totals.share,
            remaining=totals.remaining,
        ).to_document()

    def _end_document(self) -> None:
        """Close the document. Between two writes this is possible after any end of a run.

        If splunkd is gone or does not read, the document stays open.
        """
        with contextlib.suppress(PipeClosed, StopRequested), self._stop.at_most(_CLOSING):
            self._stream.close()

    def _release(self, lease: Lease, log: Log) -> None:
        """Release the lease. If that fails, it looks like the lease of a run that died."""
        try:
            with self._stop.at_most(_CLOSING):
                lease.release(read=self._stream.is_read(within=_READING))
        except (CheckpointUnavailable, CheckpointUnusable, StopRequested) as error:
            log.debug("lease.kept", reason=error)

    def _remember(self, ended: Optional[CollectionError], splunkd: Splunkd, log: Log) -> None:
        """Save how the run ended, for the inputs page. Does nothing without the lease."""
        if isinstance(ended, (LeaseHeld, LeaseLost)):
            return
        totals = self._totals
        run = last_run.ended(
            ended, self._began_at, totals.events, totals.newest, drained=totals.drained
        )
        run = run._replace(dropped=totals.dropped_events)
        try:
            with self._stop.at_most(_CLOSING):
                last_run.record(splunkd.kv_store, _key(self._definition), run)
        except (CheckpointUnavailable, CheckpointUnusable, StopRequested) as error:
            log.debug("run.unrecorded", reason=error)

    def _tell_person(self, ended: Optional[CollectionError], bulletin: Bulletin) -> None:
        if isinstance(ended, NeedsPerson):
            stanza = f"{self._definition.kind}://{self._definition.name}"
            bulletin.trouble(ended.code, f"The input {stanza} has stopped collecting. {ended}")
        elif isinstance(ended, TryAgain) and not self._has_collected(ended):
            if isinstance(ended, RequestDeferred) and bulletin.shown():
                # The message that is shown has the cause.
                return
            text = f"The input '{self._definition.name}' has collected nothing for a while. {ended}"
            bulletin.fails(ended.code, text, ended.told_after)
        elif ended is None or isinstance(ended, TryAgain):
            bulletin.works()

    def _has_collected(self, ended: CollectionError) -> bool:
        """Whether new events were collected, dropped ones included. A loop of offsets only repeats
        the same ones.
        """
        collected = self._totals.events + self._totals.dropped_events
        return collected > 0 and not isinstance(ended, OffsetStuck)

    def _report(
        self, ended: Optional[CollectionError], log: Log, lease: Optional[Lease] = None
    ) -> int:
        ending = Ending(
            ended,
            self._definition.parameters.get("interval", ""),
            lease.succession if lease else "",
            time.monotonic() - self._began if self._took is None else self._took,
            self._stream.blocked,
            time.time(),
            lease.holder if lease and not isinstance(ended, LeaseLost) else "",
            self._credential_saved_at,
        )
        if self._totals.events:
            report_ingested(self._definition, self._totals.events, log)
        report_dropped(self._totals, log)
        report_run(ending, self._totals, log)
        if ended is None or isinstance(ended, Leave):
            return 0
        log.error(ended.code, reason=ended)
        return _FAILED


def _stopped_in_order(after: float, before: float) -> bool:
    from ta_akamai_siem.splunk.orderly_stop import stopped_in_order

    return stopped_in_order(after, before)


def _key(definition: InputDefinition) -> str:
    return f"{definition.kind}:{definition.name}"


def _own_folder(definition: InputDefinition) -> Path:
    """Under splunkd's checkpoint_dir, named like the input's log: each process has one of both."""
    return (
        definition.checkpoint_dir / log_file_name(definition.kind, definition.name)[: -len(".log")]
    )
