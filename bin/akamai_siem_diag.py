"""What `splunk diag` takes of this add-on: its log files, its settings, and what it runs on.

Splunk calls it because default/app.conf names it ([diag] extension_script, see app.conf.spec).
Values of secret settings are left out, also where somebody pushed them as plain text.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Protocol

LOGS = "ta_akamai_siem_*.log*"
SETTINGS = (
    "app.conf",
    "eventtypes.conf",
    "inputs.conf",
    "macros.conf",
    "props.conf",
    "savedsearches.conf",
    "ta_akamai_siem_account.conf",
    "ta_akamai_siem_settings.conf",
    "transforms.conf",
)
"""Of local/. passwords.conf is not among them."""
_SECRET = re.compile(r"\s*[\w.]*(?:secret|token|password|edgerc|username)\w*\s*=", re.IGNORECASE)
_LEFT_OUT = "(left out)"


class Diag(Protocol):
    """What splunkd hands over. `name`: within the add-on's folder of the diag."""

    def add_file(self, path: str, name: str) -> None: ...

    def add_string(self, text: str, name: str) -> None: ...


def setup(**_: object) -> None:
    """Called before it collects: no options, no REST."""


def collect_diag_info(diag: Diag, app_dir: str, **_: object) -> None:
    """Hand over what belongs in the diag. `app_dir`: the app's folder."""
    home = Path(os.environ["SPLUNK_HOME"])
    for path in sorted((home / "var" / "log" / "splunk").glob(LOGS)):
        diag.add_file(str(path), f"log/{path.name}")
    for name in SETTINGS:
        path = Path(app_dir) / "local" / name
        if path.is_file():
            diag.add_string(
                without_secrets(path.read_text(encoding="utf-8", errors="replace")), f"local/{name}"
            )
    diag.add_string(about(Path(app_dir)), "about.txt")


def without_secrets(text: str) -> str:
    """A conf file's text; of a secret setting the name alone, lines that continue it included."""
    kept, continued, secret = [], False, False
    for line in text.splitlines():
        if not continued:
            secret = _SECRET.match(line) is not None
            kept.append(f"{line.partition('=')[0]}= {_LEFT_OUT}" if secret else line)
        elif not secret:
            kept.append(line)
        continued = line.endswith("\\")
    return "".join(f"{line}\n" for line in kept)


def about(app: Path) -> str:
    """Versions, and the files of the app: a package that was changed shows by their sizes."""
    version = app / "VERSION"
    lines = [f"version {version.read_text(encoding='utf-8').strip()}" if version.is_file() else ""]
    lines += [f"python {sys.version}", f"platform {sys.platform}", ""]
    for path in sorted(app.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            lines.append(f"{path.stat().st_size:>9} {path.relative_to(app).as_posix()}")
    return "\n".join(lines) + "\n"
