"""Which copies of an event are explained by what happened, by the rules of docs/delivery.md.

Every event that arrives again has to be explained by one thing that happened, and each of these
explains certain events only, so often and so many of them. An event is known by its number: the
place in the order in which Akamai's stand-in stores events. A position is a number too, that of the
first event behind it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Optional

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.measured.shown.arrivals import Arrived

PER_KILL = 2_000
"""Events after a kill, if the page comes again in the same order."""
PIPE = 64 << 10
"""Bytes that a pipe holds and splunkd may have left there …"""
BEFORE_PIPE = 500
"""… and events before them."""


class Allowance(NamedTuple):
    """What one happening allows: events from `since` on, each of them `times`, `most` in all, and
    `only` those, if that is known.
    """

    cause: str
    since: int
    times: int = 1
    most: Optional[int] = None
    only: Optional[frozenset[int]] = None

    def covers(self, number: int) -> bool:
        return number >= self.since and (self.only is None or number in self.only)


@dataclass(frozen=True)
class Ended:
    """How the run before ended.

    `how`: "well", "killed", "stopped" (perhaps within a page, and splunkd has read all), "left
    unread" (splunkd stopped it or closed its pipe). `position`: that of its checkpoint. `wrote`:
    what it gave to splunkd.
    """

    how: str = "well"
    position: int = 0
    wrote: Sequence[Arrived] = ()


@dataclass
class Copies:
    """Counts copies. `explained`: by cause. `unexplained`: numbers of events."""

    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[int] = field(default_factory=list)
    largest: Counter[str] = field(default_factory=Counter)
    _seen: set[int] = field(default_factory=set)
    _pending: Optional[Allowance] = None
    _open: list[Allowance] = field(default_factory=list)
    _position: int = -1
    _page: int = 0

    def ended(self, ended: Ended, *, page: int) -> None:
        """A run has ended. `page`: the most events of a page, all of which may come again if it
        comes in another order.
        """
        if ended.how == "well":
            return
        most = PER_KILL
        if ended.how == "stopped":
            most = 0
        elif ended.how == "left unread":
            most = BEFORE_PIPE + held(ended.wrote)
        if self._pending is not None and self._position == ended.position:
            most = max(most, self._pending.most or 0)
        self._position = ended.position
        self._pending = Allowance(f"page: {ended.how}", ended.position, most=most)
        self._page = page

    def run(
        self,
        arrived: Iterable[Arrived],
        position: int,
        others: Sequence[Allowance] = (),
        *,
        same_order: bool,
        after: int = 1 << 60,
    ) -> list[int]:
        """The unexplained events of what a run gave to splunkd. `position`: where it began, by the
        checkpoint. `others`: what else had happened. `same_order`: the page that was broken off
        comes as it came before. `after`: where the run left the checkpoint; what it was allowed to
        bring again and has not brought, the next one may.
        """
        others = [*self._open, *others]
        allowances = list(others)
        before, wrote = set(self._seen), set()
        if self._pending is not None and self._position == position:
            pending = self._pending
            if not same_order:
                pending = pending._replace(
                    cause=f"{pending.cause}, another order", most=max(self._page, pending.most or 0)
                )
            allowances.append(pending)
        else:
            self._pending = None
        unexplained: list[int] = []
        used: Counter[str] = Counter()
        again: Counter[tuple[str, int]] = Counter()
        for number, _ in arrived:
            wrote.add(number)
            if number not in self._seen:
                self._seen.add(number)
                continue
            for each in allowances:
                key = each.cause, number
                if not each.covers(number) or again[key] >= each.times:
                    continue
                if each.most is not None and used[each.cause] >= each.most:
                    continue
                again[key] += 1
                used[each.cause] += 1
                break
            else:
                unexplained.append(number)
        self.explained += used
        self.unexplained += unexplained
        for cause, count in used.items():
            self.largest[cause] = max(self.largest[cause], count)
        self._open = []
        if others:
            rest = frozenset(number for number in before - wrote if number >= after)
            self._open = [each._replace(times=1, only=rest) for each in others if rest]
        return unexplained


def held(wrote: Sequence[Arrived]) -> int:
    """How many records at the end of a run's output a pipe can have held."""
    left, count = PIPE, 0
    for _, size in reversed(wrote):
        left -= size
        if left < 0:
            break
        count += 1
    return count
