"""The programs that show the guarantees start, and one that is quick runs as a whole."""

from __future__ import annotations

import subprocess
import sys

from tests import ROOT
from tests.measured.shown import disturbance


def test_the_programs_find_the_product_without_help() -> None:
    """As make starts them: in no environment of the tests."""
    command = [sys.executable, "-m", "tests.measured.shown", "unheard-of"]
    done = subprocess.run(command, cwd=ROOT, env={}, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout.split(":")[0]) == (2, "unknown"), done.stderr


def test_a_disturbance_that_is_over_leaves_no_trace() -> None:
    assert disturbance.main()
