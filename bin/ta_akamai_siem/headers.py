"""A block of headers into header lines: an item of a list each.

A client sends them, so they may be anything: folded, ended by LF alone, empty. Rules:
`docs/record.md`.
"""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\n(?![ \t])")
_CR_LF = 2
_FIRST_PRINTED = "!"
"""Sorts behind blank, TAB and line ends, and behind the empty line."""


def header_lines(block: str) -> list[str]:
    """The lines of `block`, percent-decoded; what continues a line stays part of it.

    Almost always each line ends in CR LF and begins with something to print. `splitlines` knows
    more line ends than these, but takes two characters for CR LF only: if it took two for each
    line, there was no other.
    """
    lines = block.splitlines()
    if len(block) - sum(map(len, lines)) != _CR_LF * len(lines):
        return _odd_lines(block)
    return _odd_lines(block) if lines and min(lines) < _FIRST_PRINTED else lines


def _odd_lines(block: str) -> list[str]:
    """Any block's."""
    *ended, rest = _LINE_END.split(block)
    lines = [line[:-1] if line.endswith("\r") else line for line in ended]
    return [*lines, rest] if rest else lines
