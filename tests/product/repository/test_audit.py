"""`make audit` fails if action is needed, and says what it could not compare."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests import ROOT

sys.path.insert(0, str(ROOT / "packaging"))

import audit  # from the folder just added

if TYPE_CHECKING:
    from pathlib import Path

APP = ROOT / "build" / "TA_akamai_siem"
pytestmark = pytest.mark.usefixtures("built_app")
LIST: dict[str, Any] = json.loads(audit.LIST.read_text(encoding="utf-8"))


def with_list(folder: Path, monkeypatch: pytest.MonkeyPatch, **changed: object) -> list[str]:
    path = folder / "advisories.json"
    path.write_text(json.dumps({**LIST, **changed}), encoding="utf-8")
    monkeypatch.setattr(audit, "LIST", path)
    monkeypatch.setattr(audit, "ucc_app", lambda: APP)
    return audit.against_the_list()


def test_nothing_is_wrong_with_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert with_list(tmp_path, monkeypatch) == []
    said = capsys.readouterr().out
    assert "lib39: urllib3 2.6.3: CVE-2026-44432 (High, fixed in 2.7.0): reachable: no" in said
    assert "lib313" not in said


def test_an_old_list_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_list(tmp_path, monkeypatch, reviewed="2026-01-01")
    assert "older than 31 days" in capsys.readouterr().out


@pytest.mark.parametrize("assessment", [{"reachable": "yes"}, {"why": ""}])
def test_what_is_reachable_or_not_assessed_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, assessment: dict[str, str]
) -> None:
    new = {**LIST["advisories"][1], "id": "CVE-0000-1", "affected": "<99", **assessment}
    wrong = with_list(tmp_path, monkeypatch, advisories=[new])
    assert len(wrong) == 2
    assert all("CVE-0000-1 is reachable, or not assessed" in line for line in wrong)


def test_without_a_registry_it_says_that_nothing_was_compared(tools: Path, tmp_path: Path) -> None:
    done = run(tools, npm_that(tmp_path, "exit 1", "npm error code ENOTFOUND"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("not compared") == 3
    assert "days ago" in done.stdout


NPM_FINDS = """case $1 in
install) printf '{"packages": {"node_modules/rxjs": {"deprecated": "move on"}}}' \
  > package-lock.json;;
audit) printf '{"vulnerabilities": {"js-yaml": {"via": [%s, %s]}, "other": {"via": [%s]}}}' \
  '{"url": "https://github.com/advisories/GHSA-2883-xcg3-v3hh"}' \
  '{"url": "https://github.com/advisories/GHSA-new"}' \
  '{"url": "https://github.com/advisories/GHSA-of-another-package"}'; exit 1;;
outdated) printf '{"uuid": {"wanted": "99.0.1", "latest": "99.9.9"}}'; exit 1;;
esac"""


def test_what_npm_tells_about_the_scripts_of_the_pages(tools: Path, tmp_path: Path) -> None:
    done = run(tools, npm_that(tmp_path, NPM_FINDS))
    assert "rxjs 5.5.12: deprecated: move on" in done.stdout
    assert "uuid 14.0.0: patch 99.0.1, newest 99.9.9" in done.stdout
    assert "GHSA-new is not assessed" in done.stderr
    assert "another-package" not in done.stderr
    assert "xcg3" not in done.stderr
    assert done.returncode == 1


def test_a_registry_of_npm_without_advisories(tools: Path, tmp_path: Path) -> None:
    finds = NPM_FINDS.replace("audit) ", """audit) echo '{"error": {}}'; exit 1;; unused) """)
    done = run(tools, npm_that(tmp_path, finds))
    assert "advisories: this registry does not tell" in done.stdout
    assert done.returncode == 0, done.stderr


def npm_that(folder: Path, does: str, says: str = "") -> Path:
    """A folder with a program npm. `says`: what it prints to stderr."""
    npm = folder / "npm"
    npm.write_text(f"#!/bin/sh\necho '{says}' >&2\n{does}\n", encoding="utf-8")
    npm.chmod(0o755)
    return folder


def run(tools: Path, programs: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(tools), str(ROOT / "packaging" / "audit.py")],
        check=False,
        capture_output=True,
        env={
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PIP_NO_INDEX": "1",
            "PIP_CONFIG_FILE": os.devnull,
        },
        text=True,
    )
