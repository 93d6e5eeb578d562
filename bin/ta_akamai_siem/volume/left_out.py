"""The setting `leave_out`: parts of a record that are not indexed.

What is left out is absent: a line of a list of headers, or the member if nothing of it is left.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Optional

from .header_names import COOKIES, CREDENTIALS, SEARCHED, SENSOR_DATA

if TYPE_CHECKING:
    from collections.abc import Iterable

RESPONSE_HEADERS, REQUEST_HEADERS, RULE_DATA = "response_headers", "request_headers", "rule_data"
SETS = {
    "cookies": COOKIES,
    "credentials": (*CREDENTIALS, *COOKIES),
    "sensor_data": SENSOR_DATA,
}
"""Words that stand for headers of a request and an answer."""
WORDS = (RESPONSE_HEADERS, REQUEST_HEADERS, *SETS, RULE_DATA)
HEADER = "header:"
BETWEEN_LINES = b'","'
"""Between two lines of a list of headers, as JSON."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z", re.ASCII)
"""What RFC 9110, section 5.1, allows, with `*` for any."""
_BLANKS = rb"(?:[ \t]|\r?\n[ \t])*"
_CONTENT = rb'[^"\\\x1e]*(?:\\.[^"\\\x1e]*)*'


def read_words(text: str) -> tuple[tuple[str, ...], list[str]]:
    """The words, in their order and in lower case; and those that are wrong."""
    given = [word.lower() for word in re.split(r"[;,\s]+", text) if word]
    headers = sorted({word for word in given if _is_header(word)})
    wrong = [word for word in given if word not in WORDS and word not in headers]
    return (*(word for word in WORDS if word in given), *headers), wrong


def _is_header(word: str) -> bool:
    name = word[len(HEADER) :]
    return word.startswith(HEADER) and bool(_NAME.match(name)) and bool(name.strip("*"))


class HeaderFilter:
    """Finds the lines of a list of headers that are left out. `named`: patterns of names. `kept`:
    names of those that stay, unless they are named too; None if all that are not named stay.
    """

    def __init__(self, named: Iterable[str], kept: Optional[tuple[str, ...]]) -> None:
        line = _names(named)
        if kept is not None:
            others = rb"(?!%b)" % _names(kept)
            line = rb"(?:%b|%b)" % (line, others) if line else others
        self._line = re.compile(line, re.IGNORECASE)
        self._in_json = re.compile(rb"%b%b%b" % (BETWEEN_LINES, line, _CONTENT), re.IGNORECASE)

    def leaves_out(self, line: str) -> bool:
        return self._line.match(line.encode("utf-8", "surrogatepass")) is not None

    def without(self, lists: bytes) -> bytes:
        """`lists`: lines in JSON, each with `BETWEEN_LINES` before it, without control characters
        but for 0x1e between the lists.
        """
        return self._in_json.sub(b"", lists)


def _names(patterns: Iterable[str]) -> bytes:
    """An expression for the beginning of a line with one of these names."""
    names = b"|".join(
        re.escape(pattern.encode()).replace(rb"\*", rb'[^:\s"\\]*') for pattern in patterns
    )
    return rb"%b(?:%b)%b:" % (_BLANKS, names, _BLANKS) if names else b""


class LeftOut(NamedTuple):
    """`request`, `response`: of header lists that stay; None where all of it stays.
    `response_headers`, `rule_data`: the whole member is left out.
    """

    request: Optional[HeaderFilter]
    response: Optional[HeaderFilter]
    response_headers: bool
    rule_data: bool


def left_out(words: tuple[str, ...]) -> LeftOut | None:
    """`words`: from `read_words`. None if there are none."""
    if not words:
        return None
    named = {name for word in words for name in SETS.get(word, ())}
    named |= {word[len(HEADER) :] for word in words if word.startswith(HEADER)}
    response = HeaderFilter(sorted(named), None) if named else None
    request = response
    if REQUEST_HEADERS in words:
        request = HeaderFilter(sorted(named), SEARCHED)
    return LeftOut(request, response, RESPONSE_HEADERS in words, RULE_DATA in words)
