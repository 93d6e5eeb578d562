"""docs/volume.md: what the settings save. `python -m tests.measured.volume_sizes` writes its table.

Counted in 50,000 events like those of the demo; the licence is multiplied.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests import ROOT
from tests.by_hand.demo_events import events

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.record.selection import EVERYTHING, Selection
from ta_akamai_siem.volume.grammar import read_lines
from ta_akamai_siem.writing.conversion import convert

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "volume.md"
EVENTS = 50_000
RATE, DAY_S = 1_000, 86_400
RULES = """action=monitor tag=AUTOMATION/*
action=alert policy=pol3_14227 path=/search*
host=static.example.com NOT rule=3900201 sample=100"""
"""As the examples of the page, with the names of the demo."""
PARTS = ("response_headers", "cookies", "sensor_data")
_BEGIN = 1_700_000_000.0
_BLOCK = 500
_TABLE = re.compile(r"(<!-- sizes -->\n).*?(<!-- end -->)", re.DOTALL)
_XML = len("<event><time>1700000000.000</time><data></data></event>\n")


class Size(NamedTuple):
    """`text`: bytes of all records."""

    events: int
    text: int


def choices() -> dict[str, Selection]:
    rules, _ = read_lines(RULES)
    return {
        "nothing": EVERYTHING,
        f"`leave_out = {';'.join(PARTS)}`": Selection(leave_out=PARTS),
        "`drop`: the three rules": Selection(drop=rules),
        "both": Selection(leave_out=PARTS, drop=rules),
    }


def sizes(count: int) -> dict[str, Size]:
    """What is indexed of `count` events, by choice."""
    found = dict.fromkeys(choices(), Size(0, 0))
    moment = Moment.of(_BEGIN + DAY_S, _BEGIN + DAY_S)
    for block in _blocks(count):
        for name, selection in choices().items():
            made = convert(block, moment, tolerant=False, selection=selection)
            before = found[name]
            text = _unescaped(made.elements) - _XML * made.events
            found[name] = Size(before.events + made.events, before.text + text)
    return found


def _unescaped(elements: bytes) -> int:
    """Bytes without those that XML adds inside of a record."""
    return (
        len(elements)
        - 3 * (elements.count(b"&lt;") + elements.count(b"&gt;"))
        - (4 * elements.count(b"&amp;"))
    )


def _blocks(count: int) -> Iterator[bytes]:
    lines: list[bytes] = []
    for line in events(count, _BEGIN, _BEGIN + 3_600):
        lines.append(line + b"\n")
        if len(lines) == _BLOCK:
            yield b"".join(lines)
            lines = []
    yield b"".join(lines)


def table(found: dict[str, Size]) -> str:
    whole = found["nothing"]
    head = "| setting | events indexed | bytes indexed | bytes | licence a day at 1,000 events/s |"
    rows = [head, "|---|---:|---:|---:|---:|"]
    for name, size in found.items():
        licence = size.text / EVENTS * RATE * DAY_S / 1e9
        share = f"{100 * size.text / whole.text:.0f} %"
        rows.append(f"| {name} | {size.events:,} | {size.text:,} | {share} | {licence:.0f} GB |")
    return "\n".join(rows) + "\n"


def shares(page: str) -> list[int]:
    """Percent of the bytes that are indexed, by choice, as the page has them."""
    part = _TABLE.search(page)
    return [int(found) for found in re.findall(r"\| (\d+) % \|", part[0] if part else "")]


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    made = table(sizes(EVENTS))
    PAGE.write_text(_TABLE.sub(lambda found: found[1] + made + found[2], text), encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()
