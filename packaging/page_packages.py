"""The packages whose code is in the scripts of the setup pages, and their versions.

UCC's ``licenses.txt`` names 225 packages with their versions. Most belong to scripts of its
dashboard page, which this package does not contain. The scripts are minified and have no source
map, so ``page_packages.json`` lists the packages of the other scripts. It has a piece of text by
which a package is recognised, if there is one. Packages without one stand between recognised
packages of the same script in ``licenses.txt``, whose order is that of the scripts' modules.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from app_identity import PACKAGING

if TYPE_CHECKING:
    from pathlib import Path

LIST = PACKAGING / "page_packages.json"
SCRIPTS = "appserver/static/js/build"
_LICENSED = re.compile(r"^Name: (\S+)\nVersion: (\S+)$", re.MULTILINE)


def listed() -> dict[str, Any]:
    """Return the list.

    ``ucc`` is the version of UCC it was made for, ``in_the_scripts`` maps a package to its text or
    None, ``only_in_others`` has the packages with advisories that only other scripts contain.
    """
    found: dict[str, Any] = json.loads(LIST.read_text(encoding="utf-8"))
    return found


def licensed(app: Path) -> dict[str, str]:
    """Return the packages that ``licenses.txt`` names, with their versions."""
    text = (app / SCRIPTS / "licenses.txt").read_text(encoding="utf-8")
    return dict(_LICENSED.findall(text))


def in_the_scripts(app: Path) -> dict[str, str]:
    """Return the packages that the scripts contain, with their versions."""
    versions = licensed(app)
    return {name: versions[name] for name in listed()["in_the_scripts"]}


def text_of_scripts(app: Path) -> str:
    """Return all scripts in one text, without our own in the folder ``custom``."""
    paths = sorted((app / SCRIPTS).glob("*.js"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)
