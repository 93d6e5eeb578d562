"""`make workbench`: it is up with nothing configured, and Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

from .site import ROOT

DEADLINE_S = 60


def processes_with(text: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = path.read_bytes()
            if text.encode() in command:
                found.append(f"{path.parent.name} {command!r}")
    return found


def test_up_and_down() -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "tests.workbench"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = b""
    try:
        while b"Ctrl-C ends everything" not in said:
            ready, _, _ = select.select([process.stdout], [], [], DEADLINE_S)
            piece = os.read(process.stdout.fileno(), 1 << 16) if ready else b""
            assert piece, said.decode()
            said += piece
        text = said.decode()
        for name in ("host", "client_token", "client_secret", "access_token"):
            assert f"    {name} = " in text
        address = re.search(r"http://127\.0\.0\.1:\d+", text)
        folder = re.search(r"\S+/akamai-siem-workbench-\w+", text)
        assert address is not None
        assert folder is not None
        with urllib.request.urlopen(f"{address[0]}/en-US/account/login", timeout=20) as page:
            assert b"Username" in page.read()
        assert processes_with(folder[0])
    finally:
        # As a terminal does it: to all processes of the group.
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0
    assert rest.endswith(b"Ended.\n")
    assert processes_with(folder[0]) == []
    assert not Path(folder[0]).exists()
