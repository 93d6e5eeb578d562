"""The built app with its bytecode beside it, as Splunk's Python leaves it after a first run."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BUILT_APP = ROOT / "build" / "TA_akamai_siem"
_CODE = """\
import compileall, library_path as app
raise SystemExit(not all(compileall.compile_dir(folder, quiet=1) for folder in app.FOLDERS))
"""


def compile_for(python: str | Path) -> None:
    """Compile the folders that the app takes on this Python; the others may be too new for it."""
    subprocess.run([str(python), "-c", _CODE], check=True, cwd=BUILT_APP / "bin")
