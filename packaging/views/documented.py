"""The tables of docs/views.md: panels, fields, and what a view reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_model import FIELDS, REQUESTS, RULES

if TYPE_CHECKING:
    from pathlib import Path

    from studio import Base, Panel, View

_DAY = 86_400
_RANGES = {"-60m@m": 3_600, "-24h@h": _DAY, "-30d@d": 30 * _DAY}
"""Seconds of the ranges with which views open."""
_NOT_SUMMARISED = 600
"""Seconds: summaries are made every five minutes, and are behind by as much."""
_MILLION = 1_000_000
RATES = {"10 million": 10_000_000, "1 billion": 1_000_000_000}
"""Events a day."""


def page(path: Path, views: tuple[View, ...]) -> str:
    """The page, each table anew."""
    text = path.read_text(encoding="utf-8")
    tables = {"panels": _panels(views), "fields": _fields(), "costs": _costs(views)}
    for name, table in tables.items():
        begin, mark, rest = text.partition(f"<!-- {name} -->\n")
        _, end, behind = rest.partition("<!-- end -->")
        if not mark or not end:
            raise ValueError(f"{path.name} has no place for {name}")
        text = f"{begin}{mark}{table}{end}{behind}"
    return text


def _table(*rows: tuple[str, ...]) -> str:
    lines = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _panels(views: tuple[View, ...]) -> str:
    made = []
    for view in views:
        bases = {base.name: base for base in view.bases}
        rows: list[tuple[str, ...]] = [("panel", "question", "search", "reads", "a click opens")]
        rows += [_row(panel, bases[panel.base]) for panel in view.panels()]
        made.append(f"### {view.label}\n\n{_table(*rows)}")
    return "\n".join(made)


def _row(panel: Panel, base: Base) -> tuple[str, ...]:
    opens = panel.link.says if panel.link else ""
    reads = "log" if panel.kind == "note" else _reads(base)
    return panel.title, panel.question.replace("|", "\\|"), base.name, reads, opens


def _reads(base: Base) -> str:
    if f".{RULES}" in base.query:
        of = f"`{RULES}`"
    elif f".{REQUESTS}" in base.query:
        of = f"`{REQUESTS}`"
    elif "akamai_siem_events" in base.query:
        return "events"
    elif "names`" in base.query:
        return "names"
    else:
        return "log"
    return f"{of}, summaries only" if base.accelerated else of


def _fields() -> str:
    made = []
    for dataset, fields in FIELDS.items():
        rows = [(field.name, field.says) for field in fields]
        named = [("field", "is"), *((f"`{name}`", says) for name, says in rows)]
        made.append(f"### {dataset}\n\n{_table(*named)}")
    return "\n".join(made)


def _costs(views: tuple[View, ...]) -> str:
    rows = [
        (
            "view",
            "searches of the model",
            "of summaries only",
            *(f"{rate} a day" for rate in RATES),
            *(f"{rate} a day, accelerated" for rate in RATES),
        )
    ]
    for view in views:
        model = [base for base in view.bases if _reads(base).startswith("`")]
        reading = [base for base in model if not base.accelerated]
        default = view.inputs["input_time"]["options"]["defaultValue"].partition(",")[0]
        seconds = _RANGES[default]
        rows.append(
            (
                view.label,
                str(len(model)),
                str(len(model) - len(reading)),
                *(_events(rate, seconds * len(reading)) for rate in RATES.values()),
                *(_events(rate, _NOT_SUMMARISED * len(reading)) for rate in RATES.values()),
            )
        )
    return _table(*rows)


def _events(rate: int, seconds: float) -> str:
    """Rounded."""
    events = rate * seconds / _DAY
    if events < _MILLION:
        return f"{round(events, -4):,.0f}"
    return f"{events / _MILLION:,.1f} million"
