"""One call of an app's script with a timeout: --scheme, --validate-arguments, a REST handler."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class CallResult:
    """How a call ended. `exit_code` is negative for a signal; `timed_out`: it was killed."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    timed_out: bool

    def ending(self) -> str:
        """Describe it in splunkd's words."""
        if self.exit_code < 0:
            name = signal.Signals(-self.exit_code).name
            words = {"SIGKILL": "Killed", "SIGTERM": "Terminated"}
            return f"killed by signal {-self.exit_code}: {words.get(name, name)}"
        return f"exited with code {self.exit_code}"


def call(
    command: list[str],
    document: bytes,
    environment: dict[str, str],
    timeout: float,
) -> CallResult:
    """Run a command with a document on stdin; after `timeout` seconds its group is killed."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd="/",
        start_new_session=True,
    )
    timed_out = False
    try:
        stdout, stderr = process.communicate(document, timeout=timeout)
    except subprocess.TimeoutExpired:
        timed_out = True
        os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
    return CallResult(process.returncode, stdout, stderr, timed_out)
