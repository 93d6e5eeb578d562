"""Run Splunk's `slim validate` on both packages: ``python packaging/validate_package.py``.

It knows the settings of conf files from specs of 2017. `LATER` lists newer ones.
"""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from app_identity import BUILD, package_path, splunkbase_path
from setup_venv import environment

if TYPE_CHECKING:
    from pathlib import Path

LATER = {
    "MATCH_LIMIT": "of transforms.conf of 9.x: the default is too few steps for a long record",
    "start_by_shell": "of inputs.conf of 8.x: no shell comes between splunkd and the script",
    "python.version": "of 2019; the newest Python that Splunk brings is asked for by it",
}
_UNDEFINED = re.compile(r"Undefined setting in \S+, stanza \[.*\]: (?P<setting>\S+)")


def _wrong(said: str) -> list[str]:
    """Return slim's complaints, except those about settings that are newer than its specs."""
    wrong, met = [], set()
    for line in said.splitlines():
        if not re.search(r"\[(?:WARNING|ERROR|FATAL)\]", line):
            continue
        undefined = _UNDEFINED.search(line)
        if undefined and undefined["setting"] in LATER:
            met.add(undefined["setting"])
        else:
            wrong.append(line)
    return wrong + [f"{name}: allowed, but no longer warned about" for name in {*LATER} - met]


def _validate(package: Path) -> None:
    if not package.is_file():
        message = f"{package} is missing; run make package"
        raise SystemExit(message)
    home = BUILD / "slim"
    home.mkdir(parents=True, exist_ok=True)
    slim = environment("slim").with_name("slim")
    done = subprocess.run(
        [str(slim), "validate", str(package)],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # slim keeps a cache under the user's home.
        env={**os.environ, "HOME": str(home)},
    )
    wrong = _wrong(done.stdout)
    if done.returncode or wrong or "App validation complete" not in done.stdout:
        raise SystemExit("slim validate:\n  " + "\n  ".join(wrong or [done.stdout]))


def main() -> None:
    """Validate both packages."""
    for package in (package_path(), splunkbase_path()):
        _validate(package)
    print("slim validate: clean, but for settings that came after its specs: " + ", ".join(LATER))


if __name__ == "__main__":
    main()
