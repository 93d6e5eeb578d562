"""splunkd's own log: whether it stopped in order, and whether it was the same splunkd."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.splunk.orderly_stop import stopped_in_order

if TYPE_CHECKING:
    from pathlib import Path

END = 1_750_000_000.0
"""When a run ended; splunkd is started again 20 s later."""
STOP = "INFO  ShutdownHandler [77 Shutdown] - Shutdown complete in 4.456 seconds"
OLD_STOP = "INFO  ShutdownHandler - Shutdown complete in 1637 microseconds"
LEVEL = 'INFO  ShutdownHandler [77 Shutdown] - shutting down level="ShutdownLevel_Exec"'
START = "INFO  loader [0 MainThread] - Splunkd starting (build 1fff88043d5f)."
OTHER = 'INFO  ExecProcessor - message from "x.py" ShutdownHandler - Shutdown complete in 1 second'


def log(*lines: tuple[float, str]) -> str:
    return "".join(
        f"{datetime.fromtimestamp(END + after, timezone.utc):%m-%d-%Y %H:%M:%S}.500 +0000 {text}\n"
        for after, text in lines
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPLUNK_HOME", str(tmp_path))
    found = tmp_path / "var" / "log" / "splunk"
    found.mkdir(parents=True)
    return found


@pytest.mark.parametrize(
    ("lines", "proved"),
    [
        ([(-9, OTHER), (5, LEVEL), (6, STOP), (20, START)], True),
        ([(-9, OTHER), (6, OLD_STOP)], True),
        # Killed; stopped before the end of the run; started to stop, and killed.
        ([(-9, OTHER), (20, START)], False),
        ([(-9, STOP), (-5, START), (20, START)], False),
        ([(-9, OTHER), (5, LEVEL), (20, START)], False),
        # It crashed and was started; that one was stopped in order.
        ([(-9, OTHER), (3, START), (6, STOP), (20, START)], False),
        # Stopped in order; a later one crashed, but had nothing of this input.
        ([(-9, OTHER), (3, STOP), (6, START), (20, START)], True),
        # Nothing is known about earlier times; lines of another component.
        ([(6, STOP), (20, START)], False),
        ([(-9, OTHER), (6, OTHER), (20, START)], False),
        # After the splunkd that runs this input was started.
        ([(-9, OTHER), (30, STOP)], False),
        ([], False),
    ],
)
def test_what_proves_it(folder: Path, lines: list[tuple[float, str]], proved: bool) -> None:
    (folder / "splunkd.log").write_text(log(*lines))
    assert stopped_in_order(END, END + 20) is proved


def test_a_log_that_was_rotated(folder: Path) -> None:
    (folder / "splunkd.log").write_text(log((7, LEVEL), (20, START)))
    assert not stopped_in_order(END, END + 20)
    (folder / "splunkd.log.1").write_text(log((-9, OTHER), (6, STOP)))
    assert stopped_in_order(END, END + 20)
    (folder / "splunkd.log.1").write_text(log((-9, OTHER), (3, START), (6, STOP)))
    assert not stopped_in_order(END, END + 20)


def test_no_log(folder: Path) -> None:
    folder.rmdir()
    assert not stopped_in_order(END, END + 20)
