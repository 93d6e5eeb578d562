"""The commands of the subset. Each gets its arguments and rows, and returns rows."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.oracles.search_time import eval_values as values
from tests.oracles.search_time.eval_expressions import expression
from tests.oracles.search_time.pcre import pattern
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified, Unsure
from tests.oracles.search_time.search_expressions import as_text, search_expression
from tests.oracles.search_time.spl_statistics import statistics

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]
"""Fields, and what commands made of them: strings, lists of strings, numbers."""


def _search(arguments: str, rows: list[Row]) -> list[Row]:
    wanted = search_expression(arguments)
    return [row for row in rows if wanted.holds(as_text(row))]


def _where(arguments: str, rows: list[Row]) -> list[Row]:
    condition = expression(arguments)
    return [row for row in rows if condition.holds(row)]


def _eval(arguments: str, rows: list[Row]) -> list[Row]:
    for assignment in _outside(arguments, ","):
        match = re.match(r"\s*(?:([A-Za-z_]\w*)|\"([^\"]+)\")\s*=(?!=)(.*)", assignment, re.DOTALL)
        if match is None:
            message = f"eval {assignment}"
            raise Refused(message)
        name, calculated = match[1] or match[2], expression(match[3])
        for row in rows:
            value = calculated.value(row)
            if value is None:
                row.pop(name, None)
            else:
                row[name] = value
    return rows


def _stats(arguments: str, rows: list[Row]) -> list[Row]:
    head, by = _by(arguments)
    wanted = statistics(head)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        for key in _keys(row, by):
            groups.setdefault(key, []).append(row)
    if not by:
        groups = {(): rows}
    return [
        {**dict(zip(by, key)), **_known({one.name: one.of(each) for one in wanted})}
        for key, each in sorted(groups.items())
    ]


def _known(values_: Row) -> Row:
    """If no row of a group has the field, there is no value, and so no field."""
    return {name: value for name, value in values_.items() if value is not None}


def _keys(row: Row, by: list[str]) -> list[tuple[str, ...]]:
    """The groups of stats that a row is in: one for each value of one multivalue field.

    None if a field is missing. Two multivalue fields give the cross product, which is never
    intended.
    """
    many = [name for name in by if isinstance(row.get(name), list)]
    if len(many) > 1:
        raise Unspecified(f"stats BY {' and '.join(many)}, which have several values each")
    choices: list[tuple[str, ...]] = [()]
    for name in by:
        value = row.get(name)
        each = list(dict.fromkeys(value)) if isinstance(value, list) else [_single(value, name)]
        choices = [(*key, str(one)) for key in choices for one in each if one is not None]
    return choices


def _table(arguments: str, rows: list[Row]) -> list[Row]:
    names = _names(arguments)
    return [{name: row[name] for name in names if name in row} for row in rows]


def _fields(arguments: str, rows: list[Row]) -> list[Row]:
    minus = arguments.startswith("-")
    names = set(_names(arguments.lstrip("+- ")))
    if names == {"*"} and not minus:
        return rows
    if minus:
        return [{name: v for name, v in row.items() if name not in names} for row in rows]
    return [{k: v for k, v in row.items() if k in names or k in ("_time", "_raw")} for row in rows]


def _rename(arguments: str, rows: list[Row]) -> list[Row]:
    name = r"\"[^\"]+\"|[^\s,]+"
    pairs = re.findall(rf"({name})\s+[aA][sS]\s+({name})(?:\s*,|\s|$)", arguments)
    if not pairs:
        message = f"rename {arguments}"
        raise Refused(message)
    for old, new in ((old.strip('"'), new.strip('"')) for old, new in pairs):
        if old.count("*") != new.count("*") or old.count("*") > 1:
            raise Unspecified(f"rename {old} AS {new}: wildcards that do not belong together")
        for row in rows:
            named = {
                known: new.replace("*", known[len(old.partition("*")[0]) :] if "*" in old else "")
                for known in row
                if known == old or _like(known, old)
            }
            if named:
                # A column keeps its place, and takes that of another of its new name.
                kept = [one for one in row.items() if one[0] not in {*named.values()} - {*named}]
                row.clear()
                row.update((named.get(known, known), value) for known, value in kept)
    return rows


def _like(name: str, pattern: str) -> bool:
    """Whether a name begins as a pattern that ends in `*` does."""
    if "*" in pattern and not pattern.endswith("*"):
        raise NotInSubset(f"rename {pattern}")
    return pattern.endswith("*") and name.startswith(pattern[:-1])


def _fillnull(arguments: str, rows: list[Row]) -> list[Row]:
    match = re.fullmatch(r"value=(\"[^\"]*\"|\S+)\s+([\w\s,]+)", arguments)
    if match is None:
        raise NotInSubset(f"fillnull {arguments}: say the value and the fields")
    value = match[1].strip('"')
    for row in rows:
        for name in _names(match[2]):
            if isinstance(row.get(name), Unsure) and value == "0":
                del row[name]
            row.setdefault(name, 0 if value == "0" else value)
    return rows


def _mvexpand(arguments: str, rows: list[Row]) -> list[Row]:
    """A row for each value; one row where the field has one, or is not there."""
    if not re.fullmatch(r"\w+", arguments):
        raise NotInSubset(f"mvexpand {arguments}")
    made = []
    for row in rows:
        value = row.get(arguments)
        each = value if isinstance(value, list) else [value]
        made += [row if one is None else {**row, arguments: one} for one in each]
    return made


def _rex(arguments: str, rows: list[Row]) -> list[Row]:
    match = re.fullmatch(r"field=([\w.{}]+)\s+\"((?:[^\"\\]|\\.)*)\"", arguments)
    if match is None:
        raise NotInSubset(f"rex {arguments}")
    wanted = pattern(match[2].replace('\\"', '"'))
    names = re.findall(r"\(\?<(\w+)>", match[2])
    if not names:
        raise Refused(f"rex without a named group: {match[2]}")
    for row in rows:
        value = _single(row.get(match[1]), match[1])
        found = wanted.search(str(value)) if value is not None else None
        for name in names:
            if found is not None and found[name]:
                row[name] = found[name]
    return rows


def _chart(arguments: str, rows: list[Row]) -> list[Row]:
    """`chart sum(x) OVER a BY b`: a row for each a, a column for each b, at most ten."""
    match = re.fullmatch(r"(.+?)\s+OVER\s+(\w+)\s+BY\s+(\w+)", arguments, re.IGNORECASE)
    if match is None:
        raise NotInSubset(f"chart {arguments}")
    (wanted,) = statistics(match[1])
    cells: dict[str, dict[str, list[Row]]] = {}
    columns: dict[str, None] = {}
    for row in rows:
        over, by = (_single(row.get(name), name) for name in match.groups()[1:])
        if over is None:
            continue
        column = "NULL" if by is None else str(by)
        columns.setdefault(column)
        cells.setdefault(str(over), {}).setdefault(column, []).append(row)
    if len(columns) > _SERIES:
        raise Unspecified(f"chart with more than {_SERIES} columns: which are put into OTHER")
    return [
        {match[2]: over, **_known({by: wanted.of(each) for by, each in sorted(of_it.items())})}
        for over, of_it in sorted(cells.items(), key=lambda pair: _order(pair[0], match[2]))
    ]


def _sort(arguments: str, rows: list[Row]) -> list[Row]:
    match = re.match(r"(\d+)\s+(.*)", arguments)
    limit, keys = (int(match[1]), match[2]) if match else (10_000, arguments)
    for key in reversed(re.split(r"[,\s]+", re.sub(r"([+-])\s+", r"\1", keys.strip()))):
        name = key.lstrip("+-")
        known = [row for row in rows if name in row]
        known.sort(key=lambda row: _order(row[name], name), reverse=key.startswith("-"))
        rows = [*known, *(row for row in rows if name not in row)]
    return rows[:limit] if limit else rows


def _head(arguments: str, rows: list[Row]) -> list[Row]:
    return rows[: int(arguments or "10")]


def _dedup(arguments: str, rows: list[Row]) -> list[Row]:
    names, seen, kept = _names(arguments), set(), []
    for row in rows:
        key = tuple(_single(row.get(name), name) for name in names)
        if None not in key and key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


def _streamstats(arguments: str, rows: list[Row]) -> list[Row]:
    """`count AS x BY f`: how many rows with this value there are up to and with this row."""
    match = re.fullmatch(r"count\s+as\s+(\w+)\s+by\s+(\w+)", arguments, re.IGNORECASE)
    if match is None:
        raise NotInSubset(f"streamstats {arguments}")
    counts: Counter[str] = Counter()
    for row in rows:
        value = _single(row.get(match[2]), match[2])
        if value is not None:
            counts[str(value)] += 1
            row[match[1]] = counts[str(value)]
    return rows


def _return(arguments: str, rows: list[Row]) -> list[Row]:
    """`return 10 field`, the last command of a subsearch: as rows of that field alone."""
    match = re.fullmatch(r"(\d+)\s+(\w+)", arguments)
    if match is None:
        raise NotInSubset(f"return {arguments}")
    return [{match[2]: row[match[2]]} for row in rows[: int(match[1])] if match[2] in row]


def _top(arguments: str, rows: list[Row]) -> list[Row]:
    match = re.fullmatch(r"(?:limit=(\d+)\s+|(\d+)\s+)?(\w+)", arguments)
    if match is None:
        message = f"top {arguments}"
        raise NotInSubset(message)
    name, limit = match[3], int(match[1] or match[2] or "10")
    counts = Counter(str(_single(row[name], name)) for row in rows if name in row)
    total = sum(counts.values())
    order = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        {name: value, "count": count, "percent": f"{100 * count / total:.6f}"}
        for value, count in order[: limit or None]
    ]


_SERIES = 10
COMMANDS: dict[str, Callable[[str, list[Row]], list[Row]]] = {
    "chart": _chart,
    "dedup": _dedup,
    "eval": _eval,
    "fields": _fields,
    "fillnull": _fillnull,
    "head": _head,
    "mvexpand": _mvexpand,
    "rename": _rename,
    "return": _return,
    "rex": _rex,
    "search": _search,
    "sort": _sort,
    "stats": _stats,
    "streamstats": _streamstats,
    "table": _table,
    "top": _top,
    "where": _where,
}


def _by(arguments: str) -> tuple[str, list[str]]:
    head, by, names = re.sub(r"\s+[bB][yY]\s+", " by ", f"{arguments} ").partition(" by ")
    return head.strip(), _names(names) if by else []


def _names(text: str) -> list[str]:
    return [name.strip('"') for name in re.split(r"[,\s]+", text.strip()) if name]


def _single(value: object, name: str) -> object:
    if isinstance(value, list):
        message = f"{name} has several values"
        raise Unspecified(message)
    return values.read(name, value)  # type: ignore[arg-type]


def _order(value: object, name: str) -> tuple[int, float, str]:
    single = _single(value, name)
    if isinstance(single, str):
        number = values.parsed(single)
        return (1, 0.0, single) if number is None else (0, float(number), "")
    return (0, float(single), "")  # type: ignore[arg-type]


def _outside(text: str, mark: str) -> list[str]:
    """`text` split at `mark`, except inside a string or a bracket."""
    parts, quoted, depth = [""], False, 0
    for place, letter in enumerate(text):
        if letter == '"' and text[place - 1 : place] != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            if letter == mark and not depth:
                parts.append("")
                continue
        parts[-1] += letter
    return parts
