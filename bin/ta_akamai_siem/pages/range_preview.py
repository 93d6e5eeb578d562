"""A backfill's range as the form shows it before it is saved: with absolute times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ta_akamai_siem.backfill.settings import absolute, read_range
from ta_akamai_siem.settings import Problems
from ta_akamai_siem.timestamps import utc

from .input_state import span

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDS = ("from", "to")


def preview(typed: Mapping[str, str], now: float) -> dict[str, str]:
    """`range`: what would be collected if the form were saved now; `problem`: why it cannot be.

    Both are empty as long as an end is no moment. `typed`: `from` and `to`. `now`: epoch seconds.
    """
    ends = {end: absolute(end, typed.get(end, ""), now) for end in ENDS}
    since, until = read_range(ends, Problems())
    if not (since or until):
        return {"range": "", "problem": ""}
    problems = Problems()
    read_range(ends, problems, now)
    if problems.sentences:
        return {"range": "", "problem": f"{'. '.join(problems.sentences)}."}
    return {"range": f"{utc(since)} to {utc(until)}, {span(until - since)}", "problem": ""}
