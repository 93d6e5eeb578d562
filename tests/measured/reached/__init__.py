"""Which lines of `bin/` the tests reach, in all processes of the product."""

from __future__ import annotations

import os

from tests import ROOT

VARIABLE = "LINES_REACHED"
"""Of the environment: the file to which processes add what they reach. Unset: nobody looks."""
FOLDER = ROOT / "tests" / "measured" / "reached" / "on_path"


def environment(file: str) -> dict[str, str]:
    """For a process that is to be watched, with all that it starts."""
    return {VARIABLE: file, "PYTHONPATH": str(FOLDER)}


def standin_options() -> list[str]:
    """For the Splunk stand-in, whose scripts do not inherit the environment of the tests."""
    file = os.environ.get(VARIABLE)
    return [f"--env={VARIABLE}={file}", f"--python-path={FOLDER}"] if file else []
