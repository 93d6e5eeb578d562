"""What the backfill form shows of its range."""

from __future__ import annotations

import pytest

from ta_akamai_siem.pages.range_preview import preview

NOW = 1_700_000_000.0
"""2023-11-14 22:13:20 UTC."""


@pytest.mark.parametrize(
    ("since", "until", "shown"),
    [
        ("-2h", "now", "2023-11-14 20:13:20 UTC to 2023-11-14 22:13:15 UTC, 1 h 59 min"),
        ("-12h", "-6h", "2023-11-14 10:13:50 UTC to 2023-11-14 16:13:20 UTC, 5 h 59 min"),
        (
            "2023-11-14T20:00+01:00",
            "1699992000",
            "2023-11-14 19:00:00 UTC to 2023-11-14 20:00:00 UTC, 1 h",
        ),
    ],
)
def test_a_range_in_absolute_times(since: str, until: str, shown: str) -> None:
    assert preview({"from": since, "to": until}, NOW) == {"range": shown, "problem": ""}


@pytest.mark.parametrize(
    ("since", "until", "label"),
    [("-13h", "now", "From"), ("-1h", "-2h", "From"), ("-1h", "1700000060", "To")],
)
def test_a_range_that_cannot_be_collected(since: str, until: str, label: str) -> None:
    shown = preview({"from": since, "to": until}, NOW)
    assert shown["range"] == ""
    assert shown["problem"].startswith(label)
    assert shown["problem"].endswith(".")


@pytest.mark.parametrize("since", ["", "-", "-2", "2023-11", "yesterday"])
def test_nothing_is_said_of_what_is_being_typed(since: str) -> None:
    assert preview({"from": since, "to": "now"}, NOW) == {"range": "", "problem": ""}
