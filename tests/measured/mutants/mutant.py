"""One fault, and the tests that should notice it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests import ROOT

TIMEOUT = 300.0
"""Seconds after which a mutant counts as killed, because it no longer ends."""
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


def killed_by(mutant: Mutant) -> str:
    """The first test that fails; "" if none does."""
    text = mutant.applied()
    with tempfile.TemporaryDirectory() as name:
        code = Path(name) / "bin"
        shutil.copytree(ROOT / "bin", code, ignore=shutil.ignore_patterns("__pycache__"))
        (code / "ta_akamai_siem" / mutant.file).write_text(text, encoding="utf-8")
        try:
            return _first_failure(code, mutant.tests)
        except subprocess.TimeoutExpired:
            return f"no end after {TIMEOUT:.0f} s"


def unharmed(tests: tuple[str, ...]) -> str:
    """Like `killed_by`, for the unchanged code."""
    return _first_failure(ROOT / "bin", tests)


def _first_failure(code: Path, tests: tuple[str, ...]) -> str:
    """`code`: used in place of `bin`. Raises TimeoutExpired."""
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "--tb=no", "--no-header"]
    paths = ["-o", f"pythonpath={ROOT} {code} {ROOT / 'packaging'}"]
    done = subprocess.run(
        [*command, *paths, *tests],
        check=False,
        cwd=ROOT,
        env={"HYPOTHESIS_PROFILE": "unshrunk", **os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    if done.returncode == 0:
        return ""
    if done.returncode in _NO_TESTS_RUN:
        raise RuntimeError(done.stdout + done.stderr)
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0].split("/")[-1] if failed else done.stdout[-200:]


def _short(text: str) -> str:
    return " ".join(text.split())[:60]
