"""The product's decoder compared with records that were worked out by hand."""

from __future__ import annotations

import sys

import pytest

from ta_akamai_siem.record.event import NotAnEvent, Record, record, unparsed
from ta_akamai_siem.record.event_time import Moment
from tests.oracles.reference.golden import CLOCK, Golden, golden_cases

READS_ANY_INTEGER = not hasattr(sys, "get_int_max_str_digits")
"""Python 3.9 before 3.9.14, such as Debian 11's: it has no limit that makes a line unparsed."""
CASES = [
    case
    for case in golden_cases()
    if not (READS_ANY_INTEGER and case.name == "unparsed_huge_integer")
]
COLLECTED = Moment.of(1_700_000_000.125, float(CLOCK))


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_event_equals_golden(case: Golden) -> None:
    """The record's text and time are exactly the golden ones."""
    if case.unparsed:
        with pytest.raises(NotAnEvent):
            record(case.line, COLLECTED)
        made = unparsed(case.line, COLLECTED)
    else:
        made = record(case.line, COLLECTED)
    assert made.text == case.record
    assert made.timed == (case.time is not None)
    assert made.time == (case.time or COLLECTED.collected)


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_depth_beyond_every_parser_is_no_event(opening: bytes) -> None:
    """Nesting that no parser can read is reported as such, and the line can be kept unchanged."""
    line = b'{"a":' + opening * 200_000
    with pytest.raises(NotAnEvent):
        record(line, COLLECTED)
    escaped = line.decode().replace('"', '\\"')
    text = f'{{"type":"akamai_siem_unparsed","raw":"{escaped}"}}'
    assert unparsed(line, COLLECTED) == Record(COLLECTED.collected, text, timed=False)


def test_decoding_twice_gives_the_same() -> None:
    """Lines decoded before, cached or not, do not change what follows."""
    events = [case for case in CASES if not case.unparsed]
    first = [record(case.line, COLLECTED) for case in events]
    again = [record(case.line, COLLECTED) for case in reversed(events)]
    assert again[::-1] == first
