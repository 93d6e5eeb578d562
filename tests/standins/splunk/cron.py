"""Cron schedules of five fields, as `interval` takes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_PART = re.compile(r"(\*|\d{1,2}(?:-\d{1,2})?)(?:/(\d{1,2}))?")


def _field(text: str, lowest: int, highest: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"cron field {text!r}")
        step = int(match.group(2) or 1)
        if match.group(1) == "*":
            first, last = lowest, highest
        else:
            begin, _, end = match.group(1).partition("-")
            first = int(begin)
            last = int(end) if end else (highest if match.group(2) else first)
        if not (lowest <= first <= last <= highest) or step == 0:
            raise ValueError(f"cron field {text!r} outside {lowest}-{highest}")
        values.update(range(first, last + 1, step))
    return frozenset(values)


class Cron:
    """A parsed schedule in local time. Raises ValueError if it is invalid."""

    def __init__(self, text: str) -> None:
        """Parse `minute hour day month weekday`."""
        parts = text.split()
        if len(parts) != len(_RANGES):
            raise ValueError(f"cron schedule {text!r}")
        fields = [_field(part, *bounds) for part, bounds in zip(parts, _RANGES)]
        self._minutes, self._hours, self._days, self._months, weekdays = fields
        self._weekdays = frozenset(day % 7 for day in weekdays)
        self._any_day = parts[2] == "*"
        self._any_weekday = parts[4] == "*"

    def _day_matches(self, moment: datetime) -> bool:
        by_day = moment.day in self._days
        by_weekday = moment.isoweekday() % 7 in self._weekdays
        if self._any_day or self._any_weekday:
            return by_day and by_weekday
        return by_day or by_weekday

    def next_after(self, epoch: float) -> float:
        """Return the next matching minute after a time (both epoch seconds)."""
        moment = datetime.fromtimestamp(epoch).replace(second=0, microsecond=0)  # noqa: DTZ006
        for _ in range(366 * 24 * 60):
            moment += timedelta(minutes=1)
            if (
                moment.minute in self._minutes
                and moment.hour in self._hours
                and moment.month in self._months
                and self._day_matches(moment)
            ):
                return moment.timestamp()
        raise ValueError("cron schedule without a match within a year")
