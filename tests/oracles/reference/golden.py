"""The golden cases: source lines with records worked out by hand, one case per file.

A file has `why`; `line` (text) or `line_hex` (bytes that are not UTF-8); `time` (`digits.ddd`, null
if the time of collection is used); `record`, the exact JSON text of the record; and `unparsed` if
the line becomes an unparsed record.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "tests" / "oracles" / "golden" / "records"
CLOCK = "1700000000.500"
"""Akamai's clock in all cases, in epoch seconds."""
_KEYS = {"why", "line", "line_hex", "time", "record", "unparsed"}


class Golden(NamedTuple):
    """One case; `name` is the name of its file."""

    name: str
    line: bytes
    time: str | None
    record: str
    unparsed: bool


def golden_cases() -> list[Golden]:
    """Read all cases; an error names the invalid file."""
    return [_read(path) for path in sorted(FOLDER.glob("*.json"))]


def _read(path: Path) -> Golden:
    case = json.loads(path.read_text(encoding="utf-8"))
    if not set(case) <= _KEYS or not case["why"] or ("line" in case) == ("line_hex" in case):
        message = f"{path}: no golden case"
        raise ValueError(message)
    line = case["line"].encode() if "line" in case else bytes.fromhex(case["line_hex"])
    return Golden(path.stem, line, case["time"], case["record"], case.get("unparsed", False))
