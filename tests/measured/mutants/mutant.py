"""One fault, and the tests that should notice it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests import ROOT

PATIENCE = 3_600.0
"""Seconds for the tests of the unchanged code, on a host that is busy with other programs."""
LONGER = 10
"""A mutant whose tests take so many times longer counts as killed, because it no longer ends …"""
LONGER_MIN = 300.0
"""… but not before that many seconds."""
_NO_TESTS_RUN = (4, 5)
"""pytest's exit codes for wrong options, and for no collected tests."""


class Mutant(NamedTuple):
    """`file`: from `bin/ta_akamai_siem`. `old`: text that occurs there once. `new`: its
    replacement. `tests`: from the repository's root.
    """

    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.file}: {_short(self.old)} -> {_short(self.new) or 'nothing'}"

    def applied(self) -> str:
        """The file with the fault. Raises LookupError."""
        text = (ROOT / "bin" / "ta_akamai_siem" / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise LookupError(f"{self.file} has {text.count(self.old)} times {self.old!r}")
        return text.replace(self.old, self.new)


class Unharmed(NamedTuple):
    """The tests of the unchanged code. `failed`: the first that failed, "" if none did."""

    failed: str
    seconds: float

    @property
    def limit(self) -> float:
        """Seconds after which a mutant does not end any more."""
        return max(LONGER_MIN, LONGER * self.seconds)


def killed_by(mutant: Mutant, limit: float) -> str:
    """The first test that fails; "" if none does. `limit`: seconds."""
    text = mutant.applied()
    with tempfile.TemporaryDirectory() as name:
        code = Path(name) / "bin"
        shutil.copytree(ROOT / "bin", code, ignore=shutil.ignore_patterns("__pycache__"))
        (code / "ta_akamai_siem" / mutant.file).write_text(text, encoding="utf-8")
        try:
            return _first_failure(code, mutant.tests, limit)
        except subprocess.TimeoutExpired:
            return f"no end after {limit:.0f} s"


def unharmed(tests: tuple[str, ...]) -> Unharmed:
    """Run the tests with the unchanged code."""
    began = time.monotonic()
    failed = _first_failure(ROOT / "bin", tests, PATIENCE)
    return Unharmed(failed, time.monotonic() - began)


def _first_failure(code: Path, tests: tuple[str, ...], limit: float) -> str:
    """`code`: used in place of `bin`. `limit`: seconds. Raises TimeoutExpired."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "--tb=no", "--no-header"]
    paths = ["-o", f"pythonpath={ROOT} {code} {ROOT / 'packaging'}"]
    done = subprocess.run(
        [*command, *paths, *tests],
        check=False,
        cwd=ROOT,
        env={"HYPOTHESIS_PROFILE": "unshrunk", **os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=limit,
    )
    if done.returncode == 0:
        return ""
    if done.returncode in _NO_TESTS_RUN:
        raise RuntimeError(done.stdout + done.stderr)
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0].split("/")[-1] if failed else done.stdout[-200:]


def _short(text: str) -> str:
    return " ".join(text.split())[:60]
