"""Runs a command, reads and discards its output, and returns what it used."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PIECE = 1 << 20
_EVERY = 0.05
"""Seconds between two samples of a process's memory."""
_PIPE = 1 << 16
"""Bytes that a pipe takes which nobody reads."""


@dataclass(frozen=True)
class Measured:
    """What a command used.

    `cpu`, `wall`: seconds; `cpu` includes the processes that it started and waited for. `peak`:
    bytes of the largest of these processes. `first`: seconds until its first output. `reader`,
    `server`: seconds of CPU of the process that read its output, and of the one that answered its
    requests. `taken`: seconds until it began to read its standard input. `request`: seconds until
    its first request; 0 if it made none. `began`: when it was started, by the monotonic clock.
    """

    cpu: float
    wall: float
    peak: int
    first: float
    reader: float = 0.0
    server: float = 0.0
    taken: float = 0.0
    request: float = 0.0
    began: float = 0.0


def measure(
    command: Sequence[str],
    environment: Mapping[str, str],
    document: bytes = b"",
    keep: Path | None = None,
) -> Measured:
    """Run a command. `document`: for its standard input, XML. `keep`: a file for its output.

    A document is filled up with line ends, so that not all of it fits into the pipe.

    Its stderr is passed on. Raises RuntimeError if it fails.
    """
    began = time.monotonic()
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    memory = _Memory(process.pid)
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(document and document.ljust(_PIPE + 1, b"\n"))
        process.stdin.close()
    taken = time.monotonic() - began
    kept = keep.open("wb") if keep else None
    descriptor = process.stdout.fileno()
    first = 0.0
    read = time.thread_time()
    while piece := os.read(descriptor, _PIECE):
        first = first or time.monotonic() - began
        if kept:
            kept.write(piece)
    read = time.thread_time() - read
    _, status, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if kept:
        kept.close()
    if process.returncode:
        message = f"{' '.join(command[:2])} ended with {process.returncode}"
        raise RuntimeError(message)
    cpu = used.ru_utime + used.ru_stime
    return Measured(cpu, wall, memory.peak(), first, read, taken=taken, began=began)


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used so far; 0 if the system does not tell."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def used_by_others(began: float, busy: float) -> float:
    """Number of cores that other programs used since a moment; 0 if the system does not tell.

    `began`: time of the monotonic clock, `busy`: the result of `busy_seconds` at that time; both
    before this process had started another. Call it when all of them have ended.
    """
    own = sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    return max(0.0, (busy_seconds() - busy - own) / (time.monotonic() - began))


def busy_seconds() -> float:
    """Total seconds that all cores have been busy since the system started."""
    try:
        first = Path("/proc/stat").read_text().splitlines()[0]
    except OSError:
        return 0.0
    user, nice, system, _, _, interrupts, soft = map(int, first.split()[1:8])
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")


class _Memory:
    """Samples the memory of a process and its children until it ends; works only on Linux.

    The system's own figure at the end of a process includes the memory of its parent.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def peak(self) -> int:
        """Bytes of the largest one, when the process has ended; 0 if the system does not tell."""
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        try:
            while True:
                children = Path(f"/proc/{self._pid}/task/{self._pid}/children").read_text()
                for pid in (str(self._pid), *children.split()):
                    self._peak = max(self._peak, _high_water(pid))
                time.sleep(_EVERY)
        except (OSError, ValueError):
            return


def _high_water(pid: int | str) -> int:
    """The most memory that a process has had so far. Raises ValueError once it has none."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: -")
    return int(line.split()[1]) << 10
