"""The plan of a backfill at the edges of its windows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ta_akamai_siem.akamai.page import Context
from ta_akamai_siem.akamai.request import TimeRequest
from ta_akamai_siem.backfill.windows import CODEC, WindowPlan
from ta_akamai_siem.limits import RETENTION, RETENTION_SLACK

SINCE = 1_750_000_000
PLAN = WindowPlan("akab-x", (7,), SINCE, SINCE + 600, SINCE, 10_000)


@pytest.mark.parametrize("fraction", [0.0, 0.4, 0.9])
def test_what_is_left_of_an_expired_range_stays_retained_for_the_slack(fraction: float) -> None:
    now = SINCE + RETENTION + 60 + fraction
    plan, gap = PLAN.clamped(now)
    assert gap is not None
    assert (gap.since, gap.until) == (SINCE, plan.at)
    assert RETENTION_SLACK <= plan.at - (now - RETENTION) <= RETENTION_SLACK + 1


def test_a_position_without_rules_is_read() -> None:
    """That of version 0.1.0."""
    plan = replace(PLAN, events=7, dropped=5)
    document = CODEC.write(plan)
    assert CODEC.read(document) == plan
    del document["dropped"]
    assert CODEC.read(document) == replace(plan, dropped=0)


def test_a_page_that_says_that_it_reached_a_limit_may_lack_events() -> None:
    request = TimeRequest(SINCE, 10_000, SINCE + 60)
    assert PLAN.overflows(Context(total=5, offset="x", limit=5), request)
    assert not PLAN.overflows(Context(total=5, offset="x", limit=None), request)


def test_a_window_of_one_second_is_not_made_smaller() -> None:
    second = replace(PLAN, width=1)
    assert second.halved() == second
    assert not second.can_be_split
    assert second.request(SINCE + 100.0) == TimeRequest(SINCE, 600_000, SINCE + 1)
