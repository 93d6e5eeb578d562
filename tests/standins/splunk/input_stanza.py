"""One stanza of inputs.conf: its thread, its schedule, its runs."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Callable

from .input_process import InputProcess, Launch, Trap
from .rest_fault import RestFault
from .schedule import Schedule

if TYPE_CHECKING:
    from .event_stream import Event
    from .pipe_gate import PipeGate
    from .run_record import RunRecord


def _ignore(_: list[Event]) -> None:
    """Accepts no events, because its process was never started."""


class InputStanza:
    """Runs a stanza's process when due, never two at a time.

    `prepare` returns the arguments of the next process; it is called for each run.
    """

    def __init__(
        self,
        name: str,
        prepare: Callable[[str, bool], tuple[Launch, Callable[[list[Event]], None]]],
        on_stderr: Callable[[str, str], None],
        gate: PipeGate,
    ) -> None:
        """Create it; nothing is started."""
        self.name = name
        self.runs: list[RunRecord] = []
        self._prepare = prepare
        self._on_stderr = on_stderr
        self._gate = gate
        self._condition = threading.Condition()
        self._schedule: Schedule | None = None
        self._due: float | None = None
        self._ordered = 0
        self._refusal: RestFault | None = None
        self._process: InputProcess | None = None
        self._trap: Trap | None = None
        self._last_start = 0.0
        self._gone = False
        self._thread = threading.Thread(target=self._loop, name=f"stanza-{name}", daemon=True)
        self._thread.start()

    def enable(self, interval: str) -> None:
        """Start the schedule. The first run is due at once, except with a cron schedule."""
        with self._condition:
            self._schedule = Schedule(interval)
            self._due = self._schedule.first(time.time())
            self._condition.notify_all()

    def hold(self) -> None:
        """Stop the schedule."""
        with self._condition:
            self._schedule = None
            self._due = None

    def stop(self, grace: float) -> None:
        """Stop the schedule and the running process."""
        self.hold()
        process = self._process
        if process is not None:
            process.stop(grace)

    def close(self, grace: float) -> None:
        """Stop finally and end the thread."""
        with self._condition:
            self._gone = True
            self._condition.notify_all()
        self.stop(grace)
        self._thread.join()

    def run_now(self) -> int:
        """Start an additional run and return its number; 409 while one is running."""
        with self._condition:
            if self._process is not None or self._ordered:
                raise RestFault(409, f"{self.name} is running")
            self._ordered, self._refusal = 1, None
            number = len(self.runs) + 1
            self._condition.notify_all()
            while len(self.runs) < number and self._refusal is None:
                self._condition.wait()
            if self._refusal is not None:
                raise self._refusal
            return number

    def set_trap(self, trap: Trap) -> None:
        """Kill the next process when it passes a mark."""
        self._trap = trap

    def signal(self, number: int) -> bool:
        """Send a signal to the running process; false if there is none."""
        process = self._process
        return process is not None and process.send(number, "ordered")

    @property
    def enabled(self) -> bool:
        """Whether the schedule is on."""
        return self._schedule is not None

    @property
    def running(self) -> bool:
        """Whether a process is running."""
        return self._process is not None

    def wait_ended(self, number: int, timeout: float) -> RunRecord:
        """Wait until the run of a number (from 1) has ended; 408 after the timeout."""
        deadline = time.monotonic() + timeout
        with self._condition:
            while len(self.runs) < number or self.runs[number - 1].end is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise RestFault(408, f"run {number} of {self.name} has not ended")
                self._condition.wait(left)
            return self.runs[number - 1]

    def _loop(self) -> None:
        while True:
            with self._condition:
                while not self._gone and not self._ordered and not self._is_due():
                    self._condition.wait(self._patience())
                if self._gone:
                    return
                ordered, self._ordered = bool(self._ordered), 0
                process, on_events = self._start(ordered=ordered)
            if process is not None:
                process.follow(on_events, lambda line: self._on_stderr(self.name, line))
            with self._condition:
                self._process = None
                if self._schedule is not None and self._due is not None:
                    base = time.time() + (1.0 if process is None else 0.0)
                    self._due = self._schedule.following(self._last_start, base)
                self._condition.notify_all()

    def _start(
        self,
        *,
        ordered: bool,
    ) -> tuple[InputProcess | None, Callable[[list[Event]], None]]:
        self._last_start = time.time()
        try:
            launch, on_events = self._prepare(self.name, ordered)
        except RestFault as fault:
            self._on_stderr(self.name, f"ERROR {fault.text}")
            self._refusal = fault
            self._condition.notify_all()
            return None, _ignore
        trap, self._trap = self._trap, None
        process = InputProcess(len(self.runs) + 1, launch, self._gate, trap)
        self._process = process
        self.runs.append(process.record)
        self._condition.notify_all()
        return process, on_events

    def _is_due(self) -> bool:
        return self._due is not None and time.time() >= self._due

    def _patience(self) -> float | None:
        return None if self._due is None else max(0.0, self._due - time.time())
