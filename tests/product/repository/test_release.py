"""What `make release` writes, and what it refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

sys.path.insert(0, str(ROOT / "packaging"))

from release import manifest, notes, released

CHANGELOG = (
    "# Changelog\n\n## Unreleased\n\n- New: [docs/a.md](docs/a.md#b).\n"
    "- More\n  of [it](https://example.com).\n\n## 0.1.0\n\n- Old.\n"
)


def test_the_changelog_becomes_the_notes() -> None:
    made = released(CHANGELOG, "0.2.0", "2026-11-28")
    assert made == CHANGELOG.replace("Unreleased", "0.2.0 (2026-11-28)")
    text = notes(made, "0.2.0", "abc  file\n")
    # The notes are read where the files of the repository are not.
    assert text.startswith("- New: docs/a.md.\n- More\n  of [it](https://example.com).\n\n## ")
    assert "Old" not in text
    assert "abc  file\n```" in text


NEWS = CHANGELOG.partition("## Unreleased\n\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("news", [f"## Unreleased\n\n{NEWS}", NEWS])
def test_a_changelog_without_news_is_refused(news: str) -> None:
    with pytest.raises(SystemExit, match="CHANGELOG"):
        released(CHANGELOG.replace(news, ""), "0.2.0", "2026-11-28")


def test_the_manifest_keeps_everything_else() -> None:
    now = (ROOT / "app.manifest").read_text(encoding="utf-8")
    made = json.loads(manifest(now, "9.8.7", "2026-11-28"))
    assert made["info"]["id"]["version"] == "9.8.7"
    assert made["info"]["releaseDate"] == "2026-11-28"
    made["info"]["id"]["version"] = json.loads(now)["info"]["id"]["version"]
    made["info"]["releaseDate"] = json.loads(now)["info"]["releaseDate"]
    assert made == json.loads(now)


def test_what_cannot_be_released_is_refused(tmp_path: Path) -> None:
    """In a repository with what the script needs, so that nothing can happen to this one."""
    for name in (
        "app.manifest",
        "CHANGELOG.md",
        "packaging/release.py",
        "packaging/app_identity.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for arguments in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "a"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    command = [sys.executable, "-B", str(tmp_path / "packaging" / "release.py")]

    def refusal(*arguments: str) -> str:
        done = subprocess.run([*command, *arguments], check=False, capture_output=True, text=True)
        assert done.returncode == 1
        return done.stderr

    assert "Which version?" in refusal()
    assert "older than" in refusal("0.0.9")
    subprocess.run(["git", "-C", str(tmp_path), "tag", "v9.9.9"], check=True)
    assert "v9.9.9 exists" in refusal("9.9.9")
    (tmp_path / "CHANGELOG.md").write_text("changed", encoding="utf-8")
    assert "not committed" in refusal("9.9.8")
