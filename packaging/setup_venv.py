"""Make the virtual environments in build/venv, only from the lock files.

``python3 packaging/setup_venv.py KIND [PYTHON]`` where KIND is

* ``tools``: builds and inspects the app (tools.lock); to inspect it, libmagic is needed besides
* ``dev``: lints, demonstrates and tests it (dev.lock, then the app's libraries for this Python:
  runtime-39.lock or runtime-313.lock); with PYTHON, the path of an interpreter, the same for that
  interpreter in a folder of its own
* ``browser``: as ``dev``, and drives a browser (browser.lock in addition)
* ``search``: tests the search side (search.lock)
* ``site``: makes the site of the documents (site.lock)
* ``slim``: validates the package (slim.lock)

It prints the path of the environment's Python. An environment whose lock files have not changed is
reused. It needs only the system's Python. As root it installs missing system packages with apt-get;
otherwise it names them.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from app_identity import BUILD, PACKAGING
from fetch_pythons import is_fetched
from runtime_libraries import LOCKS, folder_for

if TYPE_CHECKING:
    from pathlib import Path

OLDEST = (3, 9)
_VENVS = BUILD / "venv"
_RUNTIME = "runtime"
"""Placeholder for the lock of the app's libraries for the Python in question."""
_KINDS = {
    "tools": ("tools.lock",),
    "dev": ("dev.lock", _RUNTIME),
    "browser": ("dev.lock", _RUNTIME, "browser.lock"),
    "search": ("search.lock",),
    "site": ("site.lock",),
    "slim": ("slim.lock",),
}
_STAMP = "locks.sha256"
_MEANING = {
    "python3-venv": "Python's modules venv and ensurepip",
    "libmagic1": "the library that tells the types of files, which AppInspect uses",
    "chromium": "the browser",
}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _missing_system_packages(kind: str, python: str) -> list[str]:
    """Return the Debian packages that this kind needs and the system lacks."""
    missing = []
    if python == sys.executable and importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    if kind == "inspect" and ctypes.util.find_library("magic") is None:
        missing.append("libmagic1")
    if kind == "browser" and shutil.which("chromium") is None:
        missing.append("chromium")
    return missing


def _install_system_packages(names: list[str]) -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    may_install = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if not may_install:
        raise SystemExit(_how_to_install(names, command))
    _say(f"installing {' '.join(names)} with apt-get")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet, stdout=sys.stderr)
    subprocess.run(command, check=True, env=quiet, stdout=sys.stderr)


def _how_to_install(names: list[str], command: list[str]) -> str:
    """Return what a user without root must do before this target can run."""
    target = os.environ.get("TARGET") or "this command"
    meaning = " ".join(f"{name}: {_MEANING[name]}." for name in names)
    return (
        f"`make {target}` needs {' and '.join(names)}, and this system lacks it. Install it:\n"
        f"  sudo apt-get update && sudo {' '.join(command)}\n"
        f"and run `make {target}` again. ({meaning})"
    )


def require(kind: str) -> None:
    """Install the system packages that this kind needs, or exit and name them."""
    missing = _missing_system_packages(kind, sys.executable)
    if missing:
        _install_system_packages(missing)


def _locks(kind: str, version: str) -> list[Path]:
    """Return the lock files of an environment in the order of their installation."""
    numbers = tuple(int(part) for part in version.split(".")[:2])
    return [
        LOCKS[folder_for(numbers)] if name == _RUNTIME else PACKAGING / name
        for name in _KINDS[kind]
    ]


def _fingerprint(python: str, locks: list[Path]) -> str:
    digest = hashlib.sha256(f"{os.path.realpath(python)}\n".encode())
    for lock in locks:
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def _pip(pip: list[str], *arguments: str) -> None:
    command = [*pip, "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, *arguments], check=False, stdout=sys.stderr, stderr=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr + "\npip failed; the packages come from the network.")


def _create(python: str, folder: Path, locks: list[Path]) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    _say(f"setting up {folder.relative_to(BUILD.parent)} with {python}")
    bare = is_fetched(python)
    command = [python, "-m", "venv", *(["--without-pip"] if bare else []), str(folder)]
    subprocess.run(command, check=True, stdout=sys.stderr)
    inside = _python_in(folder)
    # A fetched Python has no pip; the pip of another environment installs for it.
    installer = [str(environment("tools")), "-m", "pip", "--python"] if bare else []
    for lock in locks:
        options = ["--require-hashes", "-r", str(lock)]
        if lock in LOCKS.values():
            # As in the app: these libraries and no others. setuptools from dev.lock builds the one
            # that is published as source.
            options += ["--no-deps", "--no-build-isolation"]
        _pip([*installer, str(inside)] if bare else [str(inside), "-m", "pip"], *options)


def _version(python: str) -> str:
    command = [python, "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _python_in(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def environment(kind: str, python: str | None = None) -> Path:
    """Return the Python of the environment. Create it first if it is missing or out of date."""
    base = python or sys.executable
    version = _version(base)
    folder = _VENVS / (f"{kind}-{version}" if python else kind)
    stamp = folder / _STAMP
    locks = _locks(kind, version)
    fingerprint = _fingerprint(base, locks)
    missing = _missing_system_packages(kind, base)
    if missing:
        _install_system_packages(missing)
    if not (stamp.is_file() and stamp.read_text() == fingerprint):
        _create(base, folder, locks)
        stamp.write_text(fingerprint)
    return _python_in(folder)


def main() -> None:
    """Run the command line."""
    if sys.version_info < OLDEST:
        raise SystemExit("Python 3.9 or newer is needed: make PYTHON=/path/to/python3")
    if len(sys.argv) not in {2, 3} or sys.argv[1] not in _KINDS:
        raise SystemExit(__doc__)
    print(environment(sys.argv[1], *sys.argv[2:]))


if __name__ == "__main__":
    main()
