"""Brings what tests run up to date."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests import ROOT


def make(target: str) -> None:
    """Built once for all tests that run side by side: make builds it before it starts
    `tests.run`.
    """
    if "MADE_BY_MAKE" in os.environ:
        return
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--no-print-directory", target]
    made = subprocess.run(command, check=False, cwd=ROOT, env=clean, capture_output=True, text=True)
    if made.returncode != 0:
        pytest.fail(f"`make {target}` failed:\n{made.stdout}{made.stderr}", pytrace=False)
