"""The time between two starts of an input."""

from __future__ import annotations

import pytest

from ta_akamai_siem.run.interval import longest_pause

DAY = 86_400.0


@pytest.mark.parametrize(
    ("interval", "seconds"),
    [
        ("", 60.0),
        ("60", 60.0),
        ("12.5", 12.5),
        ("* * * * *", 60.0),
        ("*/5 * * * *", 300.0),
        ("0 * * * *", 3_600.0),
        ("0,20 * * * *", 2_400.0),
        ("10-50/20 * * * *", 1_200.0),
        ("30/10 * * * *", 2_400.0),
        ("0 3 * * *", DAY),
        ("0 8-18/2 * * *", 14 * 3_600.0),
        ("0 0 * * 1-5", 3 * DAY),
        ("0 0 * * 7", 7 * DAY),
        ("0 0 1 * *", 31 * DAY),
        ("0 0 1 * 1", 7 * DAY),
        ("0 0 29 2 *", None),
        ("@daily", None),
    ],
)
def test_longest_pause(interval: str, seconds: float | None) -> None:
    assert longest_pause(interval) == seconds
