"""Runs `make workbench` for a test, reads its output and ends it."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

from tests import ROOT

DEADLINE_S = 60


class RunningWorkbench:
    """A context manager: starts the workbench, ends it as Ctrl-C does. `said`: its output.

    `search_python`: with it the workbench serves the views too; `views` is their address.
    """

    said = ""
    exit_code: int | None = None

    def __init__(self, search_python: str = "") -> None:
        self._search_python = search_python

    def __enter__(self) -> RunningWorkbench:
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tests.by_hand.workbench"],
            cwd=ROOT,
            env={**os.environ, "SEARCH_PYTHON": self._search_python},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._read_until("Ctrl-C ends everything")
        if self._search_python:
            self._read_until("Ctrl-C ends it")
        return self

    def _read_until(self, text: str) -> None:
        assert self._process.stdout is not None
        while text not in self.said:
            ready, _, _ = select.select([self._process.stdout], [], [], DEADLINE_S)
            piece = os.read(self._process.stdout.fileno(), 1 << 16) if ready else b""
            if not piece:
                self.__exit__()
                raise TimeoutError(self.said)
            self.said += piece.decode()

    def __exit__(self, *_: object) -> None:
        # Like a terminal, send the signal to all processes of the group.
        os.killpg(self._process.pid, signal.SIGINT)
        rest = self._process.communicate(timeout=DEADLINE_S)[0]
        self.said += rest.decode()
        self.exit_code = self._process.returncode

    def found(self, pattern: str) -> str:
        """The first group of a pattern in the output."""
        match = re.search(pattern, self.said, re.MULTILINE)
        assert match is not None, self.said
        return match[1]

    @property
    def address(self) -> str:
        return self.found(r"(http://127\.0\.0\.1:\d+/en-US)/app")

    @property
    def views(self) -> str:
        return self.found(r"(http://127\.0\.0\.1:\d+/)\?view=overview")

    @property
    def folder(self) -> Path:
        return Path(self.found(r"(\S+/akamai-siem-workbench-\w+)"))

    @property
    def log_in(self) -> tuple[str, str]:
        """User and password."""
        user, _, password = self.found(r"^Log in +(\S+ / \S+)").partition(" / ")
        return user, password

    @property
    def edgerc(self) -> str:
        """The credential file that it shows."""
        names = ("host", "client_token", "client_secret", "access_token")
        lines = [f"{name} = " + self.found(rf"^    {name} = (.+)$") for name in names]
        return "\n".join(["[default]", *lines])

    @property
    def certificate(self) -> str:
        """Path of the certificate to trust."""
        return self.found(r"the certificate (\S+)")
