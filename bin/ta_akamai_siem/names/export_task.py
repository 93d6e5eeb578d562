"""Gets the export of a version: as a task where Akamai offers it, else in one answer.

A task needs more rights at Akamai than reading: its first request is a POST. Whatever goes wrong
with it, the one answer is asked for.
https://techdocs.akamai.com/application-security/reference/post-export-config-version
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any, Callable

from ta_akamai_siem.errors import (
    ConfigurationUnknown,
    ExportFailed,
    ExportRunning,
    PermissionMissing,
    UnexpectedAnswer,
)

from . import operations as op
from .values import number

if TYPE_CHECKING:
    from ta_akamai_siem.akamai.application_security import ApplicationSecurity
    from ta_akamai_siem.akamai.spool import SpoolFile

TASK_SECONDS_MAX = 900.0
"""Seconds to wait for a task."""
_SHORTEST, _LONGEST = 1.0, 60.0
"""Bounds of a wait between two questions about a task, in seconds."""
_NOT_OFFERED = (ConfigurationUnknown, PermissionMissing, UnexpectedAnswer)
_ID = re.compile(r"\b[0-9]+\b")


class Export:
    """`wait`: sleeps, or raises if the input is stopped. `new_file`: makes a spool file."""

    def __init__(
        self,
        client: ApplicationSecurity,
        new_file: Callable[[], SpoolFile],
        wait: Callable[[float], None],
    ) -> None:
        self._client = client
        self._new_file = new_file
        self._wait = wait

    def get(self, config_id: int, version: int) -> IO[bytes]:
        """The export. Close it. Raises PermissionMissing and the errors of the client."""
        result = self._by_task(config_id, version)
        if result:
            try:
                return self._client.download(result, self._new_file)
            except ConfigurationUnknown:
                pass  # The result has expired.
        return self._client.download(op.path_of(op.EXPORT, config_id, version), self._new_file)

    def _by_task(self, config_id: int, version: int) -> str:
        """The path of a finished task's result. "" if there is none."""
        base = f"configs/{config_id}/versions/{version}/export"
        try:
            task = self._begun(base)
            return self._finished(f"{base}/{task}")
        except _NOT_OFFERED:
            return ""
        except (ExportFailed, ExportRunning):
            return ""

    def _begun(self, base: str) -> str:
        """The id of a task: a new one, or the one that Akamai names because it is running."""
        try:
            begun = self._client.begin(base)
        except ExportRunning as error:
            running = self._running(error.what, base)
            if running is None:
                raise
            return running
        self._pause(begun)
        return str(begun.get("exportId") or "0")

    def _running(self, text: str, base: str) -> str | None:
        """A number in Akamai's text that is the id of a task of this version, left by an earlier
        run perhaps.
        """
        numbers: list[str] = _ID.findall(text)
        for each in dict.fromkeys(numbers):
            try:
                self._client.ask(f"{base}/{each}/status")
            except _NOT_OFFERED:
                continue
            return each
        return None

    def _finished(self, task: str) -> str:
        """Wait for a task. Raises ExportFailed."""
        waited = 0.0
        while waited < TASK_SECONDS_MAX:
            told = self._client.ask(f"{task}/status")
            status = told.get("exportStatus")
            if status == "COMPLETED":
                return f"{task}/result"
            if status != "PENDING":
                what = f"Akamai's export ended as {status} ({told.get('message') or 'no reason'})"
                raise ExportFailed(what)
            waited += self._pause(told)
        what = f"Akamai's export was not finished within {TASK_SECONDS_MAX:.0f} s"
        raise ExportFailed(what)

    def _pause(self, told: dict[str, Any]) -> float:
        asked = number(told.get("retryAfter")) or _SHORTEST
        seconds = min(_LONGEST, max(_SHORTEST, float(asked)))
        self._wait(seconds)
        return seconds
