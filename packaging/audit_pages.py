"""Check the packages in the scripts of the setup pages, as part of ``make audit``.

UCC fixes their versions, so a newer UCC is the only way to a newer package. What npm's registry
tells: packages that their authors have deprecated, newer patch releases, and, if it has them, the
advisories. Without npm, or without a registry that answers, nothing is compared. Nothing is
installed. The packages of Splunk come with UCC, and the registry lacks some of their versions.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from page_packages import in_the_scripts

SPLUNKS = "@splunk/"
_SECONDS = 300
_QUIET = ("--ignore-scripts", "--legacy-peer-deps", "--no-fund", "--no-update-notifier")


def ucc_app() -> Path:
    """Return UCC's template of an app, with all its scripts. Needs the ``tools`` environment."""
    spec = importlib.util.find_spec("splunk_add_on_ucc_framework")
    if spec is None or spec.origin is None:
        message = "UCC is not in this environment"
        raise SystemExit(message)
    return Path(spec.origin).parent / "package"


def against_npm(assessed: set[str]) -> list[str]:
    """Print what npm's registry tells. Return the advisories that are not `assessed`."""
    scripts = in_the_scripts(ucc_app())
    packages = {name: scripts[name] for name in scripts if not name.startswith(SPLUNKS)}
    npm = shutil.which("npm")
    if npm is None:
        print("pages: npm is not installed: not compared")
        return []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _want(folder, packages)
        if _npm(npm, folder, "install", "--package-lock-only", "--no-audit") is None:
            print("pages: the npm registry does not answer, or lacks a package: not compared")
            return []
        lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
        advisories = _npm(npm, folder, "audit", "--package-lock-only", "--json")
        _want(folder, {name: f"~{version}" for name, version in packages.items()})
        outdated = _npm(npm, folder, "outdated", "--json")
    _say_deprecated(packages, lock)
    _say_newer(packages, outdated)
    return _not_assessed(packages, advisories, assessed)


def _want(folder: Path, packages: dict[str, str]) -> None:
    wanted = {"name": "pages", "version": "0.0.0", "private": True, "dependencies": packages}
    (folder / "package.json").write_text(json.dumps(wanted), encoding="utf-8")


def _npm(npm: str, folder: Path, *arguments: str) -> dict[str, Any] | None:
    """Return npm's JSON (empty if it prints none), None if it or the registry reports an error.

    npm also exits with 1 if it found something.
    """
    try:
        done = subprocess.run(
            [npm, *arguments, *_QUIET],
            check=False,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        found = json.loads(done.stdout) if "--json" in arguments and done.stdout.strip() else {}
    except (json.JSONDecodeError, OSError, subprocess.TimeoutExpired):
        return None
    failed = done.returncode not in {0, 1} or "npm error" in done.stderr or "error" in found
    return None if failed else dict(found)


def _say_deprecated(packages: dict[str, str], lock: dict[str, Any]) -> None:
    said = {name: lock.get(f"node_modules/{name}", {}).get("deprecated") for name in packages}
    deprecated = {name: text for name, text in said.items() if text}
    print(f"pages: {len(packages)} packages are in the registry, {len(deprecated)} deprecated")
    print(f"  packages of Splunk ({SPLUNKS}...): not compared")
    for name, text in deprecated.items():
        print(f"  {name} {packages[name]}: deprecated: {text}")


def _say_newer(packages: dict[str, str], outdated: dict[str, Any] | None) -> None:
    if outdated is None:
        print("  newer releases: the registry does not tell")
        return
    for name, version in packages.items():
        told = outdated.get(name, {})
        patch, newest = told.get("wanted", version), told.get("latest", version)
        if patch != version:
            print(f"  {name} {version}: patch {patch}, newest {newest}")


def _not_assessed(
    packages: dict[str, str], advisories: dict[str, Any] | None, assessed: set[str]
) -> list[str]:
    if advisories is None:
        print("  advisories: this registry does not tell; only those of the list are known")
        return []
    wrong = []
    for name, found in advisories.get("vulnerabilities", {}).items():
        for via in found["via"]:
            # An entry that is only a name repeats the advisory of a dependency.
            if name in packages and isinstance(via, dict):
                advisory = via["url"].rpartition("/")[2]
                if advisory not in assessed:
                    wrong.append(f"pages: {name} {packages[name]}: {advisory} is not assessed")
    print(f"  advisories: {len(wrong)} that the list lacks")
    return wrong
