"""A REST handler's process, kept for many calls: one line of JSON in, one line of JSON out."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from typing import IO, TYPE_CHECKING

from .script_call import CallResult

if TYPE_CHECKING:
    from collections.abc import Callable


class PersistentProcess:
    """Started at the first call, and again after it has ended. Calls run one at a time.

    ``told`` receives each line that the process writes to stderr.
    """

    def __init__(
        self, command: list[str], environment: dict[str, str], told: Callable[[str], None]
    ) -> None:
        """Keep the command; the process is started later."""
        self._command = command
        self._environment = environment
        self._told = told
        self._turn = threading.Lock()
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()

    def call(self, document: bytes, timeout: float) -> CallResult:
        """Make a call. After ``timeout`` seconds without a response the process is killed. Calls
        that still wait for their turn when it is closed are not made.
        """
        with self._turn:
            if self._closed:
                return CallResult(-signal.SIGTERM, b"", b"", timed_out=False)
            process = self._running()
            try:
                assert process.stdin is not None
                process.stdin.write(document + b"\n")
                process.stdin.flush()
                answer = self._answers.get(timeout=timeout)
            except (OSError, queue.Empty) as error:
                timed_out = isinstance(error, queue.Empty)
                self._end(kill=True)
                return CallResult(process.returncode, b"", b"", timed_out)
            if not answer:
                self._end(kill=False)
                return CallResult(process.returncode, b"", b"", timed_out=False)
            return CallResult(0, answer, b"", timed_out=False)

    def close(self) -> None:
        """End the process, as splunkd does when it stops, after the call that is under way."""
        self._closed = True
        with self._turn:
            self._end(kill=False)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
            cwd="/",
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        self._answers = queue.Queue()
        for read in (
            lambda: self._take(process.stdout, self._answers.put),
            lambda: self._take(process.stderr, self._tell),
        ):
            threading.Thread(target=read, daemon=True).start()
        self._process = process
        return process

    @staticmethod
    def _take(pipe: IO[bytes] | None, give: Callable[[bytes], None]) -> None:
        """Read until the pipe ends, which is passed on as an empty line."""
        assert pipe is not None
        with pipe, contextlib.suppress(ValueError, OSError):
            for line in pipe:
                give(line)
        give(b"")

    def _tell(self, line: bytes) -> None:
        if line:
            self._told(line.decode("utf-8", "backslashreplace").rstrip("\n"))

    def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
            if kill:
                os.killpg(process.pid, signal.SIGKILL)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
