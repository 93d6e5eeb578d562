"""Finds the values and the shape of each line of a block, and learns from lines that are new.

All that is learned is forgotten when the process ends. A run that collects a few events learns
nothing, because it would not pay.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Optional

from .line_ends import count_lines
from .outline import NoOutline, merged, outline_of
from .shape import Shape, learn, taker
from .xml_text import is_xml_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ta_akamai_siem.volume.left_out import LeftOut
    from ta_akamai_siem.volume.matching import Dropping

    from .outline import Outline
    from .shape import Values

    ShapedLine = tuple[int, int, Optional[Shape], Values]
    """Begin, end, shape, values. The shape is None if it is not known."""

FIRST = 200
"""Lines before there is an outline. Whenever twice as many lines have come …"""
NEW_MAX = 200
"""… the outlines are made to fit up to this many lines that fitted none."""
OUTLINES_MAX = 3
"""A line that fits none of them is compared with all of them."""
SHAPES_MAX = 400
"""Shapes of an outline. One takes 2 to 5 KB."""

_ODD = tuple(bytes((code,)) for code in (*range(32), ord("\\")) if code != ord("\n"))
"""A value with one of these cannot be copied, because JSON may write it in several ways."""


class _Fitting:
    """The events that fit an outline. `match`: finds their values. `shapes`: by which values are
    there; None if it cannot be learned. `leaving`, `dropping`: as in `shape.learn`.
    """

    def __init__(
        self, outline: Outline, leaving: LeftOut | None, dropping: Dropping | None
    ) -> None:
        self.outline = outline
        self._leaving = leaving
        self._dropping = dropping
        self.match = _compiled(outline)
        self.shapes: dict[tuple[type, ...], Shape | None] = {}
        self._seen: set[tuple[type, ...]] = set()
        self._deciding = taker(outline.deciding())

    def shape(self, line: re.Match[bytes], values: Values) -> Shape | None:
        """None if it is not known yet."""
        there = tuple(map(type, self._deciding(values)))
        shape = self.shapes.get(there)
        if shape is None:
            return self._new(line, there)
        return shape

    def _new(self, line: re.Match[bytes], there: tuple[type, ...]) -> Shape | None:
        if there in self.shapes or len(self.shapes) >= SHAPES_MAX:
            return None
        if there in self._seen:
            self.shapes[there] = learn(line, self._leaving, self._dropping)
            return self.shapes[there]
        if len(self._seen) >= SHAPES_MAX:
            # Many are seen only once. They do not keep the others out.
            self._seen.clear()
        self._seen.add(there)
        return None


class KnownShapes:
    """Use it from one thread at a time. `first`: lines before there is an outline.
    `leaving`, `dropping`: as in `shape.learn`.
    """

    def __init__(
        self,
        first: int = FIRST,
        leaving: LeftOut | None = None,
        dropping: Dropping | None = None,
    ) -> None:
        self._leaving = leaving
        self._dropping = dropping
        self._fitting: list[_Fitting] = []
        self._new: list[Outline] = []
        self._lines = self._unknown = 0
        self._next = first
        self._worth = True

    def lines(self, data: bytes) -> Iterator[ShapedLine]:
        """The lines of a block.

        `data`: lines, each with its line feed.
        """
        self._lines += count_lines(data)
        if self._lines >= self._next:
            self._learn()
        worth = self._worth
        ascii_only = data.isascii()
        odd = [character for character in _ODD if character in data] if worth else []
        begin = 0
        while begin < len(data):
            end = data.index(b"\n", begin)
            if (
                worth
                and not (odd and _has_one(odd, data, begin, end))
                and (ascii_only or _is_readable(data[begin:end]))
            ):
                for fitting in self._fitting:
                    line = fitting.match(data, begin, end)
                    if line:
                        values = line.groups()
                        yield begin, end, fitting.shape(line, values), values
                        break
                else:
                    self._note(data[begin:end])
                    yield begin, end, None, ()
            else:
                yield begin, end, None, ()
            begin = end + 1

    def _note(self, line: bytes) -> None:
        """Remember a line that fits no outline."""
        self._unknown += 1
        if len(self._new) < NEW_MAX:
            with contextlib.suppress(NoOutline):
                self._new.append(outline_of(line))

    def _learn(self) -> None:
        """Make the outlines fit what was new since the last time."""
        known = [each.outline for each in self._fitting]
        outlines = list(known)
        for each in self._new:
            _add(each, outlines)
        for place, outline in enumerate(outlines):
            if outline not in known:
                with contextlib.suppress(NoOutline):
                    new = _Fitting(outline, self._leaving, self._dropping)
                    self._fitting[place : place + 1] = [new]
        if known:
            since = self._lines - self._next // 2
            # Where they were of no use, they are left alone until the next time.
            self._worth = not self._worth or self._unknown * 2 < since
        self._new, self._unknown = [], 0
        self._next = self._lines * 2


def _add(new: Outline, outlines: list[Outline]) -> None:
    """Make one of the outlines fit, or add another one."""
    for place, outline in enumerate(outlines):
        with contextlib.suppress(NoOutline):
            outlines[place] = merged(outline, new)
            return
    if len(outlines) < OUTLINES_MAX:
        outlines.append(new)


def _compiled(outline: Outline) -> Callable[[bytes, int, int], re.Match[bytes] | None]:
    return re.compile(outline.pattern()).fullmatch


def _has_one(odd: Sequence[bytes], data: bytes, begin: int, end: int) -> bool:
    return any(data.find(character, begin, end) >= 0 for character in odd)


def _is_readable(line: bytes) -> bool:
    """Whether the line is UTF-8 that XML can carry."""
    if line.isascii():
        return True
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return False
    return is_xml_text(text)
