"""The examples of docs/fields.md: for each field a value from a golden file.

`python -m tests.product.search.field_examples` writes them to the last column of the page.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from tests import ROOT
from tests.oracles import golden_files

PAGE = ROOT / "docs" / "fields.md"
OF_LOG = {"log_level": "INFO", "event": "run.finished"}
"""Fields of the add-on's own log, which have no golden file."""
_HEADING = "example"
_LONGEST = 44
_COLUMNS = 6
_RULER = "|---|---|---|---|---|---|"
_FIRST = "waf_sql_denied"
"""The file whose values are preferred, so that most rows of the page show one request."""


def candidates() -> dict[str, list[str]]:
    """The specified values of each field in the golden files: that of `_FIRST`, then the most
    common.
    """
    counts: dict[str, Counter[str]] = {}
    for name in golden_files.names():
        for field, value in golden_files.load(name)["fields"].items():
            weight = 1_000 if name == _FIRST else 1
            counts.setdefault(field, Counter())[as_text(value)] += weight
    return {
        field: [text for text, _ in sorted(found.items(), key=lambda one: (-one[1], one[0]))]
        for field, found in counts.items()
    }


def as_text(value: Any) -> str:
    """The values of a list are separated by a comma."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def chosen(values: list[str]) -> str:
    """The most common value that fits and is informative."""
    plain = [one for one in values if one and one.isprintable() and "`" not in one]
    short = [one for one in plain if len(one) <= _LONGEST]
    telling = [one for one in short if one not in ("unknown", "none", "0")]
    if telling or short:
        return (telling or short)[0]
    return min(plain, key=len)[: _LONGEST - 1] + "\u2026"


def cell(text: str) -> str:
    """The value as the page writes it."""
    return f"`{text}`".replace("|", "\\|")


def with_examples(text: str) -> str:
    """The page with current examples."""
    known = candidates()
    lines = []
    for line in text.splitlines():
        cells = [one.strip() for one in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) not in (_COLUMNS - 1, _COLUMNS):
            lines.append(line)
            continue
        first = cells[: _COLUMNS - 1]
        names = re.findall(r"`([^`]+)`", cells[0])
        if names:
            values = [OF_LOG.get(name) or chosen(known[name]) for name in names]
            last = ", ".join(map(cell, values))
        else:
            last = "---" if cells[0] == "---" else _HEADING
        rest = "".join(f" {one} |" if one else " |" for one in [*first, last])
        lines.append(f"|{rest}".replace("| --- | --- | --- | --- | --- | --- |", _RULER))
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(with_examples(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
