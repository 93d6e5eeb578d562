"""Splits a block of headers into a list of header lines, as `docs/record.md` defines.

The client controls them, so they can be anything: folded, ended by LF only, or empty.
"""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\n(?![ \t])")
_CR_LF = 2
_FIRST_PRINTED = "!"
"""Sorts after space, TAB, line ends and the empty line."""


def header_lines(block: str) -> list[str]:
    """The lines of `block`, which is percent-decoded. A folded line is one item.

    Almost always each line ends in CR LF and begins with something to print. `splitlines` knows
    more line ends than these, but takes two characters for CR LF only: if it took two for each
    line, there was no other.
    """
    lines = block.splitlines()
    ends = len(block) - len("".join(lines))
    if ends != _CR_LF * len(lines) or (lines and min(lines) < _FIRST_PRINTED):
        return _odd_lines(block)
    return lines


def _odd_lines(block: str) -> list[str]:
    """The lines of any block."""
    *ended, rest = _LINE_END.split(block)
    lines = [line.removesuffix("\r") for line in ended]
    return [*lines, rest] if rest else lines
