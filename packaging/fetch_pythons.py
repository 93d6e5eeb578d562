"""Fetch the Pythons that Splunk runs add-ons on into ``build/pythons``, if apt has them.

``python3 packaging/fetch_pythons.py 3.9 3.13`` prints the path of each. Debian 11 has 3.9, and
Debian 13 has 3.13. apt downloads their packages, with its own package lists, from the mirror that
this system uses, and dpkg-deb unpacks them. Nothing is installed, and root is not needed. A script
starts each with its own libraries, because Debian 12's C library is too old for 3.13 and its
OpenSSL too new for 3.9.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from app_identity import BUILD

PYTHONS = BUILD / "pythons"
SECONDS = 60
"""Seconds for each step."""
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_OURS = ("python{0}-minimal", "libpython{0}-minimal", "libpython{0}-stdlib", "python{0}-venv")
_FROM = {
    "3.9": ("bullseye", "python3-distutils libssl1.1 libffi7 libmpdec3 libsqlite3-0"),
    "3.13": (
        "trixie",
        (
            "libc6 libgcc-s1 libssl3t64 libffi8 libmpdec4 libsqlite3-0 zlib1g libbz2-1.0 liblzma5"
            " libexpat1 libzstd1 libreadline8t64 libtinfo6 libuuid1"
        ),
    ),
}
"""Release of Debian, and the libraries that other releases do not have in that version."""
_PROBE = "import bz2, ctypes, lzma, pyexpat, sqlite3, ssl, venv, zlib"
_WRAPPER = """#!/bin/sh
# With its own libraries. $0 is kept, so that a virtual environment is one.
exec "{loader}" --argv0 "$0" --library-path "{libraries}" "{program}" "$@"
"""


class CannotFetch(Exception):
    """The text has the reason."""


def path_of(wanted: str) -> Path:
    """Return where the interpreter is, if it was fetched."""
    return PYTHONS / wanted / "usr" / "bin" / "python3"


def is_fetched(python: str) -> bool:
    """Whether an interpreter is one of these. They have no pip and cannot install it."""
    return PYTHONS in Path(python).parents


def fetch(wanted: str) -> Path:
    """Return the path of an interpreter; download it if it is missing. Raises CannotFetch."""
    made = path_of(wanted)
    if made.is_file():
        return made
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb") and _KEYRING.is_file()):
        message = "this is not a Debian system"
        raise CannotFetch(message)
    folder = PYTHONS / f"{wanted}.partial"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _unpack(wanted, folder)
        (PYTHONS / wanted).parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(PYTHONS / wanted, ignore_errors=True)
        (folder / "root").rename(PYTHONS / wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        _wrap(wanted)
        _run([str(made), "-c", _PROBE])
    except CannotFetch:
        shutil.rmtree(PYTHONS / wanted)
        raise
    return made


def _unpack(wanted: str, folder: Path) -> None:
    release, libraries = _FROM[wanted]
    for name in ("lists/partial", "cache/archives/partial", "packages", "root"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "sources.list").write_text(f"deb [signed-by={_KEYRING}] {_mirror()} {release} main\n")
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        # If run as root, apt would download as a user who may not write to this folder.
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    _run([*apt, "update"])
    names = [*(name.format(wanted) for name in _OURS), *libraries.split()]
    _run([*apt, "download", *names], folder / "packages")
    for package in sorted((folder / "packages").glob("*.deb")):
        _run(["dpkg-deb", "-x", str(package), str(folder / "root")])


def _mirror() -> str:
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    for address in _run(command).split():
        if address.rstrip("/").endswith("/debian"):
            return address
    message = "apt has no mirror of Debian"
    raise CannotFetch(message)


def _wrap(wanted: str) -> None:
    """Write the script that starts it, as ``bin/python3`` beside the program."""
    usr = PYTHONS / wanted / "usr"
    # Its own loader belongs to its own C library; without one, this system's loader fits.
    loaders = [*usr.glob("lib*/ld-linux-*.so.*"), *Path("/").glob("lib*/ld-linux-*.so.*")]
    libraries = [*usr.glob("lib/*-linux-gnu*"), *(usr.parent / "lib").glob("*-linux-gnu*")]
    if not loaders or not libraries:
        message = "its packages are not as expected"
        raise CannotFetch(message)
    text = _WRAPPER.format(
        loader=loaders[0],
        libraries=":".join(map(str, libraries)),
        program=usr / "bin" / f"python{wanted}",
    )
    made = path_of(wanted)
    made.unlink(missing_ok=True)
    made.write_text(text)
    made.chmod(0o755)


def _run(command: list[str], folder: Path | None = None) -> str:
    """Return what it prints. Raises CannotFetch with its last line."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            env=quiet,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotFetch(str(error)) from error
    if done.returncode != 0:
        raise CannotFetch((done.stderr.strip().splitlines() or [command[0]])[-1])
    return done.stdout


def main() -> None:
    """Fetch the named ones."""
    for wanted in sys.argv[1:]:
        print(wanted, _fetched(wanted))


def _fetched(wanted: str) -> str:
    try:
        return str(fetch(wanted))
    except CannotFetch as why:
        return f"cannot be fetched: {why}"


if __name__ == "__main__":
    main()
