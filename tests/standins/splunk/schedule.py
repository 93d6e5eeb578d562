"""When a stanza's next run is due."""

from __future__ import annotations

from .cron import Cron


class Schedule:
    """`interval` of a stanza: seconds (fractions allowed), a cron schedule, 0 or -1.

    0 starts again as soon as a run ended, -1 runs once. Raises ValueError for anything else.
    """

    def __init__(self, interval: str) -> None:
        """Parse the setting."""
        self._cron: Cron | None = None
        self._seconds = 0.0
        text = interval.strip()
        if len(text.split()) > 1:
            self._cron = Cron(text)
            return
        try:
            self._seconds = float(text)
        except ValueError:
            raise ValueError(f"interval {interval!r} is neither seconds nor cron") from None
        if self._seconds < 0 and self._seconds != -1:
            raise ValueError(f"interval {interval!r} is negative")

    def first(self, now: float) -> float:
        """Return when the first run is due: at once, except with a cron schedule."""
        return self._cron.next_after(now) if self._cron else now

    def following(self, started: float, now: float) -> float | None:
        """Return when the run after one that started at `started` is due; None means never."""
        if self._cron:
            return self._cron.next_after(now)
        if self._seconds == -1:
            return None
        return max(started + self._seconds, now)
