"""Records as XML: any parser reads exactly what was written."""

from __future__ import annotations

import json
import os
import threading
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ta_akamai_siem.errors import PipeClosed
from ta_akamai_siem.record.event import Record, record
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.writing.event_stream import EventStream, event_elements


def elements(*records: Record) -> bytes:
    return event_elements((made.time.encode(), [made.text.encode()]) for made in records)


@given(st.lists(st.dictionaries(st.text(), st.text(), min_size=1), min_size=1, max_size=5))
def test_an_xml_parser_reads_back_the_records(values: list[dict[str, str]]) -> None:
    lines = [json.dumps(value).encode() for value in values]
    records = [record(line, Moment.of(1_750_000_000.123, 0.0)) for line in lines]
    root = ET.fromstring(b"<stream>" + elements(*records) + b"</stream>")
    assert [element.tag for element in root] == ["event"] * len(values)
    for element, made in zip(root, records):
        assert [child.tag for child in element] == ["time", "data"]
        assert element.findtext("time") == "1750000000.123"
        assert element.findtext("data") == made.text


@pytest.mark.parametrize(
    "text", ["]]>", "<event>", "&amp;", "</data></event>", "\\u0001\\u0002\\u0003", "\u2028\x85"]
)
def test_markup_inside_a_record_stays_text(text: str) -> None:
    made = record(json.dumps({"a": text}).encode(), Moment.of(1.0, 1.0))
    root = ET.fromstring(b"<stream>" + elements(made) + b"</stream>")
    assert json.loads(root.findtext("event/data") or "") == {"a": text}


def written(write: int) -> bytes:
    """The bytes that a stream with that many writes puts into a pipe."""
    reading, writing = os.pipe()
    stream = EventStream(writing)
    made = elements(Record("1.000", '{"a":1}', timed=True))
    for _ in range(write):
        stream.write(made)
    stream.close()
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read()


def test_the_document_is_whole() -> None:
    assert len(ET.fromstring(written(2))) == 2


def test_no_record_no_document() -> None:
    assert written(0) == b""


def test_large_writes_pass_a_slow_reader() -> None:
    reading, writing = os.pipe()
    received: list[bytes] = []

    def read() -> None:
        with os.fdopen(reading, "rb", buffering=0) as pipe:
            while piece := pipe.read(1000):
                received.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    stream = EventStream(writing)
    stream.write(b"x" * 1_000_000)
    stream.close()
    os.close(writing)
    reader.join()
    assert b"".join(received) == b"<stream>\n" + b"x" * 1_000_000 + b"</stream>\n"
    assert stream.blocked > 0


def test_a_pipe_without_reader() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(PipeClosed):
        EventStream(writing).write(b"<event/>")
    os.close(writing)
