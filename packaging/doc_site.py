"""Make the site of the documents: ``python packaging/doc_site.py`` → ``build/site/``.

The pages are those of the repository and of the package, unchanged but for their links: README.md
is the first page, and the pages beside it are where those of ``docs/`` are. A link to a file that
is no page becomes plain text. mkdocs runs with ``--strict``: a link, an anchor or a page that is
missing ends the build. https://www.mkdocs.org/user-guide/configuration/#validation
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from app_identity import BUILD, PACKAGING, ROOT, source_date
from code_in_lists import indented

TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
SOURCE = BUILD / "site-source"
SITE = BUILD / "site"
_LINK = re.compile(r"(!?)\[([^\]]+)\]\(([^)#\s]*)(#[^)\s]*)?\)")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
DECISIONS = "decisions/"
"""Stands in site.yml for all pages of that folder."""


def sources() -> dict[Path, Path]:
    """Each page and picture of the repository, and its place on the site."""
    docs = ROOT / "docs"
    found = {ROOT / name: Path("index.md" if name == "README.md" else name) for name in TOP}
    for path in sorted(docs.rglob("*")):
        if path.suffix in {".md", ".png", ".conf"}:
            found[path] = path.relative_to(docs)
    return found


def moved(text: str, path: Path, places: dict[Path, Path]) -> str:
    """A page's text with links that fit its place on the site."""

    def link(match: re.Match[str]) -> str:
        picture, label, target, anchor = match.groups()
        if "://" in target or not target:
            return match[0]
        aim = Path(os.path.normpath(path.parent / target))
        if aim not in places:
            # A link that leads nowhere stays, so that mkdocs finds it.
            return label if aim.exists() else match[0]
        there = os.path.relpath(places[aim], places[path].parent)
        return f"{picture}[{label}]({Path(there).as_posix()}{anchor or ''})"

    return indented(_LINK.sub(link, text))


def copy_sources() -> None:
    """Write ``build/site-source/``."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    places = sources()
    for path, place in places.items():
        target = SOURCE / "docs" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            text = moved(path.read_text(encoding="utf-8"), path, places)
            target.write_text(text, encoding="utf-8")
        else:
            shutil.copyfile(path, target)
    settings = (PACKAGING / "site.yml").read_text(encoding="utf-8")
    pages = sorted((SOURCE / "docs" / DECISIONS).glob("*.md"))
    listed = "".join(f"\n          - {DECISIONS}{page.name}" for page in pages)
    (SOURCE / "mkdocs.yml").write_text(
        settings.replace(f"Decisions: {DECISIONS}", f"Decisions:{listed}"), encoding="utf-8"
    )


def main() -> None:
    """Copy the sources and run mkdocs."""
    copy_sources()
    environment = {
        **os.environ,
        "SOURCE_DATE_EPOCH": str(source_date()),
        "NO_MKDOCS_2_WARNING": "1",
    }
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean"]
    command += ["--config-file", str(SOURCE / "mkdocs.yml"), "--site-dir", str(SITE)]
    done = subprocess.run(command, check=False, env=environment)
    if done.returncode:
        raise SystemExit("The site is not made: see the warnings above.")
    print(f"{SITE.relative_to(ROOT)}/index.html")


if __name__ == "__main__":
    main()
