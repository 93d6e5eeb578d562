"""Records how much of the current page has been written, in case the run is killed.

A small file beside the spool, written atomically, because the KV store of a cluster is too slow.
It has the page's position, and the number and a digest of the source lines written. A later run
that gets the same page in the same order skips these lines.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from ta_akamai_siem.errors import SpoolUnusable

if TYPE_CHECKING:
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
    does not count, because that process may have lost what was written to it.
    """

    def __init__(self, path: Path, splunkd_started: float | None) -> None:
        self._path = path
        self._splunkd_started = splunkd_started

    def load(self) -> Progress | None:
        """The record of the last run; None if there is none or it cannot be read."""
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
            if value["splunkd_started"] != self._splunkd_started:
                return None
            return Progress(str(value["position"]), int(value["events"]), str(value["digest"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, progress: Progress) -> None:
        """Raises SpoolUnusable."""
        beside = self._path.with_suffix(".new")
        try:
            content = {**asdict(progress), "splunkd_started": self._splunkd_started}
            beside.write_text(json.dumps(content), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            what = f"Progress cannot be saved in {self._path.parent} ({error.strerror or error})"
            raise SpoolUnusable(what) from error

    def clear(self) -> None:
        """Delete the record: the checkpoint has moved past the page."""
        self._path.unlink(missing_ok=True)
