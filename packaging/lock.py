"""Write the six lock files from their ``.in`` files: ``python packaging/lock.py``.

Run it after a change in an ``.in`` file, then look at what changed. It needs the network.

* ``runtime.lock``: what the app carries. One file a library, and that file is pure Python (a
  universal wheel, or the source of splunk-sdk, which has no wheel), the same on every Python.
* ``browser.lock``, ``dev.lock``, ``search.lock``, ``slim.lock`` and ``tools.lock``: what lints,
  tests, builds and inspects; every published file of the version is allowed, so that they install
  on any system.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
OLDEST_PYTHON = "3.9.2"
"""Debian 11's; cryptography excludes the two before it."""

LOCKER = "uv==0.13.9"

PURE_PYTHON = [
    "--no-deps",
    "--only-binary=:all:",
    "--no-binary=splunk-sdk",
    "--platform=any",
    "--implementation=py",
    "--abi=none",
    "--python-version=3.9",
]
_FILE = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*?)(?:-.*\.whl|\.tar\.gz)")


def _lock_runtime(python: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python), "-m", "pip", "download", "-q", *PURE_PYTHON]
        subprocess.run([*command, "-d", folder, "-r", str(HERE / "runtime.in")], check=True)
        entries = []
        for path in Path(folder).iterdir():
            match = _FILE.fullmatch(path.name)
            if match is None:
                message = f"cannot read name and version from {path.name}"
                raise SystemExit(message)
            name = match["name"].lower().replace("_", "-")
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            entries.append(f"{name}=={match['version']} \\\n    --hash=sha256:{digest}\n")
    head = "# Written by packaging/lock.py from runtime.in.\n"
    (HERE / "runtime.lock").write_text(head + "".join(sorted(entries)), encoding="utf-8")


def _lock_development(python: Path, name: str) -> None:
    command = [str(python), "-m", "uv", "pip", "compile", "--quiet", "--universal"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--upgrade"]
    command += [f"--python-version={OLDEST_PYTHON}", f"{name}.in", f"--output-file={name}.lock"]
    subprocess.run(command, check=True, cwd=HERE)
    lock = HERE / f"{name}.lock"
    head = f"# Written by packaging/lock.py from {name}.in.\n"
    lock.write_text(head + lock.read_text(encoding="utf-8"), encoding="utf-8")


def main() -> None:
    """Write all of them."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
        subprocess.run([str(python), "-m", "pip", "install", "-q", LOCKER], check=True)
        _lock_runtime(python)
        for name in ("browser", "dev", "search", "slim", "tools"):
            _lock_development(python, name)


if __name__ == "__main__":
    main()
