"""Time modifiers and timechart of the emulation: documented results and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.oracles.search_time import spl
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.oracles.search_time.time_range import ALL_TIME, TimeRange, moment, time_range

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = 1_800_001_425.5
"""23 minutes and 45.5 seconds after a full hour."""
HOUR = 1_800_000_000
TIMES = (HOUR - 600, HOUR, HOUR + 60, HOUR + 359.999, HOUR + 360, HOUR + 1_425)


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[Knowledge]:
    (tmp_path / "default").mkdir()
    props = "[s]\nEXTRACT-a = k=(?<k>\\w+)\nEXTRACT-n = n=(?<n>\\d+)\n"
    (tmp_path / "default" / "props.conf").write_text(props, encoding="utf-8")
    CLOCK.moment = NOW
    yield Knowledge(tmp_path)
    CLOCK.moment = None


def searched(search: str, knowledge: Knowledge) -> list[dict[str, Any]]:
    keys = "abcabd"
    events = [Event(f"k={k} n=2", str(time), "s") for k, time in zip(keys, TIMES)]
    return spl.searched(search, events, knowledge)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("now", NOW),
        ("now()", NOW),
        ("-15m", NOW - 900),
        ("-m", NOW - 60),
        ("+2hours", NOW + 7_200),
        ("-1h@h", HOUR - 3_600),
        ("@h", HOUR),
        ("@m", HOUR + 1_380),
        ("-7d@d", 1_799_971_200 - 7 * 86_400),
        ("-1w", NOW - 604_800),
        ("1800000000", HOUR),
        ("1", 1),
        ("01/15/2027:08:00:00", HOUR),
    ],
)
def test_a_moment(text: str, value: float) -> None:
    assert moment(text, NOW) == value


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("rt-5m", Refused),
        ("-rt5m", Refused),
        ("-15x", Refused),
        ("yesterday", Refused),
        ("15/01/2027:08:00:00", Refused),
        ("-1mon", NotInSubset),
        ("@q", NotInSubset),
        ("@w1", NotInSubset),
        ("@w", NotInSubset),
    ],
)
def test_a_moment_refused(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        moment(text, NOW)


def test_a_range_and_the_rest() -> None:
    assert time_range('a=b "earliest=-1h"', NOW) == (ALL_TIME, 'a=b "earliest=-1h"')
    within, rest = time_range('a=b earliest=-15m latest="now" (c OR d)', NOW)
    assert (within, rest.split()) == (TimeRange(NOW - 900, NOW), ["a=b", "(c", "OR", "d)"])
    assert time_range("earliest=-15m", NOW)[0].latest == NOW
    assert within.holds(NOW - 900)
    assert not within.holds(NOW)


@pytest.mark.parametrize(
    ("search", "refusal"),
    [
        ("latest=-5m", Unspecified),
        ("earliest=-5m earliest=-6m", Unspecified),
        ("k=a OR earliest=-5m", Unspecified),
        ("NOT earliest=-5m", Unspecified),
        ("earliest=-5m OR k=a", Unspecified),
        ("(earliest=-5m k=a) OR k=b", NotInSubset),
        ("earliest!=-5m", NotInSubset),
        ("earliest=-5m latest=-6m", Refused),
        ("* | search earliest=-5m", NotInSubset),
        ("_index_earliest=-5m", NotInSubset),
        ("daysago=3", NotInSubset),
        ("starttimeu=3", NotInSubset),
    ],
)
def test_a_range_refused(knowledge: Knowledge, search: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        searched(search, knowledge)


@pytest.mark.parametrize(
    ("search", "rows"),
    [
        ("earliest=@h latest=+1h | stats count", [{"count": 5}]),
        ("earliest=1800000060 latest=1800000360 | table k", [{"k": "c"}, {"k": "a"}]),
        (
            "earliest=@h latest=now | timechart span=10m count",
            [
                {"_time": HOUR, "count": 4},
                {"_time": HOUR + 600, "count": 0},
                {"_time": HOUR + 1_200, "count": 1},
            ],
        ),
        (
            "earliest=1800000000 latest=1800000600 | timechart span=5m avg(n) AS n",
            [{"_time": HOUR, "n": 2}, {"_time": HOUR + 300, "n": 2}],
        ),
        (
            "k=a OR k=b | timechart span=10m count BY k",
            [
                {"_time": HOUR - 600, "a": 1, "b": 0},
                {"_time": HOUR, "a": 1, "b": 2},
            ],
        ),
        (
            'earliest=@h | eval k=if(k="b",null(),k) | timechart span=1h limit=0 count BY k',
            [{"_time": HOUR, "a": 1, "c": 1, "d": 1, "NULL": 2}],
        ),
        (
            'earliest=@h | eval k=if(k="c","b",k) | timechart limit=1 span=1h count BY k',
            [{"_time": HOUR, "b": 3, "OTHER": 2}],
        ),
        (
            "earliest=@h | timechart span=1h count BY k limit=1 useother=f",
            [{"_time": HOUR, "b": 2}],
        ),
        ("k=nothing | timechart span=1h count", []),
        # What the time picker calls the last 60 minutes is up to a minute longer, and so on.
        ("earliest=-60m@m latest=now | timechart count | stats count", [{"count": 61}]),
        ("earliest=-24h@h latest=now | timechart count | stats count", [{"count": 49}]),
    ],
)
def test_searches(knowledge: Knowledge, search: str, rows: list[dict[str, Any]]) -> None:
    assert searched(search, knowledge) == rows


@pytest.mark.parametrize(
    ("search", "refusal"),
    [
        ("* | timechart count", Unspecified),
        ("earliest=-61m latest=now | timechart count", Unspecified),
        ("earliest=-25h latest=now | timechart count", Unspecified),
        ("* | timechart span=7m count", Unspecified),
        ("* | timechart span=2d count", Unspecified),
        ("* | timechart span=1mon count", NotInSubset),
        ("* | timechart span=1h bins=3 count", NotInSubset),
        ("* | timechart span=1h cont=f count", NotInSubset),
        ("* | timechart span=1h", Refused),
        ("* | timechart span=1h count avg(n) BY k", NotInSubset),
        ("* | timechart span=1h avg(n) BY k", NotInSubset),
        ("earliest=@h | timechart span=1h limit=2 count BY k", Unspecified),
    ],
)
def test_timechart_refuses(knowledge: Knowledge, search: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        searched(search, knowledge)
