"""Shows a problem that needs action in Splunk's Messages menu, until a run succeeds.

A small file beside the spool records the current message, so that a successful run makes no call to
splunkd.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Optional

from .splunkd import SplunkdRefused

if TYPE_CHECKING:
    from pathlib import Path

    from .log import Log
    from .splunkd import Splunkd


class Bulletin:
    """The messages of one input. If splunkd refuses one, this is logged and the run continues.

    `name`: of this input's messages. `path`: of the file. `started`: splunkd's start, because a
    restart removes all messages.
    """

    def __init__(
        self, splunkd: Splunkd, name: str, path: Path, started: float | None, log: Log
    ) -> None:
        self._splunkd = splunkd
        self._name = name
        self._path = path
        self._started = started
        self._log = log

    def trouble(self, code: str, text: str) -> None:
        """Show a message, unless one with this code is shown already."""
        if self._up() == code:
            return
        if self._post(self._name, text, "error"):
            self._remember(code)

    def works(self) -> None:
        """Remove the message of `trouble`."""
        if self._up() is None:
            return
        try:
            self._splunkd.delete_message(self._name)
            self._path.unlink()
        except (SplunkdRefused, OSError) as error:
            self._log.warning("bulletin.refused", reason=error)

    def gap(self, text: str) -> None:
        """Show that events are missing. The message stays until a user removes it."""
        self._post(f"{self._name}_gap", text, "warn")

    def _post(self, name: str, text: str, severity: str) -> bool:
        try:
            self._splunkd.post_message(name, text, severity)
        except SplunkdRefused as error:
            self._log.warning("bulletin.refused", reason=error)
            return False
        return True

    def _up(self) -> Optional[str]:
        """The code of the message that is shown, "" if a restart removed it; None without one."""
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
            return str(value["code"]) if value["started"] == self._started else ""
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _remember(self, code: str) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.write_text(
                json.dumps({"code": code, "started": self._started}), encoding="utf-8"
            )
        except OSError as error:
            self._log.warning("bulletin.refused", reason=error)
