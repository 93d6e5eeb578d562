"""Find the Python versions that Splunk runs add-ons on: 3.9 (9.4, 10.0) and 3.13 (10.2 on).

``python packaging/find_pythons.py`` prints one line for each: wanted version, path and full
version, or ``missing``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from fetch_pythons import path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

WANTED = ("3.9", "3.13")
_PROBE = "import sys, ssl, zlib; print(sys.executable, '%d.%d.%d' % sys.version_info[:3])"
_SECONDS = 20


def _answer(command: list[str]) -> str:
    """Return the output of a command, ``""`` if it fails."""
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, text=True, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _pyenv_roots() -> Iterator[Path]:
    for root in (os.environ.get("PYENV_ROOT", ""), _answer(["pyenv", "root"])):
        if root:
            yield Path(root)
    yield Path.home() / ".pyenv"


def _newest_first(folder: Path) -> tuple[int, ...]:
    return tuple(-int(part) for part in folder.name.split(".") if part.isdigit())


def _candidates(wanted: str) -> Iterator[str]:
    named = shutil.which(f"python{wanted}")
    if named:
        yield named
    plain = shutil.which("python3")
    if plain:
        yield plain
    for root in _pyenv_roots():
        for folder in sorted(root.glob(f"versions/{wanted}.*"), key=_newest_first):
            yield str(folder / "bin" / "python3")
    managed = _answer(["uv", "python", "find", "--no-project", wanted])
    if managed:
        yield managed
    yield str(path_of(wanted))


def find(wanted: str) -> tuple[Path, str] | None:
    """Return path and full version of a working interpreter, or None.

    A command on PATH may be a shim that does not start, so each candidate is run.
    """
    for candidate in _candidates(wanted):
        path, _, version = _answer([candidate, "-c", _PROBE]).rpartition(" ")
        if path and version.startswith(f"{wanted}."):
            return Path(path), version
    return None


def main() -> None:
    """Print the result."""
    for wanted in WANTED:
        found = find(wanted)
        print(wanted, *(found or ("missing",)))


if __name__ == "__main__":
    main()
