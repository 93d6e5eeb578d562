"""Writes files that are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write(files: dict[Path, str], root: Path) -> None:
    """`files`: what each has to be, by path. Prints each, as seen from `root`."""
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(root)}: {len(text):,} characters")
