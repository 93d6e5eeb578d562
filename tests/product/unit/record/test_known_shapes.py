"""Which lines have a known shape, and which are left to the decoder that knows every event."""

from __future__ import annotations

import json

import pytest

from ta_akamai_siem.record.known_shapes import FIRST, OUTLINES_MAX, SHAPES_MAX, KnownShapes
from ta_akamai_siem.record.outline import VALUES_MAX

EVENT = (
    b'{"attackData":{"clientIP":"192.0.2.1","configId":"1"},"httpMessage":{"path":"/",'
    b'"requestHeaders":"A%3a%201%0d%0a","start":"1700000000"},"type":"akamai_siem"}'
)
OTHER = EVENT.replace(b'"/"', b'"/other"')


def found(known: KnownShapes, *lines: bytes) -> list[bool]:
    data = b"".join(line + b"\n" for line in lines)
    return [shape is not None for _, _, shape, _ in known.lines(data)]


def knowing(*lines: bytes) -> KnownShapes:
    known = KnownShapes(first=1)
    for _ in range(4):
        found(known, *lines)
    return known


def test_the_first_lines_are_not_learned_from() -> None:
    """A short run ends before it would pay."""
    known = KnownShapes()
    for _ in range(FIRST - 1):
        assert found(known, EVENT) == [False]
    # Then there is an outline. The first event that fits is noted, the second is learned.
    assert [found(known, EVENT)[0] for _ in range(4)] == [False, True, True, True]


def test_other_values_have_the_same_shape() -> None:
    assert found(knowing(EVENT), EVENT, OTHER) == [True, True]


@pytest.mark.parametrize("code", [*range(10), *range(11, 32), ord("\\")])
def test_a_line_with_a_control_character_or_a_backslash_is_left(code: int) -> None:
    """And no other line of its block is."""
    odd = OTHER.replace(b"other", bytes((code,)))
    assert found(knowing(EVENT), EVENT, odd, OTHER) == [True, False, True]


@pytest.mark.parametrize(
    "odd",
    [b"\xb4", b"\xed\xa0\x80", "\ufffe".encode(), "\uffff".encode()],
    ids=["not UTF-8", "half of a pair", "not in XML", "not in XML either"],
)
def test_a_line_that_xml_cannot_carry_is_left(odd: bytes) -> None:
    lines = (EVENT, OTHER.replace(b"other", odd), OTHER.replace(b"other", "é".encode()))
    assert found(knowing(EVENT), *lines) == [True, False, True]


@pytest.mark.parametrize(
    "line",
    [
        EVENT[:-1],
        EVENT + b" ",
        EVENT + b"}",
        b" " + EVENT,
        EVENT.replace(b'"1"', b"1"),
        EVENT.replace(b'"1"', b'"1"x'),
        EVENT.replace(b'"1"', b'""1"'),
        EVENT.replace(b'"1"}', b'"1","new":"x"}'),
        EVENT.replace(b'"1"}', b'"1",}'),
        EVENT.replace(b'"configId":"1"', b'"configId":"1","configId":"2"'),
        EVENT.replace(b'{"clientIP":"192.0.2.1","configId":"1"}', b"null"),
        EVENT.replace(b'"clientIP":"192.0.2.1","configId":"1"', b'"configId":"1"'),
    ],
)
def test_an_event_of_another_build_is_left(line: bytes) -> None:
    assert found(knowing(EVENT), line) == [False]


def test_a_line_that_is_cut_inside_a_value_does_not_reach_into_the_next() -> None:
    begin, rest = EVENT.split(b"192.0.2.1")
    assert found(knowing(EVENT), begin, rest, EVENT) == [False, False, True]


def test_members_that_come_twice_are_no_shape() -> None:
    twice = EVENT.replace(b'"configId":"1"', b'"configId":"1","configId":"2"')
    assert found(knowing(twice), twice) == [False]


@pytest.mark.parametrize("start", [b"", b'"start":1700000000'])
def test_an_event_without_a_time_has_no_shape(start: bytes) -> None:
    line = EVENT.replace(b',"start":"1700000000"', b"," + start if start else b"")
    assert found(knowing(line), line) == [False]


def test_a_value_that_looks_like_the_time_of_another_is_copied() -> None:
    line = EVENT.replace(b'"/"', b'"1700000000.123"')
    assert found(knowing(line), line) == [True]


def test_events_in_two_orders_have_two_outlines() -> None:
    event = json.loads(EVENT)
    turned = json.dumps(dict(reversed(event.items())), separators=(",", ":")).encode()
    assert found(knowing(EVENT, turned), EVENT, turned) == [True, True]


def test_members_that_only_some_events_have() -> None:
    """Of three optional members all eight combinations fit the outline of three events."""
    event = json.loads(EVENT)
    http = event["httpMessage"]
    names = ("host", "query", "status")

    def line(*there: str) -> bytes:
        more = {name: "x" for name in names if name in there}
        whole = {**event, "httpMessage": {**more, **http}}
        return json.dumps(whole, separators=(",", ":")).encode()

    known = knowing(line(*names), line(), line("host"))
    every = [
        line(*(name for place, name in enumerate(names) if number & 1 << place))
        for number in range(8)
    ]
    for _ in range(2):
        found(known, *every)
    assert found(known, *every) == [True] * 8


def test_many_rare_combinations_do_not_keep_a_frequent_one_out() -> None:
    event = json.loads(EVENT)
    names = [f"m{number}" for number in range(10)]

    def line(number: int) -> bytes:
        there = {name: "x" for place, name in enumerate(names) if number & 1 << place}
        whole = {**event, "httpMessage": {**there, **event["httpMessage"]}}
        return json.dumps(whole, separators=(",", ":")).encode()

    known = knowing(line(1023), line(0))
    for number in range(1, SHAPES_MAX + 50):
        found(known, line(number))
    frequent = line(1000)
    assert [found(known, frequent)[0] for _ in range(3)] == [False, True, True]


def test_where_shapes_do_not_pay_they_are_left_alone() -> None:
    """Until as many lines have come again."""
    known = knowing(EVENT)
    without = EVENT.replace(b'"1"', b"1")
    for _ in range(2):
        assert found(known, EVENT) == [True]
        found(known, *[without] * 100)
    found(known, *[without] * 100)
    assert found(known, EVENT) == [False]
    for _ in range(2):
        found(known, *[EVENT] * 300)
    assert found(known, EVENT) == [True]


def test_an_outline_has_a_bounded_number_of_members() -> None:
    """Lines that each have another member do not make it slower and slower."""
    known = KnownShapes(first=1)
    for number in range(4 * VALUES_MAX):
        found(known, EVENT.replace(b'"path"', b'"new%d":"x","path"' % number))
    assert max(each.outline.values for each in known._fitting) <= VALUES_MAX
    assert len(known._fitting) <= OUTLINES_MAX
