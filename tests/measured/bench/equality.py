"""Whether each record that was written is right: against the independent decoder, by fields."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from tests.oracles.reference.record import same
from tests.standins.akamai.multiset import find_marker

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_DATA = re.compile(rb"<data>.*?</data>", re.DOTALL)


def differences(written: Path, lines: Iterable[bytes]) -> list[str]:
    """`written`: a contestant's output. `lines`: all events that it was sent, once each."""
    sent = {find_marker(line): line for line in lines}
    found: list[str] = []
    clock = f"{time.time():.3f}"
    for match in _DATA.finditer(written.read_bytes()):
        raw = ET.fromstring(match[0]).text or ""
        line = sent.pop(find_marker(raw.encode()), None)
        if line is None:
            found.append(f"unknown or repeated: {raw[:200]!r}")
        else:
            found += same(raw, line, clock)
    return found + [f"missing: {line[:200]!r}" for line in sent.values()]
