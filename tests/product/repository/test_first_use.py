"""README's "how long" and "how much disk", compared with what was measured."""

from __future__ import annotations

import pytest

from tests.measured.first_use import COMMANDS, Cost, of_readme, recorded

CORES = 2
"""Of the host that README speaks of."""


def test_each_measured_command_is_in_readme() -> None:
    assert list(recorded()) == list(COMMANDS)
    assert set(COMMANDS) <= set(of_readme())


@pytest.mark.parametrize(("name", "cost"), recorded().items())
def test_times_and_disk(name: str, cost: Cost) -> None:
    first, again, disk = of_readme()[name]
    assert cost.first_cpu_s / CORES <= first <= max(cost.first_s, 60)
    assert cost.again_cpu_s / CORES <= again <= max(cost.again_s, 10)
    assert disk == pytest.approx(_of_all_before(name), rel=0.1)


def _of_all_before(name: str) -> int:
    """The workbench needs nothing that the demo has not."""
    return recorded()["make demo" if name == "make workbench" else name].disk_mb
