"""Reads a large JSON document piece by piece: only the members that are wanted are decoded.

An export of Akamai's has several megabytes, most of which nobody needs here. The text is read in
chunks. Values that are not wanted are skipped without being decoded; a wanted value is decoded as
a whole by the standard library, so it must be small (docs/decisions/0022).
"""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any

from ta_akamai_siem.errors import UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Path = tuple[str, ...]
_CHUNK = 128 << 10
_VALUE_MAX = 8 << 20
"""Characters of a value that is decoded as a whole."""
_CUT_NUMBER = 2
"""Characters of a number, at most, that are left over if the text ends within it."""
_SPACE = re.compile(r"[ \t\r\n]*")
_STRUCTURE = re.compile(r'["{}\[\]]')
_STRING_END = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_decode = json.JSONDecoder().raw_decode


class Pieces:
    """`text`: the document. `wanted`: the members to decode, by the path of their object.

    An object, or each object of a list, whose path is a key of `wanted` is walked: its members are
    walked, decoded or skipped. A path has the names of members only, so `("rulesets", "rules")` is
    each rule of each rule set.
    """

    def __init__(self, text: IO[str], wanted: Mapping[Path, frozenset[str]]) -> None:
        self._source = text
        self._wanted = wanted
        self._text = ""
        self._at = 0
        self._ended = False

    def __iter__(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Each walked object as its path and its decoded members, inner ones before outer ones.

        Raises UnexpectedAnswer if the document is not the whole JSON text of one object.
        """
        yield from self._walked(())
        if self._next():
            raise _malformed("text follows its end")

    def _walked(self, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The objects of the value that begins here."""
        first = self._next()
        if first == "{":
            yield from self._object(path)
        elif first == "[" and path:
            yield from self._list(path)
        elif path:
            self._value()
        else:
            raise _malformed("it is not an object")

    def _list(self, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
        self._at += 1
        if self._next() == "]":
            self._at += 1
            return
        while True:
            if self._next() == "{":
                yield from self._object(path)
            else:
                self._skip()
            if self._separator("]"):
                return

    def _object(self, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
        members: dict[str, Any] = {}
        wanted = self._wanted[path]
        self._at += 1
        if self._next() == "}":
            self._at += 1
        else:
            while True:
                name = self._name()
                inner = (*path, name)
                if inner in self._wanted:
                    yield from self._walked(inner)
                elif name in wanted:
                    members[name] = self._value()
                else:
                    self._skip()
                if self._separator("}"):
                    break
        yield path, members

    def _name(self) -> str:
        if self._next() != '"':
            raise _malformed("a member has no name")
        name = str(self._value())
        if self._next() != ":":
            raise _malformed("a member has no value")
        self._at += 1
        return name

    def _separator(self, end: str) -> bool:
        """Whether the list or object ends here. Moves behind the comma otherwise."""
        mark = self._next()
        if mark not in (",", end):
            raise _malformed("a comma is missing")
        self._at += 1
        return mark == end

    def _value(self) -> Any:  # noqa: ANN401 - it is JSON
        """The value that begins here, decoded."""
        self._next()
        while True:
            try:
                value, end = _decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if self._more():
                    continue
                raise _malformed("it ends early, or a value is no JSON") from error
            # A number may go on behind the end of the text, where `0.` and `1e+` end early.
            if end + _CUT_NUMBER < len(self._text) or not self._more():
                self._at = end
                return value

    def _skip(self) -> None:
        """Move behind the value that begins here."""
        if self._next() not in ("{", "[", '"'):
            self._value()
            return
        depth = 0
        while True:
            mark = self._mark()
            if mark == '"':
                self._skip_string()
            else:
                depth += 1 if mark in "{[" else -1
            if not depth:
                return

    def _mark(self) -> str:
        """The next quotation mark, brace or bracket, and move behind it."""
        while not (found := _STRUCTURE.search(self._text, self._at)):
            self._at = len(self._text)
            if not self._more():
                raise _malformed("it ends early")
        self._at = found.end()
        return found[0]

    def _skip_string(self) -> None:
        while not (found := _STRING_END.match(self._text, self._at)):
            if not self._more():
                raise _malformed("it ends early")
        self._at = found.end()

    def _next(self) -> str:
        """The next character that is no white space, without moving behind it. "" at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Drop what is done with and read on. False at the end of the document.

        A value of many chunks is read in ever larger ones, so that it is not decoded too often.
        """
        if self._ended:
            return False
        rest = self._text[self._at :]
        if len(rest) > _VALUE_MAX:
            raise _malformed(f"a value is larger than {_VALUE_MAX >> 20} MB")
        chunk = self._source.read(max(_CHUNK, len(rest)))
        if not chunk:
            self._ended = True
            return False
        self._text, self._at = rest + chunk, 0
        return True


def _malformed(how: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(f"Akamai's export of a security configuration is malformed: {how}")
