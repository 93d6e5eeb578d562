"""Show which libraries the built app uses: ``python packaging/origins.py``.

Prints the output of ``bin/library_path.py`` for each of Splunk's Python versions on this host.
"""

from __future__ import annotations

import os
import subprocess

from app_identity import APP, ROOT
from find_pythons import WANTED, find


def main() -> None:
    """Print name, version and file of each library whose version depends on the Python."""
    for wanted in WANTED:
        found = find(wanted)
        if found is None:
            print(f"Python {wanted}: not found")
            continue
        path, version = found
        done = subprocess.run(
            [str(path), str(APP / "bin" / "library_path.py")],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            text=True,
        )
        print(f"Python {version}")
        print("".join(f"  {line}\n" for line in done.stdout.splitlines()), end="")
    print(f"in {APP.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
