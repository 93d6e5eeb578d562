"""Which lines of `bin/` the tests reach, in all processes of the product."""

from __future__ import annotations

import os

from tests import ROOT

VARIABLE = "LINES_REACHED"
"""Environment variable: the folder in which each process has a file of the lines that it reaches.
Unset: off.
"""
FOLDER = ROOT / "tests" / "measured" / "reached" / "on_path"


def environment(folder: str) -> dict[str, str]:
    """Environment of a process whose lines are recorded, with all processes that it starts."""
    return {VARIABLE: folder, "PYTHONPATH": str(FOLDER)}


def standin_options() -> list[str]:
    """Options of the Splunk stand-in, whose scripts do not inherit the tests' environment."""
    folder = os.environ.get(VARIABLE)
    return [f"--env={VARIABLE}={folder}", f"--python-path={FOLDER}"] if folder else []
