"""Expressions of the search command: `a=b NOT (c=d OR "text") status>=400 tag=web`.

Terms beside each other are combined with AND, and OR binds tighter. A term is true or false: `NOT
f=x` finds events without f, `f!=x` does not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lark import Lark, Token, Transformer, exceptions

from tests.oracles.search_time.eval_values import parsed, shown
from tests.oracles.search_time.refusals import Refused, Unspecified, Unsure
from tests.oracles.search_time.time_range import check_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.oracles.search_time.eval_values import Field

    Fields = Mapping[str, Field]
    Held = Callable[[Fields], bool]

_GRAMMAR = r"""
?start: sequence
?sequence: alternatives (_AND? alternatives)* -> together
?alternatives: negation (_OR negation)*
?negation: _NOT negation -> negated
         | NAME COMPARE _value -> compared
         | NAME _IN "(" _value ("," _value)* ")" -> listed
         | _value -> worded
         | "(" sequence ")"
_value: STRING | WORD | NAME
_AND.3: /AND(?=[\s(])/
_OR.3: /OR(?=[\s(])/
_NOT.3: /NOT(?=[\s(])/
_IN.3: /IN(?=\s*\()/
COMPARE: "!=" | "<=" | ">=" | "=" | "<" | ">"
STRING: /"(?:[^"\\]|\\.)*"/
NAME.2: /[A-Za-z_][A-Za-z0-9_.{}:]*(?=\s*(=|!=|<|>|IN\s*\())/
WORD: /[^\s"()=<>!,|`]+/
%ignore /[ \t\n]+/
"""


class SearchExpression:
    """`text`: without macros. Raises Refused if it is invalid."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.fields: set[str] = set()
        try:
            tree = _parser().parse(text)
            self._held: Held = _Compiler(self.fields).transform(tree)
        except exceptions.VisitError as error:
            raise error.orig_exc from error
        except exceptions.LarkError as error:
            message = f"no search: {text} ({str(error).splitlines()[0]})"
            raise Refused(message) from error

    def holds(self, fields: Fields) -> bool:
        """Whether an event is found. Raises Unspecified."""
        return self._held(fields)


@lru_cache(512)
def search_expression(text: str) -> SearchExpression:
    """Cached: each text is parsed once."""
    return SearchExpression(text)


@lru_cache(1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr")


class _Compiler(Transformer):
    def __init__(self, fields: set[str]) -> None:
        super().__init__()
        self._fields = fields

    def together(self, items: list[Held]) -> Held:
        return lambda fields: all(each(fields) for each in items)

    def alternatives(self, items: list[Held]) -> Held:
        return lambda fields: any(each(fields) for each in items)

    def negated(self, items: list[Held]) -> Held:
        (of,) = items
        return lambda fields: not of(fields)

    def compared(self, items: list[Token]) -> Held:
        name, sign, value = (str(item) for item in items)
        check_name(name)
        self._fields.add(name)
        wanted = _plain(value)
        return lambda fields: _compared(name, fields.get(name), sign, wanted)

    def listed(self, items: list[Token]) -> Held:
        check_name(str(items[0]))
        name, values = str(items[0]), [_plain(str(item)) for item in items[1:]]
        self._fields.add(name)
        return lambda fields: any(_compared(name, fields.get(name), "=", one) for one in values)

    def worded(self, items: list[Token]) -> Held:
        word = _plain(str(items[0]))
        if word == "*":
            return lambda _: True
        form = _wildcard(word)
        return lambda fields: bool(re.search(form, str(fields["_raw"]), re.IGNORECASE))


def as_text(row: Mapping[str, object]) -> dict[str, Field]:
    """A row's numbers as the search command reads them."""
    return {
        name: shown(value) if isinstance(value, (int, float)) else value  # type: ignore[misc]
        for name, value in row.items()
    }


def _plain(value: str) -> str:
    if not value.startswith('"'):
        return value
    inner = value[1:-1]
    if "\\" in inner:
        message = f"a backslash in {value}"
        raise Unspecified(message)
    return inner


def _wildcard(value: str) -> str:
    return "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", value))


def _compared(name: str, value: Field | None, sign: str, wanted: str) -> bool:
    if value is None:
        return False
    if isinstance(value, Unsure):
        message = f"the value of {name} is unspecified: {value.why}"
        raise Unspecified(message)
    if isinstance(value, list):
        if sign != "=":
            message = f"{name}{sign}{wanted} on several values"
            raise Unspecified(message)
        return any(_compared(name, one, sign, wanted) for one in value)
    if sign in ("=", "!="):
        same = re.fullmatch(_wildcard(wanted), value, re.IGNORECASE | re.DOTALL) is not None
        return same == (sign == "=")
    left, right = parsed(value), parsed(wanted)
    if left is None or right is None:
        message = f"order of strings: {value} {sign} {wanted}"
        raise Unspecified(message)
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign]
