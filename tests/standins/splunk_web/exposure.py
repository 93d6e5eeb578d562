"""The calls that a page may make to splunkd: the stanzas `[expose:…]` of web.conf."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from tests.standins.splunk import conf_file

if TYPE_CHECKING:
    from pathlib import Path

_SPLUNKS_OWN = (("server/info", "GET"), ("authentication/current-context", "GET"))


class Exposure:
    """Of one app, and the little that Splunk's own web.conf exposes for every page."""

    def __init__(self, app: Path) -> None:
        """Read the app's web.conf."""
        self._rules = [(pattern, {method}) for pattern, method in _SPLUNKS_OWN]
        for name, stanza in conf_file.read(app / "default" / "web.conf").items():
            if name.startswith("expose:"):
                methods = {part.strip() for part in stanza.get("methods", "GET").split(",")}
                self._rules.append((stanza["pattern"], methods))

    def refusal(self, method: str, path: str) -> int:
        """Return 0 where the call may be made, else the status. `path`: after the namespace."""
        fitting = [methods for pattern, methods in self._rules if _fits(pattern, path)]
        if not fitting:
            return 404
        return 0 if any(method in methods for methods in fitting) else 405


def _fits(pattern: str, path: str) -> bool:
    """A `*` of a pattern stands for one part of the path."""
    wanted, parts = pattern.split("/"), path.split("/")
    return len(wanted) == len(parts) and all(map(fnmatch.fnmatchcase, parts, wanted))
