"""The product's decoder against the reference decoder, on generated source lines."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ta_akamai_siem.record.event import NotAnEvent, record, unparsed
from ta_akamai_siem.record.event_time import Moment
from tests.oracles.reference.golden import CLOCK
from tests.oracles.reference.record import reference_record, same
from tests.product.property import source_events

COLLECTED = Moment.of(1_700_000_000.125, float(CLOCK))
# Generating a whole event takes four times as long as one of its values.
WHOLE_EVENTS = max(1, settings().max_examples // 4)


def differences(line: bytes) -> list[str]:
    """Describe how the product's record of a line differs from the reference's."""
    reference = reference_record(line, CLOCK)
    try:
        made = record(line, COLLECTED)
    except NotAnEvent:
        made = unparsed(line, COLLECTED)
        found = ["refused"] if reference.parsed else []
    else:
        found = [] if reference.parsed else ["taken for an event"]
    expected_time = (reference.time or COLLECTED.collected, reference.time is not None)
    if (made.time, made.timed) != expected_time:
        found.append(f"time: expected {expected_time}, got {(made.time, made.timed)}")
    return found + same(made.text, line, CLOCK)


@settings(max_examples=WHOLE_EVENTS)
@given(source_events.lines)
def test_events(line: bytes) -> None:
    """Every event becomes the reference's record, whatever its members are."""
    assert differences(line) == []


@settings(max_examples=WHOLE_EVENTS)
@given(source_events.damaged_lines())
@example(b'{"a":"\\ud83d\xb4"}')
def test_damaged_lines(line: bytes) -> None:
    """Every line becomes a record, of an event or an unparsed one, and never raises an error."""
    assert differences(line) == []


@given(st.sampled_from(("requestHeaders", "responseHeaders")), source_events.header_texts)
def test_percent_decoding(name: str, text: str) -> None:
    """Header blocks alone: fast and simple percent-decoding give the same result."""
    event = source_events.Members((("httpMessage", source_events.Members(((name, text),))),))
    assert differences(source_events.json_text(event, 1).encode()) == []


@given(source_events.header_blocks)
def test_header_lines(block: str) -> None:
    """Blocks with unusual line ends, alone: fast and simple splitting give the same result."""
    event = source_events.Members(
        (("httpMessage", source_events.Members((("requestHeaders", block),))),)
    )
    assert differences(source_events.json_text(event, 1).encode()) == []


@given(source_events.starts, st.sampled_from(("method", "path", "new")))
def test_starts(start: object, other: str) -> None:
    """What is a time and what is not, near the bounds and in all units, and its place in the
    record.
    """
    members = source_events.Members
    event = members((("httpMessage", members(((other, "x"), ("start", start), ("host", "h")))),))
    assert differences(source_events.json_text(event, 1).encode()) == []


@given(st.sampled_from((*source_events.RULE_LISTS, None)), source_events.item_lists())
def test_item_lists(name: str | None, text: str) -> None:
    """Lists of items, in_process: in each of the seven lists and in custom."""
    members = source_events.Members
    event = members(
        (("custom", text) if name is None else ("attackData", members(((name, text),))),)
    )
    assert differences(source_events.json_text(event, 1).encode()) == []


@pytest.mark.parametrize("depth", [1, 50, 200, 400, *range(470, 510), 1000, 5000, 20_000])
def test_depth(depth: int) -> None:
    """At any depth a line is decoded correctly or refused; there is no other error."""
    text = '{"a":' + '[{"b":' * depth + "1.50" + "}]" * depth + "}"
    try:
        made = record(text.encode(), COLLECTED)
    except NotAnEvent:
        assert depth > 100
    else:
        assert made.text == text
