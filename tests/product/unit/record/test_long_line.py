"""What replaces a line that is too long for a record."""

from __future__ import annotations

import json
import re

import pytest

from ta_akamai_siem.record.event import NotAnEvent, record, unparsed
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.record.long_line import KEPT, LINE_MAX, read_shortened, shortened
from ta_akamai_siem.record.masking import MASKED, Masking
from ta_akamai_siem.writing.conversion import convert
from tests import ROOT

COLLECTED = Moment.of(1_700_000_000.125, 1_700_000_000.0)
BEGIN = b'{"httpMessage":{"path":"/\xff' + b"x" * KEPT
LINE = shortened(BEGIN[:KEPT], 50_000_000)


def test_a_record_is_no_longer_than_splunk_takes() -> None:
    props = (ROOT / "default" / "props.conf").read_text(encoding="utf-8")
    assert re.findall(r"(?s)\[akamai:siem\].*?\nTRUNCATE = (\d+)", props)[0] == str(LINE_MAX)


def test_it_is_no_event_and_kept_with_its_length() -> None:
    with pytest.raises(NotAnEvent):
        record(LINE, COLLECTED)
    kept = json.loads(unparsed(LINE, COLLECTED).text)
    assert kept["type"] == "akamai_siem_unparsed"
    assert kept["length"] == 50_000_000
    assert kept["raw"].startswith('{"httpMessage":{"path":"/\\xffxxx')


def test_it_is_masked_as_a_whole() -> None:
    assert json.loads(unparsed(LINE, COLLECTED, Masking(("cookies",))).text)["raw"] == MASKED


def test_it_is_taken_at_once_unlike_other_lines() -> None:
    made = convert(LINE + b"\n", COLLECTED, tolerant=False)
    assert (made.unparsed, len(made.starts)) == (1, 1)
    with pytest.raises(NotAnEvent):
        convert(b"\0" + LINE + b"\n", COLLECTED, tolerant=False)


@pytest.mark.parametrize("line", [b"", b"{}", b"\0", b"\0long ", b"\0long x y", b" " + LINE])
def test_other_lines(line: bytes) -> None:
    assert read_shortened(line) is None


def test_a_context_line_is_left_out_only_where_lines_may_be() -> None:
    lines = [b'{"n":"1"}', b'{"total":1,"offset":"x","limit":1}', b'{"total":1,"offset":"x","a":1}']
    with pytest.raises(NotAnEvent):
        convert(b"\n".join([*lines, b""]), COLLECTED, tolerant=False)
    made = convert(b"\n".join([*lines, b""]), COLLECTED, tolerant=True)
    assert (made.contexts, made.unparsed, len(made.starts)) == (1, 0, 2)
