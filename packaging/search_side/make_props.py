"""`make props`: writes default/props.conf, default/transforms.conf and docs/examples/akamaisiem.

Patterns come from `extracted.py`, calculated fields from `calculated.py`, both made of named
pieces; what is no pattern and no expression is in the two templates beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import history
from calculated import EVALS
from extracted import NAMED_BY_TEXT, PATTERNS, REPEATED, SOURCES, TIME_PREFIX

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LIMITS = "MATCH_LIMIT = 5000000"
"""PCRE counts steps; the default of 100,000 is too few for a long record."""
SHORT = 400
"""Characters. Such a pattern reads a few members, or one field."""


def files() -> dict[Path, str]:
    """What the files have to be, by path."""
    parts = {"@calculated@": _calculated(), "@patterns@": _patterns(), "@time_prefix@": TIME_PREFIX}
    made = {}
    for name in ("props.conf", "transforms.conf"):
        text = (HERE / f"{name}.in").read_text(encoding="utf-8")
        for mark, part in parts.items():
            text = text.replace(mark, part)
        made[ROOT / "default" / name] = text
    examples = ROOT / "docs" / "examples" / "akamaisiem"
    return {**made, **{examples / name: text for name, text in history.files().items()}}


def _calculated() -> str:
    return "\n".join(f"EVAL-{field} = {expression}" for field, expression in EVALS.items())


def _patterns() -> str:
    return "\n\n".join(_stanza(name, pattern) for name, pattern in PATTERNS.items())


def _stanza(name: str, pattern: str) -> str:
    lines = [f"[akamai_siem_{name}]"]
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


def main() -> None:
    """Write both."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {len(text):,} characters")


if __name__ == "__main__":
    main()
