"""The calls to splunkd that a page may make: the stanzas `[expose:…]` of web.conf."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from tests.standins.splunk import conf_file

if TYPE_CHECKING:
    from pathlib import Path

_SPLUNKS_OWN = (("server/info", "GET"), ("authentication/current-context", "GET"))


class Exposure:
    """The stanzas of one app, and those of Splunk's own web.conf that every page needs."""

    def __init__(self, app: Path) -> None:
        """Read the app's web.conf."""
        self._rules = [(pattern, {method}) for pattern, method in _SPLUNKS_OWN]
        for name, stanza in conf_file.read(app / "default" / "web.conf").items():
            if name.startswith("expose:"):
                methods = {part.strip() for part in stanza.get("methods", "GET").split(",")}
                self._rules.append((stanza["pattern"], methods))

    def refusal(self, method: str, path: str) -> int:
        """Return 0 if the call is allowed, otherwise the status. `path`: after the namespace."""
        fitting = [methods for pattern, methods in self._rules if _fits(pattern, path)]
        if not fitting:
            return 404
        return 0 if any(method in methods for methods in fitting) else 405


def _fits(pattern: str, path: str) -> bool:
    """Whether a path matches. A `*` of a pattern matches one part of the path."""
    wanted, parts = pattern.split("/"), path.split("/")
    return len(wanted) == len(parts) and all(map(fnmatch.fnmatchcase, parts, wanted))
