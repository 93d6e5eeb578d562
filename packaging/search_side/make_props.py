"""`make props`: writes default/props.conf, default/transforms.conf and docs/examples/akamaisiem.

Patterns come from `extracted.py`, calculated fields from `calculated.py`, both made of named
pieces. Everything else is in the two templates beside this file.
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import history
import pieces
from calculated import COMMENTS as GROUPS
from calculated import EVALS
from extracted import COMMENTS, NAMED_BY_TEXT, PATTERNS, REPEATED, SOURCES, TIME_PREFIX
from written import write

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LIMITS = "MATCH_LIMIT = 5000000"
"""PCRE counts steps; the default of 100,000 is too few for a long record."""
SHORT = 400
"""Characters. A pattern up to this length reads a few members, or one field."""

WIDTH = 100


def files() -> dict[Path, str]:
    """The content of the files, by path."""
    parts = {
        "@calculated@": _calculated(),
        "@patterns@": _patterns(),
        "@pieces@": _pieces(),
        "@time_prefix@": TIME_PREFIX,
    }
    made = {}
    for name in ("props.conf", "transforms.conf"):
        text = (HERE / f"{name}.in").read_text(encoding="utf-8")
        for mark, part in parts.items():
            text = text.replace(mark, part)
        made[ROOT / "default" / name] = text
    examples = ROOT / "docs" / "examples" / "akamaisiem"
    return {**made, **{examples / name: text for name, text in history.files().items()}}


def _calculated() -> str:
    lines = []
    for field, expression in EVALS.items():
        if field in GROUPS:
            lines += [*_comment(GROUPS[field])]
        lines.append(f"EVAL-{field} = {expression}")
    return "\n".join(lines)


def _pieces() -> str:
    """The pieces that recur in patterns; in each, the others are shown by name."""
    lines: list[str] = []
    for place, (name, says) in enumerate(pieces.SAYS.items()):
        shown = _by_name(getattr(pieces, name), list(pieces.SAYS)[:place])
        lines += [f"# {name}: {says}", *_shown(shown)]
    return "\n".join(lines)


def _by_name(pattern: str, names: Iterable[str]) -> str:
    """A pattern that shows these pieces by name."""
    for name in sorted(names, key=lambda each: -len(getattr(pieces, each))):
        pattern = pattern.replace(getattr(pieces, name), f"<{name}>")
    return pattern


def _shown(pattern: str) -> list[str]:
    """Lines of a comment, broken before an alternative, a group or a key."""
    lines = ["#    "]
    for part in re.split(r'(?<!\\)(?=[|(]|,")', pattern):
        if len(lines[-1]) + len(part) >= WIDTH:
            lines.append("#    ")
        lines[-1] += part if lines[-1].strip("# ") else f" {part}"
    return lines


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ")


def _patterns() -> str:
    return "\n\n".join(_stanza(name, pattern) for name, pattern in PATTERNS.items())


def _stanza(name: str, pattern: str) -> str:
    lines = [*_comment(COMMENTS[name])]
    if len(pattern) > SHORT:
        lines += ["#", *_shown(_by_name(pattern, pieces.SAYS))]
    lines.append(f"[akamai_siem_{name}]")
    if name in SOURCES:
        lines.append(f"SOURCE_KEY = {SOURCES[name]}")
    lines.append(f"REGEX = {pattern}")
    if name in NAMED_BY_TEXT:
        lines.append("FORMAT = $1::$2")
    if name in REPEATED:
        lines.append("MV_ADD = true")
    if len(pattern) > SHORT:
        lines.append(LIMITS)
    return "\n".join(lines)


if __name__ == "__main__":
    write(files(), ROOT)
