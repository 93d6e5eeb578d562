"""The reached lines in coverage.py's report.

`python -m tests.measured.reached.report` shows the lines that the last `make test` did not reach.
"""

from __future__ import annotations

import io
import sys
from collections import defaultdict

import coverage

from tests import ROOT

FOLDER = ROOT / "build" / "tests" / "lines_reached"
FLOOR = 95.0
"""Per cent of the lines of `bin/`. 97 were reached; a few lines depend on the order of events."""


def lines_reached() -> dict[str, set[int]]:
    """Lines by absolute path. A script that the build creates does not count."""
    found: dict[str, set[int]] = defaultdict(set)
    if not FOLDER.is_dir():
        raise SystemExit(f"{FOLDER.relative_to(ROOT)} is not there: `make test` makes it")
    entries = {
        entry
        for path in FOLDER.iterdir()
        for entry in path.read_text(encoding="utf-8").splitlines()
    }
    for entry in entries:
        name, _, number = entry.rpartition(":")
        if (ROOT / name).is_file():
            found[str(ROOT / name)].add(int(number))
    return found


def report() -> tuple[float, str]:
    """Per cent of the lines of `bin/`, and a table of the lines that were not reached."""
    measured = coverage.Coverage(data_file=None, config_file=False)
    data = measured.get_data()
    data.add_lines(lines_reached())
    data.touch_files([str(path) for path in (ROOT / "bin").rglob("*.py")])
    table = io.StringIO()
    try:
        per_cent = measured.report(file=table, show_missing=True, skip_covered=True)
    finally:
        data.close(force=True)
    return per_cent, table.getvalue()


def main() -> int:
    per_cent, table = report()
    print(table)
    return 0 if per_cent >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
