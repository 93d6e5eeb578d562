"""The record of each run of a stanza."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

_MOST_LINES = 2000


@dataclass
class RunRecord:
    """One run. Times are epoch seconds, sizes bytes, memory KiB.

    `stream` is empty | open | closed | cut | malformed; `stopped_by` names a signal that the
    stand-in sent. `exit_code` is null when a signal ended the process.
    """

    number: int
    stanza: str
    pid: int
    start: float
    end: float | None = None
    exit_code: int | None = None
    signal: int | None = None
    stopped_by: list[str] = field(default_factory=list)
    stdout_bytes: int = 0
    records: int = 0
    stream: str = "empty"
    malformed: dict[str, Any] | None = None
    dropped_fragment: int = 0
    lingering_processes: bool = False
    peak_rss_kb: int = 0
    peak_rss_sum_kb: int = 0
    processes: int = 0
    cpu_seconds: float = 0.0
    stderr: list[str] = field(default_factory=list)
    stderr_lines: int = 0

    def add_stderr(self, line: str) -> None:
        """Add a line of stderr; only the first lines are kept."""
        self.stderr_lines += 1
        if len(self.stderr) < _MOST_LINES:
            self.stderr.append(line)

    def shown(self) -> dict[str, Any]:
        """Return the run for JSON."""
        shown = asdict(self)
        shown["running"] = self.end is None
        return shown
