"""`make workbench`: it starts with nothing configured, and Ctrl-C ends everything."""

from __future__ import annotations

import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.by_hand.running_workbench import RunningWorkbench


def processes_with(text: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = path.read_bytes()
            if text.encode() in command:
                found.append(f"{path.parent.name} {command!r}")
    return found


def test_up_and_down() -> None:
    with RunningWorkbench() as workbench:
        assert "client_secret = " in workbench.edgerc
        assert Path(workbench.certificate).is_file()
        with urllib.request.urlopen(f"{workbench.address}/account/login", timeout=20) as page:
            assert b"Username" in page.read()
        assert processes_with(str(workbench.folder))
    assert workbench.exit_code == 0
    assert workbench.said.endswith("Ended.\n")
    assert processes_with(str(workbench.folder)) == []
    assert not workbench.folder.exists()
