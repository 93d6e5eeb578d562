"""A backfill's range: its formats and its limits."""

from __future__ import annotations

from typing import Any

import pytest

from ta_akamai_siem.backfill.settings import BackfillSettings, read_backfill
from ta_akamai_siem.errors import SettingsInvalid
from tests.product.messages import subject

NOW = 1_769_860_800.0
"""2026-01-31T12:00:00Z."""
EIGHT = 1_769_846_400
ACCOUNT = {
    "host": "192.0.2.7",
    "client_token": "t",
    "client_secret": "s",
    "access_token": "a",
}


def read(now: float | None = NOW, /, **stanza: str) -> BackfillSettings:
    given = {"account": "main", "config_ids": "7", "from": str(EIGHT), "to": "1769850000", **stanza}
    return read_backfill("b", given, ACCOUNT, {}, now)


def problems(now: float | None = NOW, /, **stanza: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        read(now, **stanza)
    return caught.value.problems


@pytest.mark.parametrize(
    "text",
    [
        "1769846400",
        "1769846400.9",
        "2026-01-31T08:00:00Z",
        "2026-01-31t08:00:00z",
        "2026-01-31T08:00:00.75Z",
        "2026-01-31T08:00",
        "2026-01-31 08:00:00",
        "2026-01-31T09:00:00+01:00",
        "2026-01-31T09:00+0100",
        "2026-01-31T02:30:00 -05:30",
    ],
)
def test_ways_to_write_a_moment(text: str) -> None:
    assert read(**{"from": text}).since == EIGHT


def test_a_day_begins_at_midnight_utc() -> None:
    assert read(**{"from": "2026-01-31"}).since == EIGHT - 8 * 3600


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "-2h",
        "2026-13-01",
        "2026-02-30T00:00Z",
        "08:00",
        "1e9",
        "2026-01-31T25:00",
        "2026-01-31T08:00+99:00",
        "١٧٦٩٨٤٦٤٠٠",
    ],
)
def test_what_is_no_moment_is_named(text: str) -> None:
    for setting in ("from", "to"):
        (sentence,) = problems(**{setting: text})
        assert subject(sentence) == setting
        assert text in sentence


def test_missing_ones_are_named_together() -> None:
    found = problems(**{"from": "", "to": " ", "config_ids": ""})
    assert [subject(sentence) for sentence in found] == ["from", "to", "config_ids"]


@pytest.mark.parametrize(
    ("since", "until", "setting", "fact"),
    [
        (NOW - 43_201, NOW - 60, "from", "12 hours"),
        (NOW - 60, NOW - 4, "to", "5 seconds"),
        (NOW - 60, NOW + 60, "to", "5 seconds"),
        (NOW - 60, NOW - 60, "from", "before To (to)"),
        (NOW - 60, NOW - 120, "from", "before To (to)"),
    ],
)
def test_a_new_range_has_to_be_one_that_akamai_has(
    since: float, until: float, setting: str, fact: str
) -> None:
    (sentence,) = problems(**{"from": str(int(since)), "to": str(int(until))})
    assert subject(sentence) == setting
    assert fact in sentence


def test_the_bounds_themselves_are_allowed() -> None:
    found: Any = read(**{"from": str(int(NOW) - 43_200), "to": str(int(NOW) - 5)})
    assert (found.since, found.until) == (NOW - 43_200, NOW - 5)


def test_an_old_range_stays_valid() -> None:
    assert read(None, **{"from": "1000", "to": "2000"}).until == 2000
