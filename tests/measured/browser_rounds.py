"""The tests of the pages, several times, on a machine that is busy: `python -m
tests.measured.browser_rounds [ROUNDS]`. 1: a test failed.

Beside them run processes that only compute. All have the same priority, below that of other work.
The output of each round is kept in `build/browser-rounds/`.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests import ROOT
from tests.environments import BROWSER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROUNDS = 10
BUSY = 6
NICE = 5
REPORTS = ROOT / "build" / "browser-rounds"
_COMPUTE = """import os
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""
"""Ends with the process that started it."""


def main(rounds: int = ROUNDS) -> int:
    os.nice(NICE)
    REPORTS.mkdir(parents=True, exist_ok=True)
    failed = 0
    with busy():
        for number in range(1, rounds + 1):
            report = REPORTS / f"{number}.txt"
            began = time.monotonic()
            passed = run(report)
            took = time.monotonic() - began
            load = os.getloadavg()[1]
            print(f"round {number}: {last_line(report)}; {took:.0f} s, load {load:.0f}", flush=True)
            if not passed:
                failed += 1
                print("\n".join(f"  {line}" for line in failures(report)), flush=True)
    print(f"{rounds} rounds beside {BUSY} busy processes: {failed or 'none'} failed")
    return 1 if failed else 0


@contextlib.contextmanager
def busy() -> Iterator[None]:
    """Processes that take what they can get of the processor."""
    started = [subprocess.Popen([sys.executable, "-c", _COMPUTE]) for _ in range(BUSY)]
    try:
        yield
    finally:
        for each in started:
            each.kill()
            each.wait()


def run(report: Path) -> bool:
    """One round. Whether all tests passed."""
    command = [sys.executable, "-m", "tests.one", "", BROWSER, "-rf", "-p", "no:cacheprovider"]
    with report.open("w", encoding="utf-8") as output:
        return (
            subprocess.run(command, check=False, cwd=ROOT, stdout=output, stderr=output).returncode
            == 0
        )


def last_line(report: Path) -> str:
    """pytest's own summary."""
    lines = report.read_text(encoding="utf-8").strip().splitlines()
    return re.sub(r" in [\d.]+s.*", "", lines[-1]) if lines else "no output"


def failures(report: Path) -> list[str]:
    """The lines that name a failed test and its reason."""
    text = report.read_text(encoding="utf-8")
    return re.findall(r"^(?:FAILED|ERROR) .*", text, re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
