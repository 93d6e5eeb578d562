"""Reads a page's body in a simple way: its event lines and its context."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tests.oracles.reference.json_values import parse_source


class Context(NamedTuple):
    """The offset context. `total`: the number of events. `offset`: where the next request
    continues.
    """

    total: int
    offset: str
    members: dict[str, Any]


class Page(NamedTuple):
    """`lines`: of events, without line feeds; `context`: None if the page has none."""

    lines: list[bytes]
    context: Context | None


def reference_page(body: bytes) -> Page:
    """Read a decompressed body. Without a context, all non-blank lines are events."""
    lines = [line for line in body.split(b"\n") if line.strip(b" \t\r") != b""]
    context = _context(lines[-1]) if lines else None
    return Page(lines if context is None else lines[:-1], context)


def _context(line: bytes) -> Context | None:
    members = parse_source(line)
    if members is None:
        return None
    total, offset = members.get("total"), members.get("offset")
    if type(offset) is not str or offset == "":
        return None
    if type(total) is int:
        return Context(total, offset, members)
    if type(total) is str and re.fullmatch("[0-9]+", total):
        return Context(int(total), offset, members)
    return None
