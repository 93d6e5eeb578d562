"""The hosted workflow of a release: its steps are run here, with programs in place of `make` and
`gh` that write down how they were called.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RELEASE = (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
VERSION = json.loads((ROOT / "app.manifest").read_text(encoding="utf-8"))["info"]["id"]["version"]
TAG = f"v{VERSION}"
NAME = f"dist/TA_akamai_siem-{VERSION}"
FILES = [f"{NAME}-splunkbase.tar.gz", f"{NAME}.tar.gz", f"{NAME}.cdx.json", f"{NAME}.sha256"]
"""What `make package` writes, in the order of the command."""
_STEP = re.compile(r"^ *- name: (.+)\n((?: {8,}.*\n)+)", re.MULTILINE)


def script(step: str) -> str:
    """What the step of that name runs. It is the last, or its only, setting but `env`."""
    (text,) = [text for name, text in _STEP.findall(RELEASE) if name == step]
    _, _, told = text.partition("run:")
    told = told.partition("\n        env:")[0]
    return textwrap.dedent(told.removeprefix(" |\n")).strip()


def run(step: str, folder: Path, program: str, cwd: Path, tag: str = TAG) -> tuple[int, list[str]]:
    """As the hosted runner does: exit code, and the arguments of the only call of `program`."""
    tools, called = folder / "tools", folder / "called"
    tools.mkdir()
    (tools / program).write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >"{called}"\n', encoding="utf-8")
    (tools / program).chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", "-c", script(step)],
        cwd=cwd,
        env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "GITHUB_REF_NAME": tag},
        check=False,
        capture_output=True,
    )
    return done.returncode, called.read_text().splitlines() if called.exists() else []


def test_the_files_are_made_from_the_tag(tmp_path: Path) -> None:
    assert run("make release-files", tmp_path, "make", ROOT) == (0, ["release-files"])


def test_another_tag_than_the_version_is_refused(tmp_path: Path) -> None:
    assert run("make release-files", tmp_path, "make", ROOT, "v99.0.0") == (1, [])


def test_the_draft_has_every_file_and_the_notes(tmp_path: Path) -> None:
    """In a folder as the job gets it: `dist/` and `build/site/` of the first job."""
    notes = f"{NAME}.md"
    for name in (*FILES, notes, "build/site/index.html"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    options = ["--draft", "--title", TAG, "--notes-file", notes]
    called = run("Draft of the release", tmp_path, "gh", tmp_path)
    assert called == (0, ["release", "create", TAG, *options, *FILES])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_others_publish_is_pinned_by_its_commit(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert used
    assert [
        each for each in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", each)
    ] == []


def test_only_the_job_of_the_draft_may_write() -> None:
    before, _, draft = RELEASE.partition("  draft:\n")
    assert "write" not in re.sub(r"#.*", "", before)
    assert re.findall(r"(\S+): write", draft) == ["contents"]
