"""One run of one input: puts the parts together, reports how it ended."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from .api import Api
from .checkpoint import Checkpoint
from .collector import Collector, Surroundings, Totals
from .delivery import Delivery
from .errors import CollectionError, Leave, PipeClosed, StopRequested
from .event_stream import EventStream
from .fetching import Fetcher
from .loading import load_settings, log_level
from .log import log_file_name, open_log
from .page import PageSpool
from .progress import ProgressFile
from .signing import CorrectedClock
from .splunkd import Splunkd
from .spool import SpoolFolder

if TYPE_CHECKING:
    from pathlib import Path

    from .cursor import Request
    from .input_definition import InputDefinition
    from .loading import Loaded
    from .log import Log
    from .page import Page
    from .stop import Stop

_FAILED = 1
_CLOSING = 1.0
"""Seconds for the last line of the document."""


class Run:
    """`definition`: what splunkd handed over. `stop`: already installed."""

    def __init__(self, definition: InputDefinition, stop: Stop) -> None:
        self._definition = definition
        self._stop = stop
        self._began = time.monotonic()
        self._stream = EventStream()
        self._totals = Totals()

    def run(self) -> int:
        """Collect; the exit code. 0 also where splunkd asked us to stop or closed the pipe."""
        definition = self._definition
        with self._stop.interruptible():
            splunkd = Splunkd(definition.server_uri, definition.session_key)
            splunkd.check_rights()
            pages = splunkd.settings()
        log = open_log(definition.kind, definition.name, log_level(pages))
        ended: CollectionError | None = None
        try:
            with self._stop.interruptible():
                loaded = load_settings(definition, splunkd, pages)
            self._collector(loaded, splunkd, log).run()
        except CollectionError as error:
            ended = error
        return self._report(ended, log)

    def _collector(self, loaded: Loaded, splunkd: Splunkd, log: Log) -> Collector:
        definition, stop = self._definition, self._stop
        settings, certificates = loaded
        folder = _own_folder(definition)
        spool = SpoolFolder(folder)
        spool.prepare()
        clock = CorrectedClock()
        api = Api(settings.account, settings.config_ids, settings.proxy, certificates, clock)
        around = Surroundings(
            checkpoints=Checkpoint(splunkd, f"{definition.kind}:{definition.name}", stop.wait),
            pages=Fetcher(_Source(api, spool), clock, stop.wait, log, settings.limit),
            writer=Delivery(
                self._stream, ProgressFile(folder / "progress.json"), stop.check, time.time
            ),
            log=log,
            stop=stop,
            now=clock.now,
            host_now=time.time,
            blocked=lambda: self._stream.blocked,
        )
        return Collector(settings, around, self._totals)

    def _report(self, ended: CollectionError | None, log: Log) -> int:
        self._end_document()
        self._stop.disarm()
        totals = self._totals
        log.info(
            "run.finished",
            events=totals.events,
            pages=totals.pages,
            bytes=totals.size,
            seconds=time.monotonic() - self._began,
            lag_seconds=totals.lag,
            drained=int(totals.drained),
            repeated=totals.repeated or None,
            blocked_seconds=self._stream.blocked,
            result=ended.code if ended else "ok",
        )
        if ended is None or isinstance(ended, Leave):
            return 0
        log.error(ended.code, reason=ended)
        return _FAILED

    def _end_document(self) -> None:
        """However the run ended, between two writes the document can be closed.

        Unless splunkd is gone, or does not read: then it has to do without.
        """
        with contextlib.suppress(PipeClosed, StopRequested), self._stop.at_most(_CLOSING):
            self._stream.close()


class _Source:
    """Akamai, with the pages it gives spooled to this input's folder."""

    def __init__(self, api: Api, spool: SpoolFolder) -> None:
        self._api = api
        self._spool = spool

    def fetch(self, request: Request, *, tolerant: bool) -> Page:
        def new_spool(compressed: bool) -> PageSpool:  # noqa: FBT001 - as Api.fetch calls it
            file = self._spool.new_file(request.limit)
            return PageSpool(file, compressed=compressed, tolerant=tolerant)

        return self._api.fetch(request, new_spool)


def _own_folder(definition: InputDefinition) -> Path:
    """Under splunkd's checkpoint_dir, named like the input's log, for both are one a process."""
    return (
        definition.checkpoint_dir / log_file_name(definition.kind, definition.name)[: -len(".log")]
    )
