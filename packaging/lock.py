"""Write the lock files from their ``.in`` files: ``python packaging/lock.py [NAME...]``.

NAME is ``runtime`` or one of `DEVELOPMENT`; without NAME, all are written. Run it after a change in
an ``.in`` file and review the differences. It needs the network.

* ``runtime-39.lock`` and ``runtime-313.lock``: the libraries in the app, for the Python versions
  that use ``lib39/`` and ``lib313/``. They allow one file per library, in pure Python (a universal
  wheel, or the source of splunk-sdk 2, which has no wheel). Libraries of ``runtime.in`` have the
  same version in both.
* ``browser.lock``, ``dev.lock``, ``search.lock``, ``site.lock``, ``slim.lock`` and ``tools.lock``:
  tools for linting, testing, building, documenting and inspecting. They allow every published file
  of a version, so that they install on any system.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from runtime_libraries import LOCKS, PYTHON

HERE = Path(__file__).resolve().parent
OLDEST_PYTHON = "3.9.2"
"""The pip of Debian 11; cryptography does not support the two versions before it."""

LOCKER = "uv==0.13.9"

DEVELOPMENT = ("browser", "dev", "search", "site", "slim", "tools")
_FILE = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*?)(?:-.*\.whl|\.tar\.gz)")


def pure_python(version: str) -> list[str]:
    """Return pip's options for files without compiled parts that run on a Python ``version``."""
    # splunk-sdk 2 is published as source only; splunk-sdk 3 as a wheel.
    source_only = ["--no-binary=splunk-sdk"] if version == "3.9" else []
    return [
        "--no-deps",
        "--only-binary=:all:",
        *source_only,
        "--platform=any",
        "--implementation=py",
        "--abi=none",
        f"--python-version={version}",
    ]


def _download(python: Path, folder: str, same_as: Path | None) -> str:
    """Return the lock's text. `same_as`: a lock whose versions are used for what is in
    `runtime.in`.
    """
    version = PYTHON[folder]
    command = [str(python), "-m", "pip", "download", "-q", *pure_python(version)]
    source = LOCKS[folder].with_suffix(".in")
    command += ["-r", str(source)]
    with tempfile.TemporaryDirectory() as target:
        if same_as:
            pins = Path(target, "constraints")
            pins.write_text("".join(_common_pins(same_as)), encoding="utf-8")
            command += ["-c", str(pins)]
        files = Path(target, "files")
        subprocess.run([*command, "-d", str(files)], check=True)
        entries = [_entry(path) for path in files.iterdir()]
    return f"# Written by packaging/lock.py from {source.name}.\n" + "".join(sorted(entries))


def _entry(path: Path) -> str:
    match = _FILE.fullmatch(path.name)
    if match is None:
        message = f"cannot read name and version from {path.name}"
        raise SystemExit(message)
    name = match["name"].lower().replace("_", "-")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name}=={match['version']} \\\n    --hash=sha256:{digest}\n"


def _common_pins(lock: Path) -> list[str]:
    wanted = (HERE / "runtime.in").read_text(encoding="utf-8").lower()
    names = set(re.findall(r"^([a-z][a-z0-9-]+)", wanted, re.MULTILINE))
    locked = re.findall(r"^([a-z0-9-]+)(==\S+) ", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return [f"{name}{version}\n" for name, version in locked if name in names]


def _lock_runtime(python: Path) -> None:
    first: Path | None = None
    for folder, lock in LOCKS.items():
        lock.write_text(_download(python, folder, first), encoding="utf-8")
        first = first or lock


def _lock_development(python: Path, name: str) -> None:
    command = [str(python), "-m", "uv", "pip", "compile", "--quiet", "--universal"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--upgrade"]
    command += [f"--python-version={OLDEST_PYTHON}", f"{name}.in", f"--output-file={name}.lock"]
    subprocess.run(command, check=True, cwd=HERE)
    lock = HERE / f"{name}.lock"
    head = f"# Written by packaging/lock.py from {name}.in.\n"
    lock.write_text(head + lock.read_text(encoding="utf-8"), encoding="utf-8")


def main() -> None:
    """Write the named lock files, or all of them."""
    chosen = sys.argv[1:] or ["runtime", *DEVELOPMENT]
    if not {*chosen} <= {"runtime", *DEVELOPMENT}:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
        subprocess.run([str(python), "-m", "pip", "install", "-q", LOCKER], check=True)
        if "runtime" in chosen:
            _lock_runtime(python)
        for name in DEVELOPMENT:
            if name in chosen:
                _lock_development(python, name)


if __name__ == "__main__":
    main()
