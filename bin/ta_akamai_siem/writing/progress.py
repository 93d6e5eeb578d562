"""Records how much of the current page has been written, in case the run is killed.

A small file beside the spool, written atomically, because the KV store of a cluster is too slow.
It has the page's position, and the number and a digest of the source lines written. A later run
that gets the same page in the same order skips these lines.

Without it, a kill only repeats more of the page. So nothing that is wrong with it stops the input.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ta_akamai_siem.akamai.lines import Lines


@dataclass(frozen=True)
class Progress:
    """`position`: of the cursor. `events`: lines written. `digest`: of those lines, in hex."""

    position: str
    events: int
    digest: str


class LineDigest:
    """A digest of lines in order, independent of the blocks they come in."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, lines: Lines) -> None:
        self._hash.update(lines.data)

    def copy_from(self, other: LineDigest) -> None:
        """Continue from `other`."""
        self._hash = other._hash.copy()

    def hex(self) -> str:
        return self._hash.hexdigest()


class ProgressFile:
    """The record on disk.

    `splunkd_started`: epoch seconds, None if unknown. A record made under another splunkd process
    does not count, because that process may have lost what was written to it, unless
    `has_stored(its start)` says that it has stored all of it.
    `trouble`: called once with the reason, if the record cannot be kept.
    """

    def __init__(
        self,
        path: Path,
        splunkd_started: float | None,
        trouble: Callable[[str], None] = lambda _: None,
        has_stored: Callable[[float], bool] = lambda _: False,
    ) -> None:
        self._path = path
        self._splunkd_started = splunkd_started
        self._trouble = trouble
        self._has_stored = has_stored
        self._told = False
        self._is_void = False

    def load(self) -> Progress | None:
        """The record of the last run; None if there is none or it cannot be read."""
        if self._is_void:
            return None
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
            position, events, digest = value["position"], value["events"], value["digest"]
            if not self._counts(value["splunkd_started"]):
                return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        if not isinstance(position, str) or not isinstance(digest, str):
            return None
        return Progress(position, events, digest) if type(events) is int and events > 0 else None

    def _counts(self, started: object) -> bool:
        if started == self._splunkd_started:
            return True
        return isinstance(started, (int, float)) and self._has_stored(started)

    def save(self, progress: Progress) -> None:
        beside = self._path.with_suffix(".new")
        try:
            content = {**asdict(progress), "splunkd_started": self._splunkd_started}
            beside.write_text(json.dumps(content), encoding="utf-8")
            beside.replace(self._path)
            self._is_void = False
        except OSError as error:
            self._tell(error)

    def clear(self) -> None:
        """Forget it: the page is written and the checkpoint has moved past it."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            self._is_void = True
            self._tell(error)

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            self._trouble(f"{self._path.parent}: {error.strerror or error}")
