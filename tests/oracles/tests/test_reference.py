"""The reference decoder against records that were worked out by hand."""

from __future__ import annotations

import pytest

from tests.oracles.reference.golden import CLOCK, Golden, golden_cases
from tests.oracles.reference.page import reference_page
from tests.oracles.reference.record import reference_record, same

CASES = golden_cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_reference_equals_golden(case: Golden) -> None:
    """Value, order, written form and time are those of the golden record."""
    reference = reference_record(case.line, CLOCK)
    assert same(case.record, case.line, CLOCK) == []
    assert (reference.time, reference.parsed) == (case.time, not case.unparsed)


@pytest.mark.parametrize(
    ("record", "line", "fault"),
    [
        ('{"a":2}', b'{"a":1}', "a: expected 1, got 2"),
        ('{"a":true}', b'{"a":1}', "a: expected 1, got True"),
        ('{"a":1.0}', b'{"a":1.00}', "a: expected Digits('1.00'), got Digits('1.0')"),
        ('{"a":"1.0"}', b'{"a":1.0}', "a: expected Digits('1.0'), got '1.0'"),
        ('{"a":-0}', b'{"a":0}', "integer written -0"),
        ('{"a":1,"b":2}', b'{"a":1}', "the record: expected keys ['a'], got ['a', 'b']"),
        ('{"x":1,"type":2}', b'{"x":1,"type":2}', "the record: keys in the order ['x', 'type']"),
        (
            '{"geo":{"a":1,"b":2}}',
            b'{"geo":{"b":2,"a":1}}',
            "geo: keys in the order ['a', 'b']",
        ),
        ('{"a": 1}', b'{"a":1}', "white space between the tokens"),
        ('{"a":"\\u00e9"}', b'{"a":"\\u00e9"}', 'string written "\\u00e9", expected "\u00e9"'),
        ('{"a":"\ufffe"}', b'{"a":"\\ufffe"}', "U+FFFE cannot be carried by XML 1.0"),
        ('{"a":1,"a":1}', b'{"a":1}', "not readable: duplicate key among ['a', 'a']"),
        ('{"a":NaN}', b'{"a":NaN}', "not readable: NaN is no JSON number"),
        ('{"a":[1]}', b'{"a":[1,2]}', "a: expected 2 items, got 1: [1]"),
        ('{"a":[{"b":"y"}]}', b'{"a":[{"b":"x"}]}', "a.0.b: expected 'x', got 'y'"),
    ],
)
def test_same_names_the_difference(record: str, line: bytes, fault: str) -> None:
    """An error in one place of a record is reported for that place."""
    assert same(record, line, CLOCK)[0] == fault


def test_depth_beyond_every_parser_is_unparsed() -> None:
    """A line that is nested too deeply for any parser is kept unchanged."""
    line = b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    reference = reference_record(line, CLOCK)
    assert reference.value == {"type": "akamai_siem_unparsed", "raw": line.decode()}
    assert (reference.time, reference.parsed) == (None, False)


CONTEXT = b'{"total":2,"offset":"71cca;token","limit":2}'


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1}\n{"b":2}\n' + CONTEXT,
        b'{"a":1}\n{"b":2}\n' + CONTEXT + b"\n",
        b'\n{"a":1}\n\n \t\n{"b":2}\n\n' + CONTEXT + b"\n\n",
        b'{"a":1}\r\n{"b":2}\r\n\r\n' + CONTEXT + b"\r\n",
    ],
)
def test_page_lines_and_context(body: bytes) -> None:
    """Blank lines and line ends do not count, and the last line needs no line end."""
    page = reference_page(body)
    assert [reference_record(line, CLOCK).value for line in page.lines] == [{"a": 1}, {"b": 2}]
    assert page.context is not None
    assert (page.context.total, page.context.offset) == (2, "71cca;token")


def test_page_context_in_the_middle_is_an_event() -> None:
    """Only the last line can be the context."""
    page = reference_page(CONTEXT + b"\n" + CONTEXT)
    assert page.lines == [CONTEXT]
    assert page.context is not None


def test_empty_page() -> None:
    """An empty page has a context and no events."""
    page = reference_page(b'{ "total": 0, "offset":"318d8" }')
    assert page.lines == []
    assert page.context is not None
    assert (page.context.total, page.context.offset) == (0, "318d8")


@pytest.mark.parametrize(
    ("context", "total"),
    [
        (b'{"total":"3","offset":"x"}', 3),
        (b'{"offset":"x","total":3,"more":{}}', 3),
        (b'{"total":3.0,"offset":"x"}', None),
        (b'{"total":true,"offset":"x"}', None),
        (b'{"total":"three","offset":"x"}', None),
        (b'{"total":" 3","offset":"x"}', None),
        (b'{"total":"\xd9\xa3","offset":"x"}', None),
        (b'{"total":"","offset":"x"}', None),
        (b'{"total":null,"offset":"x"}', None),
        (b'{"total":3,"offset":""}', None),
        (b'{"total":3,"offset":7}', None),
        (b'{"total":3}', None),
        (b'{"offset":"x"}', None),
        (b'[{"total":3,"offset":"x"}]', None),
        (b'{"total":3,"offset":"x"', None),
    ],
)
def test_what_is_a_context(context: bytes, total: int | None) -> None:
    """An object with an integer or digits as `total` and a non-empty string as `offset`."""
    page = reference_page(b'{"a":1}\n' + context)
    if total is None:
        assert page.context is None
        assert page.lines == [b'{"a":1}', context]
    else:
        assert page.context is not None
        assert page.context.total == total


@pytest.mark.parametrize("body", [b"", b"\n", b"\r\n \n"])
def test_body_without_a_line(body: bytes) -> None:
    """A body of blanks has neither lines nor a context."""
    assert reference_page(body) == ([], None)
