"""Read and write one .conf file: stanzas, `key = value`, backslash continuation."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

Stanzas = dict[str, dict[str, str]]


def parse(text: str) -> Stanzas:
    """Return the stanzas of a conf text in order. Keys before the first stanza belong to
    `default`.
    """
    stanzas: Stanzas = {}
    current = "default"
    pending: str | None = None
    for raw in text.split("\n"):
        line = raw.rstrip("\r")
        if pending is not None:
            line = pending + "\n" + line
            pending = None
        elif line.lstrip().startswith("#"):
            continue
        if line.endswith("\\"):
            pending = line[:-1]
            continue
        stripped = line.strip()
        if stripped.startswith("[") and stripped.endswith("]") and "\n" not in stripped:
            current = stripped[1:-1]
            stanzas.setdefault(current, {})
        elif "=" in line:
            key, _, value = line.partition("=")
            stanzas.setdefault(current, {})[key.strip()] = value.strip()
    return stanzas


def read(path: Path) -> Stanzas:
    """Return the stanzas of a file, none if the file does not exist."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    return parse(text)


def write(path: Path, stanzas: Stanzas) -> None:
    """Replace the file atomically; values of several lines get continuation marks."""
    lines: list[str] = []
    for name, values in stanzas.items():
        lines.append(f"[{name}]")
        for key, value in values.items():
            folded = value.replace("\r\n", "\n").strip().replace("\n", "\\\n")
            lines.append(f"{key} = {folded}")
        lines.append("")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=str(path.parent), prefix=".conf-")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines))
    os.replace(temporary, path)
