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

LIST: dict[str, Any] = json.loads(audit.LIST.read_text(encoding="utf-8"))


def with_list(folder: Path, monkeypatch: pytest.MonkeyPatch, **changed: object) -> list[str]:
    path = folder / "advisories.json"
    path.write_text(json.dumps({**LIST, **changed}), encoding="utf-8")
    monkeypatch.setattr(audit, "LIST", path)
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


def test_without_a_registry_it_says_that_nothing_was_compared(tools: Path) -> None:
    done = subprocess.run(
        [str(tools), str(ROOT / "packaging" / "audit.py")],
        check=False,
        capture_output=True,
        env={**os.environ, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull},
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("not compared") == 2
    assert "days ago" in done.stdout
