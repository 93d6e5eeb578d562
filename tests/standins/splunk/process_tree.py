"""The memory of a process and its descendants, sampled from /proc."""

from __future__ import annotations

import threading
from pathlib import Path

_PERIOD = 0.02


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(text) for text in task.read_text().split()]
    return found


def tree(pid: int) -> list[int]:
    """Return a process and its descendants; empty when it has ended."""
    found = []
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            waiting += _children(one)
        except OSError:
            continue
        found.append(one)
    return found


def _memory(pid: int) -> tuple[int, int]:
    now, peak = 0, 0
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            now = int(line.split()[1])
        elif line.startswith("VmHWM:"):
            peak = int(line.split()[1])
    return now, peak


class MemorySampler:
    """Samples every 20 ms until stopped. Sizes are KiB.

    `sum_now` is the highest sum of resident sizes at one moment; `sum_peak` the sum of every
    process's own high-water mark, an upper bound that includes short peaks.
    """

    def __init__(self, pid: int, ended: threading.Event) -> None:
        """Start to sample this process; `ended` stops it."""
        self.sum_now = 0
        self._peaks: dict[int, int] = {}
        self._pid = pid
        self._ended = ended
        self._thread = threading.Thread(target=self._run, name=f"memory-{pid}", daemon=True)
        self._thread.start()

    @property
    def sum_peak(self) -> int:
        """Return the sum of the processes' high-water marks."""
        return sum(self._peaks.values())

    @property
    def processes(self) -> int:
        """Return the number of processes seen."""
        return len(self._peaks)

    def _run(self) -> None:
        while not self._ended.wait(_PERIOD):
            total = 0
            for pid in tree(self._pid):
                try:
                    now, peak = _memory(pid)
                except OSError:
                    continue
                total += now
                if peak:
                    self._peaks[pid] = max(self._peaks.get(pid, 0), peak)
            self.sum_now = max(self.sum_now, total)
