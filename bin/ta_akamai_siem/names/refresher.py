"""One refresh: asks Akamai, writes what has changed, remembers it. docs/names.md describes it.

A snapshot is written once all answers of its configuration are on this host's disk, and remembered
once splunkd has read its closing record. A run that is killed in between leaves a snapshot without
a closing record, which no search uses, and the next run writes a whole one.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Optional, TypeVar

from ta_akamai_siem.errors import (
    CheckpointUnavailable,
    CollectionError,
    ConfigurationUnknown,
    ConfigurationUnlisted,
    Leave,
    NamesRefused,
    PermissionMissing,
    RequestDeferred,
    TryAgain,
    UnexpectedAnswer,
)

from . import answers, coverage, objects, snapshot
from . import operations as op
from .memory import ACCOUNT, Memory, Written
from .snapshot import About

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ta_akamai_siem.akamai.application_security import ApplicationSecurity
    from ta_akamai_siem.run.report import Totals
    from ta_akamai_siem.run.surroundings import Checkpoints
    from ta_akamai_siem.splunk.kv_store import KvStore
    from ta_akamai_siem.splunk.log import Log

    from .answers import Configuration
    from .export_source import ExportSource, Reduced
    from .kept import Kept
    from .questions import Answered, Questions
    from .settings import NamesSettings
    from .snapshot_writer import SnapshotWriter
    from .values import Object

WHOLE_AFTER = 24 * 3600 - 600.0
"""Seconds after which a snapshot is written again although nothing has changed. Somewhat less than
a day, so that runs of every six hours do not drift past it.
"""
SAVE_EVERY = 5.0
"""Seconds between two saves of the memory while a run goes on."""

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Surroundings:
    """`now`: Akamai's clock, `host_now`: this host's, both epoch seconds. `folder`: for files of
    this run.
    """

    client: ApplicationSecurity
    questions: Questions
    exports: ExportSource
    kept: Kept
    writer: SnapshotWriter
    checkpoints: Checkpoints[Memory]
    store: KvStore
    folder: Path
    log: Log
    now: Callable[[], float]
    host_now: Callable[[], float]
    check: Callable[[], None]


class Refresher:
    """One run of one input."""

    def __init__(self, settings: NamesSettings, around: Surroundings, totals: Totals) -> None:
        self._settings = settings
        self._around = around
        self._totals = totals
        self._memory = Memory(settings.account.host)
        self._saved_at = 0.0
        self._unsaved = False
        self._first: Optional[CollectionError] = None

    def run(self) -> None:
        """Refresh every configuration. One that fails does not keep the others from it.

        Raises the first error, and at once what a person must cure or what ends the run.
        """
        try:
            self._refresh_all()
        except Leave:
            raise
        except CollectionError:
            if self._unsaved:
                # What was written is not written again.
                with contextlib.suppress(CollectionError):
                    self._save()
            raise

    def _refresh_all(self) -> None:
        self._memory = self._remembered()
        wanted = self._wanted()
        hosts = self._tried(self._around.questions.uncovered, ACCOUNT)
        self._refresh_account(wanted, hosts)
        for each in wanted:
            self._around.check()
            self._tried(partial(self._refresh, each, hosts), each.id)
        listed = {ACCOUNT, *(each.id for each in wanted)}
        for gone in set(self._memory.written) - listed:
            coverage.forget(self._around.store, gone)
        self._memory = self._memory.only(listed)
        self._save()
        self._around.kept.forget_others({(each.id, each.version) for each in wanted})
        self._totals.drained = self._first is None
        if self._first:
            raise self._first

    def _tried(self, ask: Callable[[], _Result], config_id: int) -> _Result | None:
        """The result of `ask`, or None after an error that the next run may not have."""
        try:
            return ask()
        except (RequestDeferred, CheckpointUnavailable):
            raise
        except (TryAgain, ConfigurationUnknown) as error:
            self._around.log.warning(error.code, reason=error, config_id=config_id)
            if isinstance(error, TryAgain):
                # A configuration that is unknown was deleted since it was listed.
                self._first = self._first or error
            return None

    def _remembered(self) -> Memory:
        """What was written before, unless it was for another Akamai host."""
        stored = self._around.checkpoints.load()
        if stored is None or stored.position.host != self._settings.account.host:
            return self._memory
        return stored.position

    def _wanted(self) -> list[Configuration]:
        try:
            answer = self._around.client.ask(op.CONFIGS)
            found = answers.configurations(answer)
        except PermissionMissing as error:
            raise NamesRefused(error.what.rstrip(".")) from error
        except ValueError as error:
            what = f"Akamai's list of security configurations has no '{error}'"
            raise UnexpectedAnswer(what) from error
        ids = self._settings.config_ids
        unknown = sorted(set(ids) - {each.id for each in found})
        if unknown:
            self._around.log.warning(
                "names.unlisted",
                config_ids=";".join(map(str, unknown)),
                reason=ConfigurationUnlisted(op.unlisted(unknown)),
            )
        wanted = [each for each in found if not ids or each.id in ids]
        if not wanted:
            # Raised at the end: the account's snapshot says that there is none.
            self._first = ConfigurationUnlisted(op.unlisted(unknown))
        return wanted

    def _refresh_account(
        self, wanted: Sequence[Configuration], hosts: Sequence[Object] | None
    ) -> None:
        ids = {str(each.id) for each in wanted}
        listed = [("configuration", each.object) for each in wanted]
        others = [
            ("uncovered_host", each)
            for each in hosts or ()
            if each.get("configuration_id") not in ids
        ]
        missing = [] if hosts is not None else [op.COVERAGE]
        about = About(
            config_id=ACCOUNT,
            kinds=["configuration", *(["uncovered_host"] if hosts is not None else [])],
            missing=missing,
            hint=op.missing_hint(missing, ACCOUNT) if missing else "",
        )
        self._write(about, [*listed, *others], versions="")

    def _refresh(self, configuration: Configuration, hosts: Sequence[Object] | None) -> None:
        written = self._memory.written.get(configuration.id)
        answered = self._around.questions.small(
            configuration,
            changed=written is None or written.versions != configuration.versions,
            afresh=written is not None and self._is_old(written),
        )
        reduced = None
        if configuration.network != "NONE":
            # Nothing of another version is sent to Splunk, and its export costs ten tokens.
            reduced = self._around.exports.reduced(configuration)
            if reduced is None:
                answered.refused.append(op.EXPORT)
        about = _about(configuration, answered, reduced, knows_hosts=hosts is not None)
        here = [
            each for each in hosts or () if each.get("configuration_id") == str(about.config_id)
        ]
        small = list(
            objects.small_objects(answered.found, reduced.additions if reduced else {}, here)
        )
        large: Iterable[tuple[str, str]] = reduced.objects() if reduced else ()
        self._write(
            about, (each for part in (small, large) for each in part), configuration.versions
        )
        left_out = [str(each["name"]) for kind, each in small if kind == "blind_spot"]
        coverage.note(self._around.store, configuration.id, configuration.name, left_out)

    def _write(
        self, about: About, content: Iterable[tuple[str, Object | str]], versions: str
    ) -> None:
        """Write a snapshot, or confirm the last one if it has the same content."""
        seen_at = self._around.now()
        before = self._memory.written.get(about.config_id)
        with tempfile.TemporaryFile(dir=self._around.folder) as file:
            body = snapshot.body(about, content, file)
            if before and before.digest == body.digest and not self._is_old(before):
                self._around.writer.confirm(about.config_id, before.snapshot, seen_at)
                how, name, at = "unchanged", before.snapshot, before.at
            else:
                how, name, at = "written", snapshot.new_name(), seen_at
                self._around.writer.write(about, body, name, seen_at)
        self._remember(about.config_id, Written(name, body.digest, versions, at))
        self._totals.pages += 1
        self._totals.events = self._around.writer.events
        self._totals.size = self._around.writer.size
        self._around.log.info(
            "snapshot.written" if how == "written" else "snapshot.unchanged",
            config_id=about.config_id,
            config_version=about.configuration.version if about.configuration else None,
            snapshot=name,
            objects=body.events,
        )
        if about.missing and how == "written":
            self._around.log.warning("names.missing", config_id=about.config_id, reason=about.hint)

    def _is_old(self, written: Written) -> bool:
        return not 0 <= self._around.now() - written.at < WHOLE_AFTER

    def _remember(self, config_id: int, written: Written) -> None:
        if self._memory.written.get(config_id) != written:
            self._memory = self._memory.with_written(config_id, written)
            self._unsaved = True
        if self._unsaved and time.monotonic() - self._saved_at >= SAVE_EVERY:
            self._save()

    def _save(self) -> None:
        self._around.checkpoints.save(self._memory, self._around.host_now())
        self._saved_at, self._unsaved = time.monotonic(), False


def _about(
    configuration: Configuration, answered: Answered, reduced: Reduced | None, *, knows_hosts: bool
) -> About:
    """What the snapshot of a configuration lists, and what it lacks. What the export repeats fills
    in for operations that were refused.
    """
    for name, repeated in (reduced.smaller if reduced else {}).items():
        if name in answered.refused:
            answered.refused.remove(name)
            answered.found[name] = repeated
    listed = {kind for each in op.OPERATIONS if each.name in answered.found for kind in each.kinds}
    if reduced:
        listed.update(next(each.kinds for each in op.OPERATIONS if each.name == op.EXPORT))
    if knows_hosts:
        listed.add("uncovered_host")
    return About(
        config_id=configuration.id,
        kinds=[kind for kind in op.KINDS if kind in listed],
        configuration=configuration,
        missing=answered.refused,
        hint=op.missing_hint(answered.refused, configuration.id) if answered.refused else "",
    )
