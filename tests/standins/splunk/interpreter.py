"""The Python version of the app's scripts, and whether a stanza's settings allow it."""

from __future__ import annotations

import subprocess
from functools import lru_cache


class InterpreterRefusedError(Exception):
    """python.version or python.required do not allow this interpreter to run the script."""


@lru_cache(8)
def version_of(python: str) -> str:
    """Run an interpreter to get its version, such as `3.13`."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([python, "-c", code], check=True, capture_output=True, timeout=30)
    return answer.stdout.decode().strip()


def require_allowed(settings: dict[str, str], version: str) -> None:
    """Raise unless the settings allow this version.

    `python.required` (10.2 and newer) is a list and decides if it is set. Without it a Python above
    3.9 is refused, and `python.version` must be python3 or this version.
    """
    required = settings.get("python.required", "").strip()
    if required:
        if version not in {part.strip() for part in required.split(",")}:
            raise InterpreterRefusedError(f"python.required={required} does not list {version}")
        return
    chosen = settings.get("python.version", "").strip()
    if version != "3.9":
        raise InterpreterRefusedError(
            f"python.required is not set, so Python {version} is not used"
        )
    if chosen not in {"python3", "python3.9", "force_python3", "latest"}:
        raise InterpreterRefusedError(f"python.version={chosen!r} is not Python 3")
