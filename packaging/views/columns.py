"""The columns of a table: how wide they are, and on which side their values are.

Splunk breaks what is too long for its column, also within a word. The widths are those of the font
that a browser without Splunk's own takes, which is wider.
"""

from __future__ import annotations

import re
from typing import Any

_IDS = ("ASN", "Configuration", "Data", "Rule", "Status", "Value")
"""Columns that may look like numbers, and are none."""
_WIDTHS = {
    "Action": 82,
    "Akamai leaves out": 196,
    "ASN": 66,
    "Client": 115,
    "Code": 148,
    "Data": 150,
    "First": 145,
    "First seen": 130,
    "From": 145,
    "Host": 145,
    "Id": 105,
    "JA4": 274,
    "Kind": 105,
    "Kind of input": 150,
    "Last": 145,
    "Last activation": 130,
    "Last seen": 130,
    "Last result": 148,
    "Last run": 145,
    "Last success": 145,
    "Lease holder": 140,
    "Message": 165,
    "Missing": 480,
    "Network": 102,
    "Noticed": 145,
    "Path": 129,
    "Policy": 100,
    "Reason": 180,
    "Reasons": 190,
    "Reference": 160,
    "Rule": 105,
    "Rule of drop": 300,
    "Segment": 95,
    "Selector": 105,
    "Source": 180,
    "Time": 145,
    "Time to data loss": 92,
    "Title": 140,
    "To": 145,
    "User agent": 150,
    "Value": 150,
    "What to do": 300,
    "Why": 130,
}
"""Pixels of columns of text, so that their values are not broken. A column is as wide as its
heading needs in any case."""
_MAY_LACK = ("Configured", "Title")
"""Columns of what Akamai calls something: a table has none where no name is known."""
UNSET = 90
"""Pixels that Splunk gives a column without a width. A table in which each column has one does not
fill its panel. Others do: what is left is shared out in proportion, so only proportions count."""
LEAST = 30
"""Pixels that a width has to have."""
_AROUND_HEADING = 38
"""Pixels of a heading's padding, and of the icon for sorting."""
_ROW, _AROUND_ROWS = 28, 160
"""Pixels of a row; of title, heading and page numbers."""
_NARROW, _WIDE = " .,:;'()|-/IJfijlrt", "%@MWmw"
_RIGHT = ("Behind", "Dropped (%)", "Time to data loss")
"""Columns of numbers with a unit."""


def formats(query: str) -> dict[str, dict[str, Any]]:
    """The option `columnFormat` of a table with the rows of a search."""
    columns = _titled(query)
    least = min(map(wanted, columns), default=0)
    always = [name for name in columns if name not in _MAY_LACK]
    fits = [name for name in always if UNSET * least >= LEAST * wanted(name)]
    unset = max(fits, key=wanted, default="")
    made: dict[str, dict[str, Any]] = {name: {} for name in columns}
    for name in columns:
        if name != unset:
            made[name]["width"] = round(UNSET * wanted(name) / wanted(unset))
    sides = {**dict.fromkeys(_IDS, "left"), **dict.fromkeys(_RIGHT, "right")}
    for name in columns:
        if name in sides:
            made[name]["align"] = sides[name]
    return made


def wanted(title: str) -> int:
    """Pixels of a column."""
    return max(_WIDTHS.get(title, 0), _heading(title))


def _heading(title: str) -> int:
    """Pixels of a heading that is broken between words only."""

    def pixels(word: str) -> float:
        return sum(5.5 if one in _NARROW else 12.5 if one in _WIDE else 8.6 for one in word)

    return round(max(map(pixels, title.split()))) + _AROUND_HEADING


def _titled(query: str) -> list[str]:
    """Columns that the last `rename` of a search names, but those that are not shown."""
    names = re.findall(r'\bAS ("[^"]+"|\w+)', query.rpartition("rename ")[2])
    return [name.strip('"') for name in names if not name.startswith("_")]


def rows_that_fit(height: int) -> int:
    """Of a page of a table, so that none is cut in half. `height`: of its panel."""
    return max(3, (height - _AROUND_ROWS) // _ROW)
