"""Take out of a freshly built app what nobody needs at run time, and date it by its source."""

from __future__ import annotations

import re
import shutil
from email.parser import HeaderParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_UNUSED = (
    "lib/bin",
    "lib/certifi/tests",
    "lib/ci",
    "lib/examples",
    "lib/requirements.txt",
    # Sample credentials.
    "lib/akamai/edgegrid/test",
)
_COMPILED = ("**/__pycache__", "**/*.pyc")
_UNUSED_KINDS = (
    "lib/**/*.pyi",
    "lib/**/py.typed",
    # Path hooks of an installation; here sys.path has lib/ itself.
    "lib/*.pth",
)
_KEPT_METADATA = re.compile(r"METADATA|(LICEN[CS]E|NOTICE|COPYING|AUTHORS).*", re.IGNORECASE)
"""What stays of a library's .dist-info: version and licence. The rest tells of an installation
that did not take place (RECORD lists files that are not here)."""


def prune(app: Path) -> None:
    """Remove unused files and folders from the app."""
    for name in _UNUSED:
        _remove(app / name)
    remove_compiled(app)
    _remove_kinds(app, _UNUSED_KINDS)
    for folder in (app / "lib").glob("*.dist-info"):
        for path in list(folder.rglob("*")):
            if path.is_file() and not _KEPT_METADATA.fullmatch(path.name):
                path.unlink()
    for folder in sorted(app.rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def remove_compiled(app: Path) -> None:
    """Remove what Python leaves behind where the app was run from its place of build."""
    _remove_kinds(app, _COMPILED)


def _remove_kinds(app: Path, patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        for path in list(app.glob(pattern)):
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()


def write_notices(app: Path) -> None:
    """List the libraries in lib/, with their licences, in LICENSES/third-party.txt."""
    lines = ["Libraries in lib/. Their licence texts lie in lib/<name>-<version>.dist-info/,", ""]
    lines.insert(1, "or, where a library publishes none, beside this file.")
    for metadata in sorted((app / "lib").glob("*.dist-info/METADATA")):
        fields = HeaderParser().parsestr(metadata.read_text(encoding="utf-8"))
        licence = fields["License-Expression"] or fields["License"] or "see its licence text"
        lines.append(f"{fields['Name']} {fields['Version']}: {licence.splitlines()[0]}")
    text = "\n".join([*lines, ""])
    (app / "LICENSES" / "third-party.txt").write_text(text, encoding="utf-8")


def normalise_dates(app: Path, seconds: int) -> None:
    """Write ``seconds`` where ucc-gen wrote the time of the build.

    Those are the build number in app.conf and the one that the pages add to their addresses, so
    that a browser fetches a new version anew.
    """
    _replace(app / "default" / "app.conf", r"(?m)^(build\s*=\s*)\d+$", seconds)
    _replace(app / "appserver" / "templates" / "base.html", r"(\D)\d{10}(?=\D)", seconds)


def _replace(path: Path, pattern: str, seconds: int) -> None:
    text = path.read_text(encoding="utf-8")
    text, count = re.subn(pattern, rf"\g<1>{seconds}", text)
    if count == 0:
        message = f"{path.name}: no time of build found; ucc-gen has changed, see {__file__}"
        raise SystemExit(message)
    path.write_text(text, encoding="utf-8")
