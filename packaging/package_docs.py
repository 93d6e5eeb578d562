"""Add the administrator's documents to the app: README, release notes, the pages of ``docs/``.

They are text. Pictures are omitted, and links to files outside the package become plain text.
Example settings are copied unchanged.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from app_identity import PACKAGING, ROOT

FOR_DEVELOPERS = ("believed.md", "delivery-measured.md", "release.md")
"""They speak of the repository's own scripts, which are not in the package."""
EXAMPLES = tuple(sorted((ROOT / "docs" / "examples").rglob("*.conf")))
SOURCES = (
    *sorted(path for path in (ROOT / "docs").glob("*.md") if path.name not in FOR_DEVELOPERS),
    ROOT / "CHANGELOG.md",
    *EXAMPLES,
)
README = PACKAGING / "package_readme.txt"
_PICTURE = re.compile(r"^!\[[^\]]*\]\([^)]*\)\n\n?", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def write_docs(app: Path) -> None:
    """Write ``README.txt``, ``CHANGELOG.md`` and ``docs/``."""
    shutil.copyfile(README, app / "README.txt")
    shipped = {path.relative_to(ROOT) for path in SOURCES}
    for path in SOURCES:
        target = app / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path in EXAMPLES:
            shutil.copyfile(path, target)
            continue
        text = as_text(path.read_text(encoding="utf-8"), path.relative_to(ROOT).parent, shipped)
        target.write_text(text, encoding="utf-8")


def as_text(text: str, folder: Path, shipped: set[Path]) -> str:
    """Return a page of `folder` without pictures and without links to files outside the package."""

    def link(match: re.Match[str]) -> str:
        label, target, _ = match.groups()
        inside = Path(_resolved(folder / target)) in shipped
        return match[0] if "://" in target or inside else label

    return _LINK.sub(link, _PICTURE.sub("", text))


def _resolved(path: Path) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            del parts[-1:]
        else:
            parts.append(part)
    return "/".join(parts)
