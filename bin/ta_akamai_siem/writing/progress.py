"""How much of the page in flight is already with splunkd, for a run that is killed.

A small file beside the spool, written atomically: the KV store of a cluster is too slow for it.
It names the page by its position, and what was written of it by a count and a digest of the
source lines. A later run that gets the same page in the same order skips that much.

It only helps: where it cannot be written, a kill repeats more of the page; where it cannot be read,
there is none.
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
    """A digest of lines in order, however they are cut into blocks."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, lines: Lines) -> None:
        self._hash.update(lines.data)

    def copy_from(self, other: LineDigest) -> None:
        """Go on where `other` is."""
        self._hash = other._hash.copy()

    def hex(self) -> str:
        return self._hash.hexdigest()


class ProgressFile:
    """The record on disk.

    `splunkd_started`: epoch seconds, None if unknown. What was given to a splunkd that is gone may
    be lost, so a record made under another one is none. `trouble`: is told, once, why the record
    cannot be kept.
    """

    def __init__(
        self,
        path: Path,
        splunkd_started: float | None,
        trouble: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._path = path
        self._splunkd_started = splunkd_started
        self._trouble = trouble
        self._told = False
        self._is_void = False

    def load(self) -> Progress | None:
        """What the last run left; None if there is none or it cannot be read."""
        if self._is_void:
            return None
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
            if value["splunkd_started"] != self._splunkd_started:
                return None
            position, events, digest = value["position"], value["events"], value["digest"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        if not isinstance(position, str) or not isinstance(digest, str):
            return None
        return Progress(position, events, digest) if type(events) is int and events > 0 else None

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
