"""An earlier version of the product, built beside this one: `BEFORE=<commit> make bench`.

It is checked out to `build/before/`, with its own build and, if its lock files differ, its own
environments.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests import ROOT

_FOLDER = ROOT / "build" / "before"
_TOOLS = Path("build") / "venv" / "tools"
_LOCK = Path("packaging") / "tools.lock"


def commit_named(name: str) -> str:
    """The commit of that name. Raises SystemExit if there is none."""
    done = _git(ROOT, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", check=False)
    if done.returncode:
        message = f"BEFORE={name}: the repository has no such commit"
        raise SystemExit(message)
    return done.stdout.strip()


def built(commit: str) -> Path:
    """The app as that commit builds it; built once."""
    tree = _FOLDER / commit[:12]
    if not (tree / ".git").exists():
        shutil.rmtree(tree, ignore_errors=True)
        _FOLDER.mkdir(parents=True, exist_ok=True)
        _git(ROOT, "clone", "--quiet", "--shared", "--no-checkout", str(ROOT), str(tree))
    _git(tree, "checkout", "--quiet", "--detach", commit)
    # If the lock files are the same, the installed tools are used.
    if (tree / _LOCK).read_bytes() == (ROOT / _LOCK).read_bytes():
        (tree / _TOOLS).parent.mkdir(parents=True, exist_ok=True)
        if not (tree / _TOOLS).exists():
            (tree / _TOOLS).symlink_to(ROOT / _TOOLS)
    python = ROOT / _TOOLS / "bin" / "python"
    # As make does it: with the Python that the tools were installed for.
    base = python.resolve() if python.exists() else Path(sys.executable).resolve()
    subprocess.run([str(base), "packaging/build.py"], cwd=tree, check=True, stdout=sys.stderr)
    return tree / "build" / "TA_akamai_siem"


def version_of(app: Path) -> str:
    """The version of a built app."""
    manifest = json.loads((app / "app.manifest").read_text(encoding="utf-8"))
    return str(manifest["info"]["id"]["version"])


def _git(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=check, capture_output=True, text=True)
