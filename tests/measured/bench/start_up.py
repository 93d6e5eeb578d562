"""How long splunkd waits: for the scheme, and from the start of a run to its first record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.measured.bench.figures import Spread
from tests.measured.bench.measured import measure
from tests.product.end_to_end.site import BUILT_APP

if TYPE_CHECKING:
    from tests.measured.bench.bodies import Bodies
    from tests.measured.bench.contestants import Contest

_RUNS = 7


def start_up(contest: Contest, bodies: Bodies, python: str) -> dict[str, dict[str, float]]:
    """Seconds on the clock."""
    command = [python, str(BUILT_APP / "bin" / "akamai_siem.py"), "--scheme"]
    scheme = Spread.of([measure(command, {}).wall for _ in range(_RUNS)])
    plan = contest.plan(bodies.page("usual", 1_000), 1)
    first = Spread.of([contest.run("ours", python, plan).first for _ in range(_RUNS)])
    print(f"\nstart-up on {python}:")
    print(f"  scheme {scheme.shown(3)} s, first record {first.shown(3)} s", flush=True)
    return {"scheme": scheme.__dict__, "first_record": first.__dict__}
