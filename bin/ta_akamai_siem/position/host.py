"""The functions of the host that a lease uses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Callable, NamedTuple

if TYPE_CHECKING:
    from ta_akamai_siem.splunk.instance import Instance

    from .watch import Watch


def _unproved(_after: float, _before: float) -> bool:
    return False


class Host(NamedTuple):
    """`instance`: the splunkd that runs us. `now`: this host's clock, epoch seconds. `wait`: sleeps
    that many seconds, or raises if the input is stopped. `watch`: records other members' claims.
    `stopped_in_order`: whether splunkd is proved to have stopped in order between two moments.
    `monotonic`: seconds, by a clock that cannot be set. `name`: in Splunk, for people.
    """

    instance: Instance
    now: Callable[[], float]
    wait: Callable[[float], None]
    watch: Watch
    stopped_in_order: Callable[[float, float], bool] = _unproved
    monotonic: Callable[[], float] = time.monotonic
    name: str = ""

    def moment(self) -> tuple[float, float]:
        """Now, by both clocks."""
        return self.monotonic(), self.now()

    def seconds_since(self, moment: tuple[float, float]) -> float:
        """By the clock that shows more: one of them may have stopped while the machine slept."""
        return max(now - then for now, then in zip(self.moment(), moment))
