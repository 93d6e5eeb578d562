"""The app's id, version and date, and the paths of its files.

The version is written in ``app.manifest`` and nowhere else.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
BUILD = ROOT / "build"
DIST = ROOT / "dist"

APP_ID = "TA_akamai_siem"
APP = BUILD / APP_ID
"""The built app, as it would be in an administrator's etc/apps."""

CONF_PREFIX = APP_ID.lower()

_DATE_WITHOUT_GIT = 1_735_689_600
"""2025-01-01T00:00:00Z: the date of a source tree without its Git history."""


def version() -> str:
    """Return the app's version, for instance ``0.1.0``, from ``app.manifest``."""
    manifest = json.loads((ROOT / "app.manifest").read_text(encoding="utf-8"))
    return str(manifest["info"]["id"]["version"])


def package_path() -> Path:
    """Return the path of the package that an administrator installs from a file or uploads."""
    return DIST / f"{APP_ID}-{version()}.tar.gz"


def splunkbase_path() -> Path:
    """Return the path of the package for Splunkbase."""
    return DIST / f"{APP_ID}-{version()}-splunkbase.tar.gz"


def sbom_path() -> Path:
    """Return the path of the list of components (SBOM)."""
    return DIST / f"{APP_ID}-{version()}.cdx.json"


def source_date() -> int:
    """Return the date of everything in the package, in epoch seconds.

    It is ``SOURCE_DATE_EPOCH`` if set, else the date of the last commit, else a constant. It is
    never the time of the build, so that two builds of the same source are identical.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given:
        return int(given)
    if not (ROOT / ".git").exists():
        return _DATE_WITHOUT_GIT
    try:
        answer = subprocess.run(
            ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"],
            capture_output=True,
            check=False,
            text=True,
        )
    except FileNotFoundError:
        return _DATE_WITHOUT_GIT
    seconds = answer.stdout.strip()
    return int(seconds) if answer.returncode == 0 and seconds else _DATE_WITHOUT_GIT
