"""Whether the output is correct: compared with the independent decoder, field by field."""

from __future__ import annotations

import filecmp
import json
import re
import time
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from tests.measured.bench.contestants import INPUT, WORKERS
from tests.measured.bench.mixes import event_lines
from tests.oracles.reference.record import reference_record, same
from tests.standins.akamai.multiset import find_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.measured.bench.contestants import Contest

_DATA = re.compile(rb"<data>.*?</data>", re.DOTALL)


def wrong(contest: Contest, python: str, mix: str, events: int) -> list[str]:
    """Checks each record of the input, of the input with workers, and of both textbooks."""
    plan = contest.plan(contest.bodies.page(mix, events), 1)
    kept = {who: contest.folder / who for who in (INPUT, WORKERS, "same", "least")}
    for who, path in kept.items():
        contest.run(who, python, plan, keep=path)
    lines = list(event_lines(mix, events))
    found = _differences(kept[INPUT], lines, same)
    if not filecmp.cmp(kept[INPUT], kept[WORKERS], shallow=False):
        found.append("workers wrote something else")
    found += [f"textbook: {one}" for one in _differences(kept["same"], lines, same)]
    found += [f"least: {one}" for one in _differences(kept["least"], lines, _not_decoded)]
    return [f"{mix}: {one}" for one in found]


def _differences(
    written: Path, lines: Iterable[bytes], compare: Callable[[str, bytes, str], list[str]]
) -> list[str]:
    """`written`: a contestant's output. `lines`: all events that it received, once each."""
    sent = {find_marker(line): line for line in lines}
    found: list[str] = []
    clock = f"{time.time():.3f}"
    for match in _DATA.finditer(written.read_bytes()):
        raw = ET.fromstring(match[0]).text or ""
        line = sent.pop(find_marker(raw.encode()), None)
        if line is None:
            found.append(f"unknown or repeated: {raw[:200]!r}")
        else:
            found += compare(raw, line, clock)
    return found + [f"missing: {line[:200]!r}" for line in sent.values()]


def _not_decoded(raw: str, line: bytes, clock: str) -> list[str]:
    """Members that the textbook with the least code should have decoded and did not."""
    written = json.loads(raw)
    expected = reference_record(line, clock).value["attackData"]["rules"]
    for member, key in (("rules", "id"), ("ruleMessages", "message"), ("ruleActions", "action")):
        items = [item for item in written["attackData"][member] if item]
        if line.isascii() and items != [rule[key] for rule in expected if rule[key]]:
            return [f"{member} {items}"]
    http = written["httpMessage"]
    escaped = [name for name in ("requestHeaders", "responseHeaders") if "%0d" in http[name]]
    return [f"{name} is not decoded" for name in escaped]
