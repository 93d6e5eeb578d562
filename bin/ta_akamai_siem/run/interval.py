"""The longest time between two starts of an input, in seconds, from its setting `interval`.

splunkd reads a cron schedule as cron does: if day of month and day of week are both restricted,
the input starts on either.
https://help.splunk.com/en/splunk-enterprise/administer/admin-manual/10.2/configuration-file-reference/10.2.0-configuration-file-reference/inputs.conf
"""

from __future__ import annotations

import datetime as dt

_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_DEFAULT = 60.0
_DAY = 86_400
_DAYS = 366
_FIRST = dt.date(2024, 1, 1)
"""The start of a leap year, so that every date is included."""


def longest_pause(interval: str) -> float | None:
    """Seconds. `interval`: checked by `settings`. None if it cannot be determined."""
    text = interval.strip()
    if not text:
        return _DEFAULT
    try:
        return _longest(text.split()) if " " in text else float(text)
    except ValueError:
        return None


def _longest(fields: list[str]) -> float | None:
    """The longest time from one start to the next within a year; None if there are not two."""
    minutes, hours, days, months, weekdays = map(_values, fields, _BOUNDS)
    of_day = sorted(hour * 3600 + minute * 60 for hour in hours for minute in minutes)
    any_day, any_weekday = fields[2].startswith("*"), fields[4].startswith("*")
    weekdays = {day % 7 for day in weekdays}
    starts = []
    for number in range(_DAYS):
        date = _FIRST + dt.timedelta(days=number)
        fits = date.day in days, date.isoweekday() % 7 in weekdays
        if date.month in months and (all(fits) if any_day or any_weekday else any(fits)):
            starts.append(number * _DAY)
    within = [later - earlier for earlier, later in zip(of_day, of_day[1:])]
    between = [
        later + of_day[0] - earlier - of_day[-1] for earlier, later in zip(starts, starts[1:])
    ]
    return float(max(within + between)) if within + between and starts else None


def _values(field: str, bounds: tuple[int, int]) -> set[int]:
    """All numbers of a field such as `*/5` or `1-3,7`. Raises ValueError."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        low, high = bounds if span == "*" else (int(first), int(last or first))
        if step and not dash and span != "*":
            high = bounds[1]
        found.update(range(low, high + 1, int(step or 1)))
    return found
