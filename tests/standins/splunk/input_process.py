"""One process of a modular input: configuration on stdin, event stream from a real pipe."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from .event_stream import EventStreamParser
from .process_tree import MemorySampler
from .run_record import RunRecord

if TYPE_CHECKING:
    from pathlib import Path

    from .event_stream import Event
    from .pipe_gate import PipeGate

_CHUNK = 1 << 16
_LINGER = 2.0


@dataclass(frozen=True)
class Launch:
    """The arguments of a process."""

    stanza: str
    command: list[str]
    document: bytes
    environment: dict[str, str]
    strict_contract: bool = True
    pid_folder: Path | None = None


@dataclass(frozen=True)
class Trap:
    """Kill the process (SIGKILL) once it has passed one of these marks; 0 means never."""

    after_records: int = 0
    after_bytes: int = 0

    def reached(self, record: RunRecord) -> bool:
        """Whether a mark was passed."""
        by_records = 0 < self.after_records <= record.records
        return by_records or 0 < self.after_bytes <= record.stdout_bytes


class InputProcess:
    """Starts the process. `follow` reads its output to the end on the caller's thread."""

    def __init__(self, number: int, launch: Launch, gate: PipeGate, trap: Trap | None) -> None:
        """Start it in its own session, so that no signal to it reaches the stand-in's group."""
        self._launch = launch
        self._gate = gate
        self._trap = trap
        self._exited = threading.Event()
        self._leaves, self._has_left = threading.Event(), threading.Event()
        self._signal_lock = threading.Lock()
        self.ended = threading.Event()
        started = time.time()
        self._process = subprocess.Popen(
            launch.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=launch.environment,
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )
        self.record = RunRecord(number, launch.stanza, self._process.pid, started)
        self._memory = MemorySampler(self._process.pid, self._exited)
        if launch.pid_folder is not None:
            (launch.pid_folder / f"{self._process.pid}.pid").write_text(launch.stanza)

    def follow(
        self,
        on_events: Callable[[list[Event]], None],
        on_stderr: Callable[[str], None],
    ) -> RunRecord:
        """Write stdin, read stdout and stderr to the end, wait for the process, complete the
        record.
        """
        threads = [
            threading.Thread(target=self._feed_stdin, daemon=True),
            threading.Thread(target=self._read_stderr, args=(on_stderr,), daemon=True),
            threading.Thread(target=self._reap, daemon=True),
        ]
        for thread in threads:
            thread.start()
        parser = EventStreamParser(strict_contract=self._launch.strict_contract)
        self._read_stdout(parser, on_events)
        for thread in threads:
            thread.join()
        self._finish(parser)
        return self.record

    def send(self, number: int, why: str) -> bool:
        """Send the process a signal and record it; false if it has ended already."""
        with self._signal_lock:
            if self._exited.is_set():
                return False
            self.record.stopped_by.append(f"{signal.Signals(number).name} ({why})")
            os.kill(self._process.pid, number)
        return True

    def leave(self) -> None:
        """Close the pipe, whatever it holds: what was not read is lost."""
        self.record.stopped_by.append("the pipe was closed")
        self._leaves.set()
        self._has_left.wait()

    def stop(self, grace: float) -> None:
        """Send SIGTERM, and SIGKILL to the whole group after `grace` seconds; wait for the end."""
        if self._gate.leave:
            self.leave()
        self.send(signal.SIGTERM, "stop")
        if not self._exited.wait(grace):
            self.send(signal.SIGKILL, f"did not exit within {grace:g} s")
            self._kill_group()
        self.ended.wait()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _feed_stdin(self) -> None:
        stdin = self._process.stdin
        if stdin is None:
            raise RuntimeError("no stdin pipe")
        with contextlib.suppress(BrokenPipeError):
            stdin.write(self._launch.document)
        with contextlib.suppress(BrokenPipeError):
            stdin.close()

    def _read_stderr(self, on_stderr: Callable[[str], None]) -> None:
        stderr = self._process.stderr
        if stderr is None:
            raise RuntimeError("no stderr pipe")
        for raw in stderr:
            line = raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
            if line:
                self.record.add_stderr(line)
                on_stderr(line)
        stderr.close()

    def _reap(self) -> None:
        # WNOWAIT keeps the zombie, so that no signal can reach a process that reuses its id.
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        with self._signal_lock:
            _, status, usage = os.wait4(self._process.pid, 0)
            self._exited.set()
        code = os.waitstatus_to_exitcode(status)
        self._process.returncode = code
        self.record.exit_code = code if code >= 0 else None
        self.record.signal = -code if code < 0 else None
        self.record.cpu_seconds = round(usage.ru_utime + usage.ru_stime, 3)

    def _read_stdout(self, parser: EventStreamParser, on_events: Callable[..., None]) -> None:
        stdout = self._process.stdout
        if stdout is None:
            raise RuntimeError("no stdout pipe")
        handle = stdout.fileno()
        while True:
            portion = self._gate.admit(_CHUNK, self._is_over)
            if self._leaves.is_set():
                break
            if not self._wait_readable(handle):
                continue
            chunk = os.read(handle, portion)
            if not chunk:
                break
            self.record.stdout_bytes += len(chunk)
            events = parser.feed(chunk)
            if events:
                on_events(events)
                self.record.records += len(events)
            self.record.stream = parser.state
            if self._trap and self._trap.reached(self.record):
                self._trap = None
                self.send(signal.SIGKILL, "trap")
        stdout.close()
        self._has_left.set()

    def _is_over(self) -> bool:
        return self._exited.is_set() or self._leaves.is_set()

    def _wait_readable(self, handle: int) -> bool:
        """Wait for data. Kills a descendant that keeps the pipe of an ended process open."""
        limit = _LINGER if self._exited.is_set() else 0.2
        ready, _, _ = select.select([handle], [], [], limit)
        if ready:
            return True
        if limit == _LINGER:
            self.record.lingering_processes = True
            self._kill_group()
        return False

    def _finish(self, parser: EventStreamParser) -> None:
        parser.close()
        record = self.record
        record.stream = parser.state
        record.dropped_fragment = parser.dropped
        if parser.malformed is not None:
            record.malformed = {
                "position": parser.malformed.position,
                "reason": parser.malformed.reason,
                "excerpt": parser.malformed.excerpt,
            }
        record.peak_rss_kb = self._memory.sum_peak
        record.peak_rss_sum_kb = self._memory.sum_now
        record.processes = self._memory.processes
        if self._launch.pid_folder is not None:
            (self._launch.pid_folder / f"{record.pid}.pid").unlink()
        record.end = time.time()
        self.ended.set()
