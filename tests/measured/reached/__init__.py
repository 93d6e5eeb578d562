"""Which lines of `bin/` the tests reach, in all processes of the product."""

from __future__ import annotations

import os

from tests import ROOT

VARIABLE = "LINES_REACHED"
"""Environment variable: the file to which processes append the lines that they reach. Unset: off.
"""
FOLDER = ROOT / "tests" / "measured" / "reached" / "on_path"


def environment(file: str) -> dict[str, str]:
    """Environment of a process whose lines are recorded, with all processes that it starts."""
    return {VARIABLE: file, "PYTHONPATH": str(FOLDER)}


def standin_options() -> list[str]:
    """Options of the Splunk stand-in, whose scripts do not inherit the tests' environment."""
    file = os.environ.get(VARIABLE)
    return [f"--env={VARIABLE}={file}", f"--python-path={FOLDER}"] if file else []
