"""`timechart [span=5m] [limit=N] [useother=f] count [BY field]`: a row for each span of time.

Without `span=`, it is the one that the page below lists for the range, and other ranges are
refused. `sum(field)` of no event leaves its cell empty. The rows cover the search's time range,
those without events included (`cont` and `fixedrange` are true); where the search names none, from
the first event to the last. The user's zone is UTC.
https://help.splunk.com/en/splunk-enterprise/spl-search-reference/9.4/search-commands/timechart
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.oracles.search_time.spl_statistics import Statistic, statistics

if TYPE_CHECKING:
    from tests.oracles.search_time.spl_commands import Row
    from tests.oracles.search_time.time_range import TimeRange

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_FULL = {1: 60, 60: 60, 3_600: 24, 86_400: 1}
"""How many of a unit make the next: a span that divides it starts on it."""
_SPANS = (
    *((900, 1, 10), (3_600, 60, 60), (14_400, 60, 300)),
    *((86_400, 3_600, 1_800), (604_800, 3_600, 86_400), (2_592_000, 86_400, 86_400)),
)
"""Default spans of the time picker's ranges: the length of the range, the unit that its start is
rounded down to (the last 60 minutes are `-60m@m` until now), and the span, all in seconds.
"""
_OPTION = re.compile(r"(\w+)=(\S+)\s*")
_SERIES = 10
_EMPTY_IS_ZERO = ("count", "c", "dc")


def timechart(arguments: str, rows: list[Row], within: TimeRange) -> list[Row]:
    """The table. `within`: the search's time range. Raises Refused, Unspecified, NotInSubset."""
    options, rest = _options(arguments)
    chosen = options.pop("span", "")
    head, _, tail = re.sub(r"\s+[bB][yY]\s+", " by ", f"{rest} ").partition(" by ")
    late, by = _options(tail)
    options |= late
    span = _span(options.pop("span", chosen), within)
    wanted = statistics(head.strip())
    if not wanted:
        raise Refused(f"timechart {arguments}")
    limit = int(options.pop("limit", _SERIES))
    other = options.pop("useother", "t").lower() in ("t", "true", "1")
    if options:
        raise NotInSubset(f"timechart {' '.join(options)}")
    times = _times(rows, within, span)
    if not by.strip():
        groups = _in_spans(rows, span)
        return [_cells(moment, wanted, groups.get(moment, [])) for moment in times]
    if len(wanted) > 1 or " " in by.strip():
        raise NotInSubset("timechart BY with several columns or fields")
    return _split(by.strip(), wanted[0], rows, (times, span), limit if other else -limit)


def _options(text: str) -> tuple[dict[str, str], str]:
    found: dict[str, str] = {}
    text = text.strip()
    while True:
        match = _OPTION.match(text)
        if match is None:
            match = re.search(r"(?:^|\s)(\w+)=(\S+)\s*$", text)
        if match is None:
            return found, text
        found[match[1]] = match[2]
        text = (text[: match.start()] + text[match.end() :]).strip()


def _span(text: str, within: TimeRange) -> int:
    """Seconds."""
    if not text:
        return _default_span(within)
    match = re.fullmatch(r"(\d+)(s|m|h|d)", text)
    if match is None:
        raise NotInSubset(f"timechart span={text}")
    count, unit = int(match[1]), _UNITS[match[2]]
    if not count or _FULL[unit] % count:
        raise Unspecified(f"timechart span={text}: where the first span begins")
    return count * unit


def _default_span(within: TimeRange) -> int:
    if within.earliest is not None and within.latest is not None:
        seconds = round(within.latest - within.earliest, 3)
        for length, rounded_to, span in _SPANS:
            if length <= seconds < length + rounded_to:
                return span
    raise Unspecified("timechart without span=: which one Splunk takes for this range")


def _times(rows: list[Row], within: TimeRange, span: int) -> list[int]:
    """The start times of the spans."""
    known = [float(row["_time"]) for row in rows]
    if within.earliest is not None and within.latest is not None:
        first, last = within.earliest, within.latest
        # A span that begins at `latest` cannot contain events.
        last = last - span if last % span == 0 else last
    elif known:
        first, last = min(known), max(known)
    else:
        return []
    return list(range(int(first // span) * span, int(last // span) * span + 1, span))


def _in_spans(rows: list[Row], span: int) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = {}
    for row in rows:
        groups.setdefault(int(float(row["_time"]) // span) * span, []).append(row)
    return groups


def _cells(moment: int, wanted: list[Statistic], rows: list[Row]) -> Row:
    made: Row = {"_time": float(moment)}
    for one in wanted:
        if not rows and one.function not in _EMPTY_IS_ZERO:
            continue
        value = one.of(rows)
        if value is not None:
            made[one.name] = value
    return made


def _split(
    by: str, wanted: Statistic, rows: list[Row], spans: tuple[list[int], int], limit: int
) -> list[Row]:
    """A column for each value of a field, the largest totals first, then OTHER and NULL.

    `limit`: number of columns; a negative limit omits OTHER.
    """
    if wanted.function not in (*_EMPTY_IS_ZERO, "sum") or wanted.function == "dc":
        raise NotInSubset(f"timechart {wanted.function}() BY")
    series: dict[str, list[Row]] = {}
    for row in rows:
        value = row.get(by)
        if isinstance(value, list):
            raise Unspecified(f"timechart BY {by}, which has several values")
        series.setdefault("NULL" if value is None else str(value), []).append(row)
    named = {name: each for name, each in series.items() if name != "NULL"}
    totals = {name: _number(wanted.of(each)) for name, each in named.items()}
    order = sorted(named, key=lambda name: (-totals[name], name))
    kept = order[: abs(limit)] if limit else order
    if len(order) > len(kept) and totals[order[len(kept)]] == totals[kept[-1]]:
        raise Unspecified(f"timechart limit={abs(limit)}: two series have the same total")
    columns = {name: named[name] for name in sorted(kept)}
    rest = [row for name in order[len(kept) :] for row in named[name]]
    if rest and limit >= 0:
        columns["OTHER"] = rest
    if "NULL" in series:
        columns["NULL"] = series["NULL"]
    times, span = spans
    counted = {name: _in_spans(each, span) for name, each in columns.items()}
    return [
        {"_time": float(at), **{n: _cell(wanted, each.get(at, [])) for n, each in counted.items()}}
        for at in times
    ]


def _cell(wanted: Statistic, rows: list[Row]) -> object:
    return None if not rows and wanted.function not in _EMPTY_IS_ZERO else wanted.of(rows)


def _number(value: object) -> float:
    assert isinstance(value, (int, float))
    return value
