"""Shows a problem that needs action in Splunk's Messages menu, until a run succeeds.

A small file beside the spool records the current message and since when runs have failed, so that a
successful run makes no call to splunkd. If it cannot be read or written, a message is posted again
under its name, or removed once more.
"""

from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING, Any

from .splunkd import SplunkdRefused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .log import Log
    from .splunkd import Splunkd

_FAILING_MAX = 7 * 86_400.0
"""Seconds: a file that says that runs have failed for longer is not believed."""


class Bulletin:
    """The messages of one input. If splunkd refuses one, this is logged and the run continues.

    `name`: of this input's messages. `path`: of the file. `started`: splunkd's start, because a
    restart removes all messages. `now`: this host's clock, epoch seconds.
    """

    def __init__(
        self,
        splunkd: Splunkd,
        name: str,
        path: Path,
        started: float | None,
        log: Log,
    ) -> None:
        self._splunkd = splunkd
        self._name = name
        self._path = path
        self._started = started
        self._log = log
        self.now: Callable[[], float] = time.time

    def trouble(self, code: str, text: str) -> None:
        """Show a message, unless one with this code is shown already."""
        remembered = self._remembered()
        if self.shown() == code:
            return
        if self._post(self._name, text, "error"):
            self._remember({**remembered, "code": code, "started": self._started})

    def shown(self) -> str | None:
        """The code of the message that is shown."""
        remembered = self._remembered()
        is_up = remembered.get("started") == self._started
        return str(remembered["code"]) if is_up and remembered.get("code") else None

    def fails(self, code: str, text: str, told_after: float) -> None:
        """A run has failed by what may pass. Say so once that has lasted `told_after` seconds."""
        remembered, now = self._remembered(), self.now()
        since = remembered.get("failing_since")
        if not isinstance(since, (int, float)) or not 0.0 <= now - since <= _FAILING_MAX:
            self._remember({**remembered, "failing_since": now})
        elif now - since >= told_after:
            self.trouble(code, text)

    def works(self) -> None:
        """Remove the message of `trouble`, and forget since when runs have failed."""
        if not self._path.exists():
            return
        if "code" in self._remembered():
            try:
                self._splunkd.delete_message(self._name)
            except SplunkdRefused as error:
                self._log.warning("bulletin.refused", reason=error)
                return
        with contextlib.suppress(OSError):
            self._path.unlink()

    def gap(self, text: str) -> None:
        """Show that events are missing. The message stays until a user removes it."""
        self._post(f"{self._name}_gap", text, "warn")

    def doubt(self, text: str) -> None:
        """Say that something was indexed that is not as it should be; it stays as a gap does."""
        self._post(f"{self._name}_doubt", text, "warn")

    def _post(self, name: str, text: str, severity: str) -> bool:
        try:
            self._splunkd.post_message(name, text, severity)
        except SplunkdRefused as error:
            self._log.warning("bulletin.refused", reason=error)
            return False
        return True

    def _remembered(self) -> dict[str, Any]:
        """`code` and `started` of the message that is up, `failing_since`.

        A file that cannot be read may have said that a message is up: then it has a `code`.
        """
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            value = None
        return value if isinstance(value, dict) else {"code": None}

    def _remember(self, value: dict[str, Any]) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.write_text(json.dumps(value), encoding="utf-8")
        except OSError as error:
            self._log.warning("bulletin.refused", reason=error)
