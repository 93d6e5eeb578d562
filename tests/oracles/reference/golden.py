"""The golden cases: source lines and the records worked out for them by hand, one a file.

A file holds `why`; `line` (text) or `line_hex` (bytes that are no UTF-8); `time` (`digits.ddd`,
null where the time of collection is used); `record`, the record's JSON text exactly as it is
written; and `unparsed` where the line is kept as an unparsed record.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "tests" / "oracles" / "golden" / "records"
CLOCK = "1700000000.500"
"""Akamai's clock in all cases: epoch seconds."""
_KEYS = {"why", "line", "line_hex", "time", "record", "unparsed"}


class Golden(NamedTuple):
    """One case; `name` is its file's."""

    name: str
    line: bytes
    time: str | None
    record: str
    unparsed: bool


def golden_cases() -> list[Golden]:
    """Read all cases; an error names the file that is not as it should be."""
    return [_read(path) for path in sorted(FOLDER.glob("*.json"))]


def _read(path: Path) -> Golden:
    case = json.loads(path.read_text(encoding="utf-8"))
    if not set(case) <= _KEYS or not case["why"] or ("line" in case) == ("line_hex" in case):
        message = f"{path}: no golden case"
        raise ValueError(message)
    line = case["line"].encode() if "line" in case else bytes.fromhex(case["line_hex"])
    return Golden(path.stem, line, case["time"], case["record"], case.get("unparsed", False))
