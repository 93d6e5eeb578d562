"""Check what ships for advisories and withdrawn files: ``python packaging/audit.py``.

* ``advisories.json`` is this repository's list of advisories. The check shows the age of the list
  and the advisories that affect a locked version. It fails if one of them has no assessment, or is
  reachable.
* The registry that pip is configured for shows whether a locked file was withdrawn ("yanked") or
  removed, and which newer releases exist. The check fails if a file was withdrawn.
* npm's registry shows the same for the scripts of the setup pages: ``audit_pages.py``.

The registry of pip has no advisories. Fixes appear in newer releases first, so read their notes and
add their advisories to the list. Runs in the ``tools`` environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

from app_identity import PACKAGING
from audit_pages import against_npm, ucc_app
from lock import pure_python
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from page_packages import in_the_scripts
from runtime_libraries import LOCKS, PYTHON, Library, locked

LIST = PACKAGING / "advisories.json"
OLD_AFTER_DAYS = 31
_SECONDS = 300


def listed() -> dict[str, Any]:
    """Return the list.

    ``reviewed`` is a date. ``advisories`` are those of the libraries, ``pages`` those of the
    packages in the scripts of the setup pages.
    """
    found: dict[str, Any] = json.loads(LIST.read_text(encoding="utf-8"))
    return found


def affecting(name: str, version: str, kind: str = "advisories") -> list[dict[str, Any]]:
    """Return the advisories that affect a version. `kind`: the part of the list."""
    return [
        advisory
        for advisory in listed()[kind]
        if advisory["library"] == name and Version(version) in SpecifierSet(advisory["affected"])
    ]


def age() -> int:
    """Return the age of the list in days."""
    today = datetime.now(tz=timezone.utc).date()
    return (today - date.fromisoformat(listed()["reviewed"])).days


def _ask(python: str, requirements: list[str], *options: str) -> list[dict[str, Any]] | None:
    """Return pip's report on what it would install, None if it found nothing or no registry.

    Nothing is installed. pip reads the metadata of the registry, or of a file if they are missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "requirements.txt")
        wanted.write_text("\n".join(requirements), encoding="utf-8")
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--quiet"]
        command += ["--ignore-installed", "--target", str(Path(folder, "none")), "--no-cache-dir"]
        command += [*pure_python(python), "--no-build-isolation", *options]
        command += ["--report", str(report), "-r", str(wanted)]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=_SECONDS
        )
        if done.returncode or not report.is_file():
            return None
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    installs: list[dict[str, Any]] = found["install"]
    return installs


def _normalised(name: str) -> str:
    return name.lower().replace("_", "-")


def _newest(python: str, requirements: list[str]) -> dict[str, str]:
    found = _ask(python, requirements) or []
    return {_normalised(i["metadata"]["name"]): i["metadata"]["version"] for i in found}


def _same_minor(library: Library) -> str:
    release = Version(library.version).release
    branch = ".".join(map(str, release[:2]))
    return f"{library.name}>={library.version},=={branch}.*"


def against_the_list() -> list[str]:
    """Print the advisories that affect the lock files. Return the problems."""
    days = age()
    old = f", older than {OLD_AFTER_DAYS} days: look for new ones" if days > OLD_AFTER_DAYS else ""
    print(f"advisories.json: reviewed {listed()['reviewed']}, {days} days ago{old}")
    shipped = [
        (folder, each.name, each.version, "advisories")
        for folder in LOCKS
        for each in locked(folder)
    ]
    scripts = in_the_scripts(ucc_app()).items()
    shipped += [("pages", name, version, "pages") for name, version in scripts]
    wrong = []
    for folder, library, version, kind in shipped:
        for advisory in affecting(library, version, kind):
            name = f"{folder}: {library} {version}: {advisory['id']}"
            print(
                f"  {name} ({advisory['severity']}, fixed in {advisory['fixed']}): "
                f"reachable: {advisory['reachable']}"
            )
            if advisory["reachable"] != "no" or not advisory["why"]:
                wrong.append(f"{name} is reachable, or not assessed")
    return wrong


def against_the_registry() -> list[str]:
    """Print the state of the registry. Return the problems."""
    wrong = []
    for folder in LOCKS:
        libraries, python = locked(folder), PYTHON[folder]
        entries = [library.requirement() for library in libraries]
        installs = _ask(python, entries, "--require-hashes")
        if installs is None:
            print(f"{folder}: the registry does not answer, or lacks a locked file: not compared")
            continue
        withdrawn = [i["metadata"]["name"] for i in installs if i.get("is_yanked")]
        wrong += [f"{folder}: {name}: the locked release was withdrawn" for name in withdrawn]
        print(f"{folder}: {len(installs)} locked files are there, {len(withdrawn)} withdrawn")
        patches = _newest(python, [_same_minor(library) for library in libraries])
        newest = _newest(python, [f"{library.name}>={library.version}" for library in libraries])
        for library in libraries:
            patch = patches.get(library.name, "not told")
            other = newest.get(library.name, "not told")
            if {patch, other} != {library.version}:
                print(f"  {library.name} {library.version}: patch {patch}, newest {other}")
    return wrong


def main() -> None:
    """Print the results. Fail if one of them needs action."""
    assessed = {entry["id"] for entry in listed()["pages"]}
    wrong = [*against_the_list(), *against_the_registry(), *against_npm(assessed)]
    if wrong:
        raise SystemExit("audit:\n  " + "\n  ".join(wrong))
    print("audit: nothing has to be done")


if __name__ == "__main__":
    main()
