"""Faults that change the content of a page before it is encoded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .load import Slice
    from .pages import Page


def damage(page: Page, kind: str, options: dict[str, Any]) -> None:
    """Change ``page`` as a fault of ``kind`` requires. Kinds that concern sending change
    nothing.
    """
    if kind == "early_end":
        events = page.total // 2 if options["events"] is None else options["events"]
        page.slices = _first(page.slices, events)
        page.context = b""
    elif kind == "no_context":
        page.context = b""
    elif kind == "garbage_context":
        page.context = options["text"].encode()
    elif kind == "wrong_total":
        _add_to_total(page, options["delta"])
    elif kind == "garbage_line":
        _garbage_line(page, options)
    elif kind == "context_line":
        page.extra[len(page.slices) // 2] = page.context + b"\n"
        _add_to_total(page, 1)
    elif kind == "same_offset" and options["requested"]:
        _change_context(page, offset=options["requested"])
    elif kind == "blank_lines":
        page.extra[0] = b"\n"
        page.extra[len(page.slices)] = b"\r\n  \n\n"


def _first(slices: list[Slice], events: int) -> list[Slice]:
    kept = []
    for piece in slices:
        if events <= 0:
            break
        stop = min(piece.stop, piece.start + events)
        kept.append(piece._replace(stop=stop))
        events -= stop - piece.start
    return kept


def _add_to_total(page: Page, delta: int) -> None:
    _change_context(page, total=max(0, json.loads(page.context)["total"] + delta))


def _change_context(page: Page, **changed: object) -> None:
    context = {**json.loads(page.context), **changed}
    page.context = json.dumps(context, separators=(",", ":")).encode()


def _garbage_line(page: Page, options: dict[str, Any]) -> None:
    """Insert a line in the middle and count it in the total, or damage the event there."""
    middle = len(page.slices) // 2
    if options["how"] == "insert" or not page.slices:
        page.extra[middle] = options["text"].encode() + b"\n"
        _add_to_total(page, 1)
        return
    piece = page.slices[middle]
    broken = piece.lines()[0]
    page.extra[middle] = broken[: len(broken) // 2] + b"\n"
    rest = piece._replace(start=piece.start + 1)
    page.slices[middle : middle + 1] = [rest] if rest.events else []
