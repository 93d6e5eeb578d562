"""Events of known shape become the records that `event.record` makes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ta_akamai_siem.record.event import NotAnEvent, record
from ta_akamai_siem.record.event_time import Moment, event_time, is_usual
from ta_akamai_siem.record.known_shapes import FIRST, KnownShapes
from ta_akamai_siem.record.shaped_records import ShapedRecords
from tests.measured.bench.mixes import MIXES, event_lines
from tests.product.property import source_events

NOW = Moment.of(1_700_000_000.125, 1_700_000_000.5)
MIX_EVENTS = 3_000
Converted = tuple[str, str]
"""Time and text of a record."""

FEWER = settings(max_examples=max(1, settings().max_examples // 5))
"""An outline takes long to compile."""

values = st.one_of(
    st.sampled_from(
        ("", "x", "a/b", "%41", "{[,:]}", '","', '":"', "%3b", "1700000000.5", "é%c3%a9")
    ),
    source_events.header_texts,
    source_events.item_lists(),
    st.lists(source_events.items, max_size=3).map(
        lambda items: "%3b".join(item.replace("%", "%25").replace("=", "%3d") for item in items)
    ),
)
names = st.sampled_from(
    (
        *source_events.RULE_LISTS,
        *source_events.ATTACK_SHORT,
        *source_events.HTTP_SHORT,
        "requestHeaders",
        "responseHeaders",
        "path",
        "query",
        "risk",
        "general",
        "country",
        "new",
        "<&>",
        "a.b*",
        "é",
    )
)
objects = st.dictionaries(names, values, max_size=9)
members = st.sampled_from(
    ("attackData", "attackData", "httpMessage", "userRiskData", "custom", "geo", "botData", "new")
)
plausible = st.integers(1_600_000_000_000, 1_700_000_000_000).map(lambda ms: f"{ms / 1000:.3f}")
starts = st.one_of(plausible, plausible, plausible, values, st.just("1700000000"))


@st.composite
def events_of_a_shape(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events with the same members, some of which one or the other lacks, and other values."""
    event: dict[str, Any] = draw(
        st.dictionaries(members, st.one_of(objects, objects, objects, values), max_size=5)
    )
    http = event.setdefault("httpMessage", {})
    if isinstance(http, dict):
        place = draw(st.integers(0, len(http)))
        pairs = list(http.items())
        event["httpMessage"] = dict([*pairs[:place], ("start", "0"), *pairs[place:]])
    event = {"type": "akamai_siem", **event} if draw(st.booleans()) else event
    made = [_other_values(draw, event) for _ in range(3)]
    if draw(st.booleans()):
        made.append(_with_less(draw, made[0]))
    return made


def _other_values(draw: st.DrawFn, event: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in event.items():
        if isinstance(value, dict):
            made[name] = _other_values(draw, value)
        else:
            made[name] = draw(starts) if name == "start" else draw(values)
    return made


def _with_less(draw: st.DrawFn, event: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in event.items() if draw(st.integers(0, 4))}
    return {
        name: _with_less(draw, value) if isinstance(value, dict) else value
        for name, value in kept.items()
    }


def block(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def blocks(lines: list[bytes]) -> list[bytes]:
    return [block(lines[begin : begin + 50]) for begin in range(0, len(lines), 50)]


def by_shape(known: KnownShapes, data: bytes) -> list[Converted | None]:
    """The records of a block; None for an event of no known shape."""
    shaped = ShapedRecords(NOW.latest)
    made = [shaped.add(shape, found) if shape else None for _, _, shape, found in known.lines(data)]
    shaped.finish()
    return [each and (each[0].decode(), b"".join(each[1]).decode()) for each in made]


def expected(line: bytes) -> Converted | None:
    try:
        made = record(line, NOW)
    except NotAnEvent:
        return None
    return (made.time, made.text) if made.timed else None


def learned(lines: list[bytes]) -> KnownShapes:
    """What is known after these lines, each of which is seen often enough to be learned."""
    known = KnownShapes(first=1)
    for _ in range(5):
        list(known.lines(block(lines)))
    return known


def differences(known: KnownShapes, lines: list[bytes]) -> list[object]:
    made = by_shape(known, block(lines))
    return [
        (line, got, expected(line))
        for line, got in zip(lines, made)
        if got is not None and got != expected(line)
    ]


@FEWER
@given(events_of_a_shape(), st.booleans())
def test_events(events: list[dict[str, Any]], ascii_only: bool) -> None:
    """Whatever the members and values are: the second event of a shape, and the first again."""
    lines = [
        json.dumps(event, ensure_ascii=ascii_only, separators=(",", ":")).encode(
            "utf-8", "surrogatepass"
        )
        for event in events
    ]
    assert differences(learned(lines[:1]), lines) == []
    assert differences(learned(lines), lines) == []


@pytest.mark.parametrize("list_name", source_events.RULE_LISTS)
def test_rules_that_xml_cannot_carry(list_name: str) -> None:
    """An attacker can send the code point, encoded in what a rule found."""
    event = {"attackData": dict.fromkeys(source_events.RULE_LISTS, "QQ%3d%3d")}
    event["attackData"][list_name] = "77%2b%2b"
    line = json.dumps({**event, "httpMessage": {"start": "1700000000"}}, separators=(",", ":"))
    assert differences(learned([line.encode()]), [line.encode()]) == []


@FEWER
@given(st.lists(source_events.lines, min_size=1, max_size=3))
def test_any_lines(lines: list[bytes]) -> None:
    """Lines with escapes, blanks, numbers and members that come twice."""
    lines = [line.replace(b"\n", b" ") for line in lines]
    assert differences(learned(lines), lines) == []


@FEWER
@given(events_of_a_shape(), st.data())
def test_damaged_lines(events: list[dict[str, Any]], data: st.DataObject) -> None:
    """A line that differs from an event of a known shape by a few bytes."""
    line = json.dumps(events[0], ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    place = data.draw(st.integers(0, len(line)))
    length = data.draw(st.integers(0, 3))
    odd = data.draw(
        st.sampled_from((b"", b'"', b",", b'","', b"}", b"{", b":", b" ", b"\\", b"\xb4"))
    )
    damaged = line[:place] + odd + line[place + length :]
    assert differences(learned([line]), [damaged, line]) == []


@pytest.mark.parametrize("mix", MIXES)
def test_events_of_the_mixes(mix: str) -> None:
    """Nearly all are of known shapes, and their records are the same."""
    lines = list(event_lines(mix, MIX_EVENTS))
    known = KnownShapes()
    first = [made for some in blocks(lines) for made in by_shape(known, some)]
    assert not any(first[: FIRST - 50])
    for some in blocks(lines):
        list(known.lines(some))
    assert differences(known, lines) == []
    plain = sum(b"\\" not in line for line in lines)
    found = sum(made is not None for made in by_shape(known, block(lines)))
    assert found > 0.8 * plain


@given(st.one_of(starts, plausible.map(lambda time: time[:-1])), st.sampled_from((NOW.latest, 5.0)))
@example("0946684799.999", NOW.latest)
@example("1700086400.501", NOW.latest)
@example("1600000000.5e1", NOW.latest)
@example("160000000.0123", NOW.latest)
@example("1600000000x123", NOW.latest)
@example("16000000x0.000", NOW.latest)
@example("1600000000.000", 90.0)
def test_a_usual_time(start: str, latest: float) -> None:
    """What is taken for a usual time is one that stays as it is."""
    if is_usual(start.encode("utf-8", "surrogatepass"), b"%.3f" % latest):
        assert event_time(start, latest) == start
    elif event_time(start, latest) == start:
        assert len(f"{latest:.3f}") != len(start)
