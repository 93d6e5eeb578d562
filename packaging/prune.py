"""Remove from a new build what is not needed at run time, and set dates from the source."""

from __future__ import annotations

import re
import shutil
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from runtime_libraries import FOLDERS

if TYPE_CHECKING:
    from pathlib import Path

_UNUSED = (
    "bin",
    "certifi/tests",
    "ci",
    "examples",
    "requirements.txt",
    # Sample credentials.
    "akamai/edgegrid/test",
    # Calls to splunkd that do not verify its certificate. Neither the add-on nor the rest of these
    # two libraries uses them.
    "solnlib/rest.py",
    "splunktaucclib/config.py",
    "splunktaucclib/legacy",
    # Language models for Splunk's own search heads; needs libraries that are not included.
    "splunklib/ai",
)
_COMPILED = ("**/__pycache__", "**/*.pyc")
_UNUSED_KINDS = (
    "**/*.pyi",
    "**/py.typed",
    # Path hooks of an installation; here sys.path contains the folder itself.
    "*.pth",
)
_KEPT_METADATA = re.compile(r"METADATA|(LICEN[CS]E|NOTICE|COPYING|AUTHORS).*", re.IGNORECASE)
"""Files to keep of a library's .dist-info: version and licence. The others describe an installation
that did not take place (RECORD lists files that are not here).
"""
_NOTICES = (
    "Libraries in lib/ (all Pythons), lib39/ (Python 3.9 to 3.12) and lib313/ (3.13 and later).",
    "Each licence text is in the library's folder <name>-<version>.dist-info/. A library that",
    "publishes no licence text is Apache-2.0; that text is Apache-2.0.txt beside this file.",
    "The licences of the setup pages' scripts: appserver/static/js/build/licenses.txt.",
)


def prune(app: Path) -> None:
    """Remove unused files and folders from the app."""
    for libraries in [app / name for name in FOLDERS]:
        for name in _UNUSED:
            _remove(libraries / name)
        _remove_kinds(libraries, _UNUSED_KINDS)
        for path in list(libraries.glob("*.dist-info/**/*")):
            if path.is_file() and not _KEPT_METADATA.fullmatch(path.name):
                path.unlink()
    remove_compiled(app)
    remove_unreached_scripts(app / "appserver" / "static" / "js" / "build")
    for folder in sorted(app.rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def remove_compiled(app: Path) -> None:
    """Remove the bytecode that Python wrote when the built app ran."""
    _remove_kinds(app, _COMPILED)


def remove_unreached_scripts(folder: Path) -> None:
    """Remove scripts and styles of the page bundle that cannot be reached from its entry script.

    ucc-gen omits its dashboard page, but not all files that only this page would load. The add-on's
    own scripts, in `custom`, stay: globalConfig.json and the template name them.
    """
    parts = {
        path.name: path
        for path in folder.rglob("*")
        if path.suffix in {".js", ".css"} and path.parent.name != "custom"
    }
    reached: set[str] = set()
    waiting = ["entry_page.js"]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        text = parts[name].read_text(encoding="utf-8")
        waiting += [other for other in parts if other in text and other not in reached]
    for name, path in parts.items():
        if name not in reached:
            path.unlink()


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
    """List the libraries, with their licences, in LICENSES/third-party.txt."""
    lines = list(_NOTICES)
    for folder in FOLDERS:
        lines += ["", f"{folder}/", ""]
        for metadata in sorted((app / folder).glob("*.dist-info/METADATA")):
            fields = HeaderParser().parsestr(metadata.read_text(encoding="utf-8"))
            licence = fields["License-Expression"] or fields["License"] or "see its licence text"
            lines.append(f"{fields['Name']} {fields['Version']}: {licence.splitlines()[0]}")
    text = "\n".join([*lines, ""])
    (app / "LICENSES" / "third-party.txt").write_text(text, encoding="utf-8")


def normalise_dates(app: Path, seconds: int) -> None:
    """Replace the time of the build, which ucc-gen wrote, by ``seconds``.

    It is the build number in app.conf, and a part of the pages' addresses, so that a browser loads
    a new version.
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
