"""`make one T=path[::test] [PY=3.9]`: one file, folder or test, on one Python.

`python -m tests.one PY PATH [pytest's options]`, with any Python. The environment is created if it
is missing. Fixtures build the app or the package for tests that need them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests import ROOT
from tests.environments import ADDON_SUITE, BYTECODE, environment_of, options_of

sys.path.insert(0, str(ROOT / "packaging"))

from find_pythons import WANTED, find
from setup_venv import environment


def product_python(wanted: str) -> str:
    """The path of Splunk's Python of that version. This Python if none is requested or found."""
    known = find(wanted or WANTED[-1])
    if known is None and wanted:
        raise SystemExit(f"Python {wanted} was not found; `python3 packaging/find_pythons.py`")
    return str(known[0]) if known else os.path.realpath(sys.executable)


def main(wanted: str, test: str, *options: str) -> None:
    """Replace this process with pytest."""
    path = test.partition("::")[0].rstrip("/")
    if not (ROOT / path).exists():
        raise SystemExit(f"{path}: there is no such file; T is a path from the repository's root")
    python = product_python(wanted)
    kind = environment_of(path)
    tester = str(environment(kind, python if kind == "dev" else None))
    command = [tester, "-m", "pytest", "-q", *options_of(path, str(ROOT)), str(ROOT / test)]
    folder = ROOT
    if path.startswith(ADDON_SUITE):
        # The suite writes files to its working directory.
        folder = ROOT / "build" / "splunk_addon_suite"
        folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    os.environ.update(BYTECODE, PRODUCT_PYTHON=python, TEST_ENVIRONMENT=kind)
    os.execv(tester, [*command, *options])


if __name__ == "__main__":
    if len(sys.argv) < 3 or not sys.argv[2] or not Path(sys.argv[0]).is_file():
        raise SystemExit("make one T=path[::test] [PY=3.9]")
    main(*sys.argv[1:])
