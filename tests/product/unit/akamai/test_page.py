"""What makes a page complete, and that blocks return exactly its lines."""

from __future__ import annotations

import gzip
import io
import json
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ta_akamai_siem.akamai.page import Page, PageSpool
from ta_akamai_siem.errors import PageIncomplete, UnexpectedAnswer
from ta_akamai_siem.record.long_line import KEPT, LINE_MAX, read_shortened

LINES = [b'{"n":"%d"}' % number for number in range(5)]
CONTEXT = b'{"total":5,"offset":"71cca;abc","limit":5}'


def body(lines: list[bytes], context: bytes = CONTEXT) -> bytes:
    return b"\n".join([*lines, context]) + b"\n"


def spooled(data: bytes, *, tolerant: bool = False, piece: int = 1 << 16) -> Page:
    spool = PageSpool(io.BytesIO(), tolerant=tolerant)
    for begin in range(0, len(data), piece):
        spool.feed(data[begin : begin + piece])
    return spool.finish()


def lines_of(page: Page) -> list[bytes]:
    return [line for block in page.blocks() for line in block]


@pytest.mark.parametrize("piece", [1, 7, 1 << 16])
@pytest.mark.parametrize("compressed", [False, True])
def test_complete(piece: int, compressed: bool) -> None:
    data = body(LINES)
    page = spooled(gzip.compress(data) if compressed else data, piece=piece)
    assert lines_of(page) == LINES
    assert page.events == 5
    assert page.context.offset == "71cca;abc"
    assert page.context.limit == 5
    assert page.mismatch == ""


@pytest.mark.parametrize(
    "data",
    [
        b"\n".join(LINES) + b"\n",
        body(LINES, b'{"total":5}'),
        body(LINES, b'{"total":5,"offset":""}'),
        body(LINES, b'{"total":5,"offset":7}'),
        body(LINES, b'{"total":true,"offset":"x"}'),
        body(LINES, b'{"total":"five","offset":"x"}'),
        body(LINES, b"<html>"),
        body(LINES, CONTEXT[:-1]),
        body(LINES, CONTEXT) + b'{"n":"6"}',
    ],
)
def test_no_context_is_a_cut(data: bytes) -> None:
    with pytest.raises(PageIncomplete) as caught:
        spooled(data, tolerant=True)
    assert not caught.value.ended


@pytest.mark.parametrize(
    "lines",
    [
        LINES[:4],
        [*LINES, b'{"n":"6"}'],
        [*LINES[:4], b"no object"],
        [*LINES[:4], b'["list"]'],
        [*LINES[:4], b"{broken}"],
        [*LINES[:4], b'{"half":'],
    ],
)
def test_disagreement_is_refused_and_taken_when_tolerant(lines: list[bytes]) -> None:
    with pytest.raises(PageIncomplete) as caught:
        spooled(body(lines))
    assert caught.value.ended
    page = spooled(body(lines), tolerant=True)
    assert lines_of(page) == lines
    assert page.mismatch


def test_blank_lines_and_carriage_returns_do_not_count() -> None:
    data = b"\n \r\n" + b"\r\n\n".join(LINES) + b"\r\n\n" + CONTEXT + b"\r\n\n  \n"
    page = spooled(data)
    assert [line.rstrip(b"\r") for line in lines_of(page)] == LINES


def test_total_as_digits_and_unusual_objects() -> None:
    lines = [b"{}", b' { "a" : 1 } ', b'{"a":{}}', b'{"a":[1]}', b'{"a":1}']
    page = spooled(body(lines, b'{ "total": "5", "offset":"318d8" }'))
    assert page.context.limit is None
    assert lines_of(page) == lines


def test_a_line_that_is_an_event_to_the_decoder_is_one_to_the_proof() -> None:
    """Bytes that are not UTF-8 are text in a string; a byte order mark does not begin an object."""
    odd = [b'{ "a":"\xb4"}', *LINES[:4]]
    assert spooled(body(odd)).mismatch == ""
    assert spooled(body(LINES, b'{"x":"\xb4","total":5,"offset":"o"}')).mismatch == ""
    with pytest.raises(PageIncomplete):
        spooled(body([b'\xef\xbb\xbf{"a":1}', *LINES[:4]]))


def test_what_the_proof_counts_is_what_comes_back() -> None:
    """Only JSON's white space makes a blank line."""
    lines = [*LINES[:4], b"\x0b\x0c"]
    with pytest.raises(PageIncomplete):
        spooled(body(lines))
    assert lines_of(spooled(body(lines), tolerant=True)) == lines


def test_empty_page() -> None:
    page = spooled(b'{ "total": 0, "offset":"318d8" }\n')
    assert page.events == 0
    assert lines_of(page) == []


@pytest.mark.parametrize("left", [0, 2, 10, 200, -1, -8])
def test_cut_gzip(left: int) -> None:
    data = gzip.compress(body(LINES))[: left or None]
    with pytest.raises(PageIncomplete) as caught:
        spooled(data[: len(gzip.compress(body(LINES))) - 1])
    assert not caught.value.ended


def test_damaged_gzip_checksum() -> None:
    data = bytearray(gzip.compress(body(LINES)))
    data[-6] ^= 1
    with pytest.raises(PageIncomplete):
        spooled(bytes(data))


def test_several_gzip_members() -> None:
    data = body(LINES)
    page = spooled(gzip.compress(data[:20]) + gzip.compress(data[20:]), piece=3)
    assert lines_of(page) == LINES


def test_memory_is_bounded_for_a_bomb() -> None:
    """A megabyte that expands a thousandfold is processed in blocks."""
    line = b'{"a":"' + b"x" * 1000 + b'"}\n'
    stream = zlib.compressobj(9, zlib.DEFLATED, 31)
    count = 100_000
    data = b"".join(stream.compress(line * 1000) for _ in range(count // 1000))
    data += stream.compress(b'{"total":%d,"offset":"x"}\n' % count) + stream.flush()
    page = spooled(data)
    assert page.events == count
    largest = max(sum(map(len, block)) for block in page.blocks())
    assert largest < 300_000


@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=2000), max_size=3), max_size=200
    ),
    st.integers(1, 5000),
    st.booleans(),
)
def test_blocks_give_back_the_lines(
    values: list[dict[str, str]], piece: int, compressed: bool
) -> None:
    lines = [json.dumps(value).encode() for value in values]
    data = body(lines, b'{"total":%d,"offset":"x"}' % len(lines))
    page = spooled(gzip.compress(data) if compressed else data, piece=piece)
    assert lines_of(page) == lines


HTML = b"<html>\n<head><title>Web page\n blocked</title></head><body>\nCategory</body></html>\n"


@pytest.mark.parametrize("data", [HTML, gzip.compress(HTML), b"", b"\r\n \n", gzip.compress(b"")])
@pytest.mark.parametrize("piece", [1, 1 << 16])
def test_an_answer_without_an_event_is_no_page(data: bytes, piece: int) -> None:
    with pytest.raises(UnexpectedAnswer) as caught:
        spooled(data, piece=piece)
    named = "titled 'Web page blocked'" if b"html" in data or len(data) > 50 else "empty answer"
    assert named in caught.value.what


def test_what_stands_behind_a_gzip_stream_and_a_header_that_is_gone() -> None:
    packed = gzip.compress(body(LINES))
    for padding in (b"\0", b"\n", b"\0\0\r\n" * 1000):
        for piece in (1, 1 << 16):
            assert lines_of(spooled(packed + padding, piece=piece)) == LINES
    with pytest.raises(PageIncomplete):
        spooled(packed + b"more")


@pytest.mark.parametrize("blank", [b"\n", b" \n", b"\r\n", b"   "])
def test_blanks_cost_no_more_than_their_bytes(blank: bytes) -> None:
    """A short gzip stream contains 20 MB of them, before, between and after the lines."""
    blanks = blank * (5_000_000 // len(blank))
    between = blanks if blank.endswith(b"\n") else b""
    data = blanks + LINES[0] + b"\n" + between + b"\n".join(LINES[1:]) + b"\n" + between + CONTEXT
    began = time.process_time()
    page = spooled(gzip.compress(data + blanks, 1))
    assert [line.strip() for line in lines_of(page)] == LINES
    assert time.process_time() - began < 1.5


@pytest.mark.parametrize("piece", [1 << 16, 1_000_003])
def test_a_line_too_long_for_a_record_is_kept_short(piece: int) -> None:
    long = b'{"a":"' + b"x" * (LINE_MAX + 1) + b'"}'
    page = spooled(body([LINES[0], long, *LINES[1:4]]), piece=piece)
    assert (page.events, page.oversized, page.mismatch) == (5, 1, "")
    first, kept, *others = lines_of(page)
    assert [first, *others] == LINES[:4]
    assert read_shortened(kept) == (long[:KEPT], len(long))


@pytest.mark.parametrize("length", [65_535, 65_536, 65_537, 200_000, 1_000_000])
def test_a_line_of_any_length_comes_back(length: int) -> None:
    long = b'{"a":"' + b"x" * (length - 8) + b'"}'
    for piece in (1_000, 1 << 16):
        page = spooled(body([LINES[0], long, *LINES[1:4]]), piece=piece)
        assert lines_of(page) == [LINES[0], long, *LINES[1:4]]
    with pytest.raises(PageIncomplete, match="no JSON"):
        spooled(body([LINES[0], long[1:], *LINES[1:4]]))


def test_a_line_without_an_end_is_no_context() -> None:
    with pytest.raises(PageIncomplete):
        spooled(LINES[0] + b"\n" + b'{"total":1,"offset":"' + b"x" * 30_000_000)
