"""A stand-in as a process: it prints one line of JSON when it is ready, and ends on SIGTERM."""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SAID = 20_000
"""Characters of its stderr that an error shows."""


class Program:
    """`module`: what `python -m` runs. `errors`: the file that its stderr is appended to."""

    def __init__(self, module: str, arguments: Sequence[str], errors: Path) -> None:
        self._name = module
        self._command = [sys.executable, "-X", "faulthandler", "-m", module, *arguments]
        self._errors = errors
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start it without waiting, so that others can start at the same time."""
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )

    def start(self, within: float) -> dict[str, Any]:
        """Start it, if `begin` has not, and return the content of its first line.

        Raises TimeoutError after that many seconds.
        """
        if self._process is None:
            self.begin()
        process = self._process
        assert process is not None
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], within)
        line = process.stdout.readline() if ready else b""
        if not line:
            self.kill()
            said = self._errors.read_text(errors="replace")[-_SAID:]
            raise TimeoutError(f"{self._name} did not start:\n{said}")
        said_first: dict[str, Any] = json.loads(line)
        return said_first

    def stop(self, within: float) -> int:
        """Send SIGTERM and return the exit code. If it does not end, raises TimeoutError with the
        stacks of its threads.
        """
        process = self._process
        if process is None:
            return 0
        process.terminate()
        try:
            return process.wait(within)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)
            process.wait()
            said = self._errors.read_text(errors="replace")[-_SAID:]
            raise TimeoutError(f"{self._name} did not end within {within} s:\n{said}") from None
        finally:
            self.kill()

    def kill(self) -> None:
        """Send SIGKILL. Does nothing if it is not running."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    @property
    def pid(self) -> int:
        """Its process id; 0 if it is not running."""
        return self._process.pid if self._process else 0
