"""The libraries in the app, by Python version and folder, from the lock files.

Each of the two lock files is complete: ``runtime-39.lock`` for Python 3.9 to 3.12,
``runtime-313.lock`` for 3.13 and later. Libraries that are the same in both go to ``lib/``, the
others to ``lib39/`` and ``lib313/``. ``bin/library_path.py`` selects one of these at run time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app_identity import PACKAGING

COMMON = "lib"
LOCKS = {"lib39": PACKAGING / "runtime-39.lock", "lib313": PACKAGING / "runtime-313.lock"}
PYTHON = {"lib39": "3.9", "lib313": "3.13"}
"""The oldest Python that uses each folder; its content must run there."""
FOLDERS = (COMMON, *LOCKS)

_ENTRY = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+) \\\n    --hash=sha256:(?P<sha256>[0-9a-f]{64})$",
    re.MULTILINE,
)


@dataclass(frozen=True, order=True)
class Library:
    """`sha256`: of the one published file that is installed, as hexadecimal digits."""

    name: str
    version: str
    sha256: str

    def requirement(self) -> str:
        """Return the library as a line pair of a requirements file."""
        return f"{self.name}=={self.version} \\\n    --hash=sha256:{self.sha256}\n"


def locked(folder: str) -> list[Library]:
    """Return all libraries of the interpreters that use ``lib39`` or ``lib313``."""
    text = LOCKS[folder].read_text(encoding="utf-8")
    found = [Library(**match.groupdict()) for match in _ENTRY.finditer(text)]
    if text.count("==") != len(found):
        message = f"{LOCKS[folder].name}: an entry is not name==version with one sha256"
        raise SystemExit(message)
    return found


def by_folder() -> dict[str, list[Library]]:
    """Return the libraries of each of `FOLDERS`, sorted by name."""
    complete = {folder: set(locked(folder)) for folder in LOCKS}
    common = set.intersection(*complete.values())
    split = {COMMON: common, **{folder: all_ - common for folder, all_ in complete.items()}}
    return {folder: sorted(libraries) for folder, libraries in split.items()}


def folder_for(version: tuple[int, ...]) -> str:
    """Return the folder that an interpreter uses, by the rule of ``bin/library_path.py``."""
    return "lib313" if version >= (3, 13) else "lib39"
