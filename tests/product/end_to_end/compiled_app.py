"""The built app with bytecode, as Splunk's Python leaves it after a first run."""

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
    """Compile the folders that this Python uses; the others may need a newer one."""
    subprocess.run([str(python), "-c", _CODE], check=True, cwd=BUILT_APP / "bin")
