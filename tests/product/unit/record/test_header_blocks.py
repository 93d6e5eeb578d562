"""Header blocks that are converted together become what each becomes alone."""

from __future__ import annotations

import json
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ta_akamai_siem.record.decoding import percent_decoded
from ta_akamai_siem.record.event import json_text
from ta_akamai_siem.record.header_blocks import as_json
from ta_akamai_siem.record.headers import header_lines
from tests.product.property import source_events

PLAIN = "Host%3a%20www.example.com%0d%0aAccept%3a%20*/*%0d%0a"
ODD = {
    "empty": "",
    "only a line end": "%0d%0a",
    "an empty line at the end": "A%3a%201%0d%0a%0d%0a",
    "no line end": "A%3a%201",
    "folded": "A%3a%201%0d%0a 2%0d%0a",
    "folded by a tabulator": "A%3a%201%0d%0a%092%0d%0a",
    "a line feed alone": "A%3a%201%0aB%3a%202%0d%0a",
    "a carriage return alone": "A%3a%201%0dB%3a%202%0d%0a",
    "a backslash and r before a line feed": "A%3a%20%5cr%0aB%0d%0a",
    "quotes": "A%3a%20%22x%22%0d%0a",
    "a backslash": "A%3a%20%5c%0d%0a",
    "the character between blocks": "A%3a%20%1e%0d%0a",
    "the escape of it": "A%3a%20%5cu001e%0d%0a",
    "a control character": "A%3a%20%01%0d%0a",
    "the last control character": "A%3a%20%1f%0d%0a",
    "delete": "A%3a%20%7f%0d%0a",
    "not UTF-8": "A%3a%20%ff%e2%82%0d%0a",
    "not in XML": "A%3a%20%ef%bf%be%0d%0a",
    "not in XML either": "A%3a%20%ef%bf%bf%0d%0a",
    "no escape": "A%3a%20100%%0d%0a",
    "half of an escape": "A%3a%20%4",
    "what looks like the border of two lines": "A%3a%20%22,%22",
    "and before a line end": "A%3a%20%22,%22%0d%0a",
    "a quote and a comma": "A%3a%20%22,%0d%0a%22,%22%0d%0a",
    "an equals sign": "A%3a%20a=b=%0d%0a",
    "not encoded": "A: é\u2028%0d%0a",
}


def alone(block: str) -> bytes:
    return json_text(header_lines(percent_decoded(block))).encode()


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_block_among_plain_ones(odd: str) -> None:
    for blocks in permutations((odd, PLAIN, PLAIN + "X%3a%20%c3%a9%0d%0a"), 3):
        made = as_json([block.encode() for block in blocks])
        assert made == [alone(block) for block in blocks]
        assert [json.loads(each) for each in made] == [
            header_lines(percent_decoded(block)) for block in blocks
        ]


def test_two_odd_blocks_that_could_pass_for_one() -> None:
    blocks = ["A%3a%201%0d", "%0aB%0d%0a", "A%", "41%0d%0a", "%e2", "%82%ac"]
    assert as_json([block.encode() for block in blocks]) == [alone(block) for block in blocks]


@given(st.lists(st.one_of(st.just(PLAIN), source_events.header_texts), max_size=4))
@example([PLAIN, "\ufffe"])
def test_any_blocks(blocks: list[str]) -> None:
    sent = [block.encode("utf-8", "replace") for block in blocks]
    assert as_json(sent) == [alone(block.decode()) for block in sent]
