"""How long to wait for tokens."""

from __future__ import annotations

import pytest

from ta_akamai_siem.akamai.rate_budget import RateBudget


@pytest.mark.parametrize(
    ("limit", "remaining", "cost", "wait"),
    [
        ("60", "1", 1, None),
        ("60", "0", 1, 1.0),
        ("6", "0", 1, 10.0),
        ("60", "4", 10, 6.0),
        ("60;w=60", "0, 0", 1, 1.0),
        (None, "0", 1, 60.0),
        ("1", "0", 10, 60.0),
        (None, None, 1, None),
        ("60", "soon", 1, None),
    ],
)
def test_before_a_request(
    limit: str | None, remaining: str | None, cost: int, wait: float | None
) -> None:
    waits: list[float] = []
    budget = RateBudget(waits.append)
    told = {"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": remaining}
    budget.learn({name: value for name, value in told.items() if value is not None})
    budget.before(cost)
    assert waits == ([] if wait is None else [wait])
    assert (budget.requests, budget.tokens) == (1, cost)


def test_an_answer_without_headers_costs_what_it_costs() -> None:
    waits: list[float] = []
    budget = RateBudget(waits.append)
    budget.learn({"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "2"})
    for _ in range(3):
        budget.before(1)
        budget.learn({})
    assert waits == [1.0]
