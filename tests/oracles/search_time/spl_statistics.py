"""The functions of stats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.oracles.search_time import eval_values as values
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unsummed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.oracles.search_time.spl_commands import Row

_CALL = re.compile(r"\s*,?\s*(\w+)(?:\(([^()]*)\))?(?:\s+[aA][sS]\s+(\"[^\"]+\"|\w+))?\s*,?")


@dataclass(frozen=True)
class Statistic:
    """One column: `function` of `field`, called `name`."""

    function: str
    field: str
    name: str

    def of(self, rows: list[Row]) -> object:
        """Its value for a group of rows; None if no row has the field."""
        if self.function in ("count", "c") and not self.field:
            return len(rows)
        rows = [row for row in rows if self.field in row]
        if self.function in ("latest", "earliest"):
            rows = sorted(rows, key=lambda row: row["_time"], reverse=self.function == "latest")
            return rows[0][self.field] if rows else None
        each = [one for row in rows for one in _each(self.field, row[self.field])]
        return _FUNCTIONS[self.function](each)


def statistics(text: str) -> list[Statistic]:
    """From `count latest(x) AS y`. Raises Refused, NotInSubset."""
    found, at = [], 0
    while at < len(text):
        match = _CALL.match(text, at)
        if match is None or match.end() == at:
            message = f"stats {text}"
            raise Refused(message)
        at = match.end()
        name, field, label = match[1], (match[2] or "").strip(), (match[3] or "").strip('"')
        if name not in (*_FUNCTIONS, "latest", "earliest", "c"):
            message = f"stats {name}()"
            raise NotInSubset(message)
        found.append(Statistic(name, field, label or (f"{name}({field})" if field else name)))
    return found


def _each(name: str, value: object) -> list[object]:
    known = values.read(name, value)  # type: ignore[arg-type]
    return list(known) if isinstance(known, list) else [known]


def _numbers(each: list[object]) -> list[float]:
    found = [values.parsed(one) if isinstance(one, str) else one for one in each]
    return [one for one in found if isinstance(one, (int, float))]


def _average(each: list[object]) -> object:
    numbers = _numbers(each)
    return sum(numbers) / len(numbers) if numbers else None


def _sum(numbers: list[float]) -> object:
    if not numbers:
        return Unsummed("sum() of no number: 0 or nothing, nobody says; fillnull value=0 behind it")
    return sum(numbers)


_FUNCTIONS: dict[str, Callable[[list[object]], object]] = {
    "avg": _average,
    "count": len,
    "first": lambda each: each[0] if each else None,
    "dc": lambda each: len({str(one) for one in each}),
    "max": lambda each: max(_numbers(each), default=None),
    "min": lambda each: min(_numbers(each), default=None),
    "sum": lambda each: _sum(_numbers(each)),
    "values": lambda each: sorted({str(one) for one in each}) or None,
}
