"""Two members of a cluster, a disturbance at any step: nothing lost, no number decreases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.examples import combined
from tests.oracles.models.model_cluster import CASES, ERRORS, LAGS, TWICE_MAX, outcomes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("lag", "error"), combined(LAGS, ERRORS))
@pytest.mark.parametrize("case", CASES)
def test_nothing_is_lost(tmp_path: Path, case: str, lag: float, error: float) -> None:
    place = LAGS.index(lag) * len(ERRORS) + ERRORS.index(error)
    seen = list(outcomes(tmp_path, case, lag, error, first=place + 1, every=len(LAGS) * 3))
    assert len(seen) > 1
    assert [(step, one) for step, one in enumerate(seen, 1) if one.lost or one.wrong] == []
    twice = max(one.twice for one in seen)
    # A member that is suspended for that long, or has failed, loses its lease. Others duplicate
    # nothing.
    assert twice <= (TWICE_MAX if "an owner" in case else 0)
