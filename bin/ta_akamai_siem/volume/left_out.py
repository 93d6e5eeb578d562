"""The setting `leave_out`: parts of a record that are not indexed.

What is left out is absent: a line of a list of headers, or the member if nothing of it is left.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Optional

from .header_names import COOKIES, CREDENTIALS, SEARCHED, SENSOR_DATA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

RESPONSE_HEADERS, REQUEST_HEADERS, RULE_DATA = "response_headers", "request_headers", "rule_data"
SETS = {
    "cookies": COOKIES,
    "credentials": (*CREDENTIALS, *COOKIES),
    "sensor_data": SENSOR_DATA,
}
"""Words that stand for headers of a request and an answer."""
WORDS = (RESPONSE_HEADERS, REQUEST_HEADERS, *SETS, RULE_DATA)
HEADER = "header:"

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z", re.ASCII)
"""What RFC 9110, section 5.1, allows, with `*` for any."""
_BLANKS = rb"(?:[ ]|\\t|(?:\\r)?\\n(?:[ ]|\\t))*"
"""Around a name, as JSON writes them. A name may be folded too."""
_ANY = rb'[^:"\\\s]*'
_CONTENT = rb'[^"\\\x1e]*(?:\\.[^"\\\x1e]*)*'
_END = b"\x1e"
"""Between lists. JSON does not have this character."""


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
    """Finds the lines of a list of headers that are left out, in JSON. `named`: patterns of names.
    `kept`: names of those that stay, unless they are named too; None if all others stay.
    """

    def __init__(self, named: Iterable[str], kept: Optional[tuple[str, ...]] = None) -> None:
        line = _names(named)
        if kept is not None:
            others = rb"(?!%b)" % _names(kept)
            line = rb"(?:%b|%b)" % (line, others) if line else others
        self._line = re.compile(rb'"%b' % line, re.IGNORECASE)
        # A name cannot begin with what is between two lines. If any other line is left out, lines
        # that stay are passed over whole, so that nothing inside of them is taken for an end.
        passed = b"" if kept is None else rb'(?:","(?!%b)%b)*' % (line, _CONTENT)
        end = b"" if kept is None else rb'|(?="\])'
        self._lines = re.compile(
            rb'(%b)(?:","%b%b%b)' % (passed, line, _CONTENT, end), re.IGNORECASE
        )

    def leaves_out(self, line: str) -> bool:
        """`line`: a JSON string."""
        return self._line.match(line.encode()) is not None

    def left(self, lists: Sequence[bytes]) -> tuple[list[bytes], int]:
        """What is left of each list, and how many bytes are left out of all of them together.

        `lists`: JSON lists of strings. One of which nothing is left is empty text.
        """
        # Each line has the same text before it, also the first one.
        before = _END.join([b'",' + each[1:] for each in lists])
        after = self._lines.sub(rb"\1", before)
        left_out = len(before) - len(after)
        if not left_out:
            return list(lists), 0
        return [
            each if each == b"[]" else b"[" + left[len(b'",') :] if left != b'"]' else b""
            for each, left in zip(lists, after.split(_END))
        ], left_out


def _names(patterns: Iterable[str]) -> bytes:
    """An expression for the beginning of a line with one of these names; empty without any."""
    names = b"|".join(re.escape(each.encode()).replace(rb"\*", _ANY) for each in patterns)
    return rb"%b(?:%b)%b:" % (_BLANKS, names, _BLANKS) if names else b""


class LeftOut(NamedTuple):
    """`request`, `response`: of header lists that stay; None if all of it stays. `members`: that
    are left out whole, with a function for the bytes that they would have in a record, about.
    """

    request: Optional[HeaderFilter]
    response: Optional[HeaderFilter]
    members: dict[tuple[str, str], Callable[[bytes], int]]

    def filter_of(self, name: str) -> HeaderFilter | None:
        """`name`: `requestHeaders` or `responseHeaders`."""
        return self.request if name == "requestHeaders" else self.response

    @property
    def rule_data(self) -> bool:
        return ("attackData", "ruleData") in self.members

    def of_members(self) -> LeftOut:
        """The same for whole members only."""
        return self._replace(request=None, response=None)


def left_out(words: tuple[str, ...]) -> LeftOut | None:
    """`words`: from `read_words`. None if there are none."""
    if not words:
        return None
    named = {name for word in words for name in SETS.get(word, ())}
    named |= {word[len(HEADER) :] for word in words if word.startswith(HEADER)}
    response = HeaderFilter(sorted(named)) if named else None
    request = response
    if REQUEST_HEADERS in words:
        request = HeaderFilter(sorted(named), SEARCHED)
    members = {member: size for word, (member, size) in _MEMBERS.items() if word in words}
    return LeftOut(request, response, members)


def _size_of_headers(raw: bytes) -> int:
    return len(raw) - 2 * raw.count(b"%")


def _size_of_items(raw: bytes) -> int:
    """`raw`: percent-encoded base64."""
    return _size_of_headers(raw) * 3 // 4


_MEMBERS: dict[str, tuple[tuple[str, str], Callable[[bytes], int]]] = {
    RESPONSE_HEADERS: (("httpMessage", "responseHeaders"), _size_of_headers),
    RULE_DATA: (("attackData", "ruleData"), _size_of_items),
}
