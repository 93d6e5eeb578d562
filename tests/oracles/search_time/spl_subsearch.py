"""Subsearches: `[...]` runs first, and what `format` makes of its rows stands in its place.

That of `append` gives rows instead, which follow those of the search.

A row becomes `( f="v" g="w" )`, rows are joined by OR; fields that begin with `_` and missing ones
are left out; without rows nothing is found. One row may have the fields `earliest` and `latest`:
they are the range of the search around it.
https://help.splunk.com/en/splunk-enterprise/spl-search-reference/9.4/search-commands/format
https://help.splunk.com/en/splunk-enterprise/spl-search-reference/9.4/search-commands/append
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracles.search_time.eval_values import shown
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.oracles.search_time.spl_commands import Row

    Run = Callable[[str], list[Row]]

_ROWS_MAX = 10_000
"""limits.conf `[subsearch] maxout`; later rows are silently left out."""
_APPENDED_MAX = 50_000
"""The default of `append maxout=`."""
_NOTHING = "NOT *"
OF_ROWS = ("appendpipe", "append")
"""Commands with a search in brackets that gives rows."""


def replaced(search: str, run: Run) -> str:
    """A search (without macros) with the results of its subsearches in their places."""
    at = 0
    while (span := _first(search, at)) is not None:
        begin, end = span
        inner = search[begin + 1 : end].strip()
        if search[:begin].rstrip().endswith(OF_ROWS):
            at = end + 1
            continue
        if not inner.startswith(("|", "search ")):
            raise Refused(f"a subsearch begins with a pipe or with search: {inner}")
        text = formatted(run(inner))
        search = search[:begin] + text + search[end + 1 :]
        at = begin + len(text)
    return search


def appended(command: str, rows: list[Row], run: Run | None) -> list[Row]:
    """`append [...]`. `run`: runs a search in the time range of the search around it."""
    inner = command.removeprefix("append").strip()
    if not (inner.startswith("[") and inner.endswith("]")) or run is None:
        raise NotInSubset(command)
    inner = inner[1:-1].strip()
    if not inner.startswith(("|", "search ")):
        raise Refused(f"a subsearch begins with a pipe or with search: {inner}")
    more = run(inner)
    if len(more) > _APPENDED_MAX:
        raise Unspecified(f"append of {len(more)} rows: those behind {_APPENDED_MAX} are lost")
    return [*rows, *more]


def _first(search: str, at: int) -> tuple[int, int] | None:
    """Where the first bracket outside strings opens and closes."""
    quoted, depth, begin = False, 0, 0
    for place in range(at, len(search)):
        letter = search[place]
        if letter == '"' and search[place - 1 : place] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif letter == "[":
            begin = begin if depth else place
            depth += 1
        elif letter == "]":
            depth -= 1
            if not depth:
                return begin, place
    if depth:
        raise Refused(f"a bracket that does not close: {search}")
    return None


def formatted(rows: list[Row]) -> str:
    """The text that stands for rows."""
    if len(rows) > _ROWS_MAX:
        raise Unspecified(f"a subsearch of {len(rows)} rows: those behind {_ROWS_MAX} are lost")
    if not rows:
        return _NOTHING
    modifiers = ""
    parts = []
    for row in rows:
        fields = {name: value for name, value in row.items() if not name.startswith("_")}
        if "search" in fields or "query" in fields:
            raise NotInSubset("a subsearch with a field named search or query")
        for name in ("earliest", "latest"):
            if name in fields:
                if len(rows) > 1:
                    raise Unspecified(f"{name} in one of several rows of a subsearch")
                modifiers += f" {name}={_text(name, fields.pop(name))}"
        terms = " ".join(f'{name}="{_text(name, value)}"' for name, value in fields.items())
        if not terms:
            raise Unspecified("a row of a subsearch without fields")
        parts.append(f"( {terms} )")
    return f"( {' OR '.join(parts)} ){modifiers}"


def _text(name: str, value: object) -> str:
    if isinstance(value, list):
        raise Unspecified(f"{name} has several values in a subsearch")
    text = shown(value) if isinstance(value, (int, float)) else str(value)
    if '"' in text or "\\" in text:
        raise Unspecified(f"a quotation mark or a backslash in a subsearch: {text}")
    return text
