"""Make the virtual environments in build/venv, from the lock files alone.

``python3 packaging/setup_venv.py KIND [PYTHON]`` where KIND is

* ``tools``: builds and inspects the app (tools.lock)
* ``dev``: lints, demonstrates and tests it (dev.lock, then runtime.lock); with PYTHON, the path of
  an interpreter, the same for that interpreter in a folder of its own
* ``browser``: as ``dev``, and drives a browser (browser.lock besides)
* ``search``: proves the search side (search.lock)
* ``slim``: validates the package (slim.lock)

and prints the path of the environment's Python. An environment whose locks have not changed is
taken as it is. Runs on a bare system Python; what the system lacks is installed with apt-get when
root, and named otherwise.
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

if TYPE_CHECKING:
    from pathlib import Path

OLDEST = (3, 9)
_VENVS = BUILD / "venv"
_LOCKS = {
    "tools": ("tools.lock",),
    "dev": ("dev.lock", "runtime.lock"),
    "browser": ("dev.lock", "runtime.lock", "browser.lock"),
    "search": ("search.lock",),
    "slim": ("slim.lock",),
}
_STAMP = "locks.sha256"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _missing_system_packages(kind: str, python: str) -> list[str]:
    """Return the Debian packages that this kind needs and the system lacks."""
    missing = []
    if python == sys.executable and importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    if kind == "tools" and ctypes.util.find_library("magic") is None:
        missing.append("libmagic1")
    if kind == "browser" and shutil.which("chromium") is None:
        missing.append("chromium")
    return missing


def _install_system_packages(names: list[str]) -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    may_install = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if not may_install:
        message = (
            f"This system lacks {' and '.join(names)}. Install with: sudo {' '.join(command)}"
            " (or your system's way: python3-venv is Python's ensurepip, libmagic1 is libmagic,"
            " chromium is the browser),"
            " then run make again."
        )
        raise SystemExit(message)
    _say(f"installing {' '.join(names)} with apt-get")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet, stdout=sys.stderr)
    subprocess.run(command, check=True, env=quiet, stdout=sys.stderr)


def _fingerprint(kind: str, python: str) -> str:
    digest = hashlib.sha256(f"{os.path.realpath(python)}\n".encode())
    for name in _LOCKS[kind]:
        digest.update((PACKAGING / name).read_bytes())
    return digest.hexdigest()


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*command, *arguments], check=False, stdout=sys.stderr, stderr=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr + "\npip failed; the packages come from the network.")


def _create(kind: str, python: str, folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    _say(f"setting up {folder.relative_to(BUILD.parent)} with {python}")
    subprocess.run([python, "-m", "venv", str(folder)], check=True, stdout=sys.stderr)
    inside = _python_in(folder)
    for name in _LOCKS[kind]:
        lock = str(PACKAGING / name)
        if name == "runtime.lock":
            # As in the app: these libraries and no others; setuptools from dev.lock builds the
            # one that is published as source.
            _pip(inside, "--require-hashes", "--no-deps", "--no-build-isolation", "-r", lock)
        else:
            _pip(inside, "--require-hashes", "-r", lock)


def _python_in(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def environment(kind: str, python: str | None = None) -> Path:
    """Return the Python of the environment, made first where it is missing or out of date."""
    base = python or sys.executable
    folder = _VENVS / kind
    if python:
        tag = subprocess.run(
            [python, "-c", "import platform; print(platform.python_version())"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        folder = _VENVS / f"{kind}-{tag}"
    stamp = folder / _STAMP
    fingerprint = _fingerprint(kind, base)
    missing = _missing_system_packages(kind, base)
    if missing:
        _install_system_packages(missing)
    if not (stamp.is_file() and stamp.read_text() == fingerprint):
        _create(kind, base, folder)
        stamp.write_text(fingerprint)
    return _python_in(folder)


def main() -> None:
    """Run the command line."""
    if sys.version_info < OLDEST:
        raise SystemExit("Python 3.9 or newer is needed: make PYTHON=/path/to/python3")
    if len(sys.argv) not in {2, 3} or sys.argv[1] not in _LOCKS:
        raise SystemExit(__doc__)
    print(environment(sys.argv[1], *sys.argv[2:]))


if __name__ == "__main__":
    main()
