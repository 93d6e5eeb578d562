"""Code below an item of a list, as CommonMark has it and as the library markdown wants it."""

from __future__ import annotations

import re

_IN_LIST = re.compile(r"^ {6,7}(?=\S)", re.MULTILINE)


def indented(text: str) -> str:
    """Return a page with eight spaces before such code."""
    return _IN_LIST.sub(" " * 8, text)
