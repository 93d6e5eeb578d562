"""Update the lock files and show what changed: ``python packaging/update.py``, ``make update``.

Runs ``lock.py``, then prints one table for each lock file that changed: library, old version, new
version. It needs the network. Review the table and the libraries' own change logs, run ``make
test``, and commit the lock files.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
NOTHING = "-"
"""Shown instead of a version if the library was not in the lock file, or no longer is."""

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=(\S+)")


class Locked(NamedTuple):
    """The entry of one library in a lock file.

    `versions`: usually one; several if they depend on the Python version. `hashes`: of all files
    that may be installed.
    """

    versions: tuple[str, ...]
    hashes: frozenset[str]


def read_lock(text: str) -> dict[str, Locked]:
    """Return the libraries of a lock file by name."""
    found: dict[str, Locked] = {}
    pins = list(_PINNED.finditer(text))
    ends = [pin.start() for pin in pins[1:]] + [len(text)]
    for pin, end in zip(pins, ends):
        known = found.get(pin[1], Locked((), frozenset()))
        hashes = frozenset(_HASH.findall(text, pin.end(), end))
        found[pin[1]] = Locked((*known.versions, pin[2]), known.hashes | hashes)
    return found


def differences(old: dict[str, Locked], new: dict[str, Locked]) -> list[tuple[str, str, str]]:
    """Return name, old and new version of each library that differs, sorted by name."""
    rows = []
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        then = ", ".join(before.versions) if before else NOTHING
        now = ", ".join(after.versions) if after else NOTHING
        rows.append((name, then, now if now != then else f"{now} (other files)"))
    return rows


def table(lock: str, rows: list[tuple[str, str, str]]) -> str:
    """Format the differences of one lock file. Empty if there are none."""
    if not rows:
        return ""
    name_width = max(len(name) for name, _, _ in rows)
    old_width = max(len(then) for _, then, _ in rows)
    lines = [f"  {name:<{name_width}}  {then:>{old_width}} → {now}" for name, then, now in rows]
    return "\n".join([lock, *lines])


def _read_all() -> dict[str, dict[str, Locked]]:
    locks = sorted(HERE.glob("*.lock"))
    return {lock.name: read_lock(lock.read_text(encoding="utf-8")) for lock in locks}


def main() -> None:
    """Run ``lock.py`` and print what it changed."""
    old = _read_all()
    subprocess.run([sys.executable, str(HERE / "lock.py")], check=True)
    new = _read_all()
    tables = [
        table(name, differences(old.get(name, {}), new.get(name, {})))
        for name in sorted({*old, *new})
    ]
    print("\n\n".join(filter(None, tables)) or "All lock files are up to date.")


if __name__ == "__main__":
    main()
