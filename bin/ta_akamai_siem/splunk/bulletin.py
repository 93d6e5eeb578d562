"""What a person has to act on, as a bulletin message in Splunk Web: once, until it works again.

A small file beside the spool remembers what is up, so that a run that finds nothing wrong asks
splunkd nothing.
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
    """The messages of one input. Trouble with splunkd is logged and stops nothing.

    `name`: of this input's messages. `path`: where to remember. `started`: splunkd's start, for a
    restart takes messages down.
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
        """Say what a person has to do, unless it is being said already."""
        if self._up() == code:
            return
        if self._post(self._name, text, "error"):
            self._remember(code)

    def works(self) -> None:
        """Take down what `trouble` put up."""
        if self._up() is None:
            return
        try:
            self._splunkd.delete_message(self._name)
            self._path.unlink()
        except (SplunkdRefused, OSError) as error:
            self._log.warning("bulletin.refused", reason=error)

    def gap(self, text: str) -> None:
        """Say that events are gone; it stays until a person has read it."""
        self._post(f"{self._name}_gap", text, "warn")

    def _post(self, name: str, text: str, severity: str) -> bool:
        try:
            self._splunkd.post_message(name, text, severity)
        except SplunkdRefused as error:
            self._log.warning("bulletin.refused", reason=error)
            return False
        return True

    def _up(self) -> Optional[str]:
        """The code of the message that is up; None where none is."""
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
