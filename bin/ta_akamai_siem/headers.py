"""A block of headers into header lines: an item of a list each.

A client sends them, so they may be anything: folded, ended by LF alone, empty. Rules:
`docs/record.md`.
"""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\r?\n(?![ \t])")
_FIRST_PRINTED = "!"
"""No blank, TAB or line end comes after it: a line that does begins with none of them."""


def header_lines(block: str) -> list[str]:
    """The lines of `block`, percent-decoded; what continues a line stays part of it.

    Split at each CR LF, which is right if no other LF is there and each line begins with something
    to print. Everything else goes by the expression, which knows folded lines and takes ten times
    as long.
    """
    lines = block.split("\r\n")
    if not lines[-1]:
        lines.pop()
    if lines and min(lines) >= _FIRST_PRINTED and block.count("\n") == block.count("\r\n"):
        return lines
    lines = _LINE_END.split(block)
    if not lines[-1]:
        lines.pop()
    return lines
