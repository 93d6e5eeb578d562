"""Eval expressions: parsed by a grammar once, then called with an event's fields."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lark import Lark, Token, Transformer, exceptions

from tests.oracles.search_time import eval_values as values
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.eval_functions import FUNCTIONS, LAZY, check
from tests.oracles.search_time.refusals import Refused, Unspecified
from tests.oracles.search_time.search_expressions import as_text, search_expression

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.oracles.search_time.eval_values import Field, Value

    Fields = Mapping[str, Field]
    Evaluated = Callable[[Fields], Value]

# AND binds tighter than OR. No document says how `.` and `+` combine without parentheses.
_GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction (_OR conjunction)*
?conjunction: negation (_AND negation)*
?negation: _NOT negation -> negated
         | comparison
?comparison: operand (COMPARE operand)?
?operand: factor ("." factor)+ -> concatenated
        | sum
?sum: product (ADD product)+ -> calculated
    | product
?product: factor (MULTIPLY factor)+ -> calculated
        | factor
?factor: NUMBER -> number
       | "-" NUMBER -> negative
       | STRING -> string
       | QUOTED -> quoted
       | NAME "(" [disjunction ("," disjunction)*] ")" -> call
       | NAME -> field
       | "(" disjunction ")"
_OR.2: /OR\b/i
_AND.2: /AND\b/i
_NOT.2: /NOT\b/i
COMPARE: "==" | "!=" | "<=" | ">=" | "=" | "<" | ">"
ADD: "+" | "-"
MULTIPLY: "*" | "/" | "%"
NUMBER: /\d+(\.\d+)?/
STRING: /"(?:[^"\\]|\\.)*"/
QUOTED: /'[^']+'/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
%ignore /[ \t\n]+/
"""


class Expression:
    """`text`: of an eval expression. `fields`: the names of the fields that it reads.

    Raises Refused if Splunk refuses it, NotInSubset.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.fields: set[str] = set()
        try:
            tree = _parser().parse(text)
            self._evaluated: Evaluated = _Compiler(self.fields).transform(tree)
        except exceptions.VisitError as error:
            raise error.orig_exc from error
        except exceptions.LarkError as error:
            message = f"no eval expression: {text} ({str(error).splitlines()[0]})"
            raise Refused(message) from error

    def value(self, fields: Fields) -> Value:
        """Raises Unspecified, Refused."""
        return self._evaluated(fields)

    def holds(self, fields: Fields) -> bool:
        """The result as `where` and `if` use it: NULL is not true."""
        return _truth(self._evaluated(fields))


@lru_cache(2048)
def expression(text: str) -> Expression:
    """Cached: each text is parsed once."""
    return Expression(text)


@lru_cache(1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)


def _truth(value: Value) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    message = f"a condition that is {value!r}"
    raise Refused(message)


class _Compiler(Transformer):
    """From the leaves up: each rule becomes a function of an event's fields."""

    def __init__(self, fields: set[str]) -> None:
        super().__init__()
        self._fields = fields

    def number(self, items: list[Token]) -> Evaluated:
        value = values.parsed(str(items[0]))
        return lambda _: value

    def negative(self, items: list[Token]) -> Evaluated:
        value = values.parsed(f"-{items[0]}")
        return lambda _: value

    def string(self, items: list[Token]) -> Evaluated:
        value = _string(str(items[0])[1:-1])
        return lambda _: value

    def quoted(self, items: list[Token]) -> Evaluated:
        return self._field(str(items[0])[1:-1])

    def field(self, items: list[Token]) -> Evaluated:
        return self._field(str(items[0]))

    def _field(self, name: str) -> Evaluated:
        self._fields.add(name)
        return lambda fields: values.read(name, fields.get(name))

    def call(self, items: list[Any]) -> Evaluated:
        name, arguments = str(items[0]).lower(), items[1:]
        check(name, len(arguments))
        if name == "mvfilter":
            return self._mvfilter(arguments[0])
        if name in LAZY:
            return _LAZY[name](arguments)
        of = FUNCTIONS[name][2]
        return lambda fields: of(*[argument(fields) for argument in arguments])

    def _mvfilter(self, condition: Evaluated) -> Evaluated:
        """The values for which a condition of one field, and no other, holds."""
        read = _fields_of(condition)
        if len(read) != 1:
            raise Refused(f"mvfilter() with a condition of {len(read)} fields")
        (name,) = read

        def of(fields: Fields) -> Value:
            value = values.read(name, fields.get(name))
            each = value if isinstance(value, list) else [] if value is None else [str(value)]
            kept = [one for one in each if _truth(condition({name: one}))]
            return kept[0] if len(kept) == 1 else kept or None

        return of

    def negated(self, items: list[Evaluated]) -> Evaluated:
        (of,) = items
        return lambda fields: not _truth(of(fields))

    def disjunction(self, items: list[Evaluated]) -> Evaluated:
        return lambda fields: any(_truth(each(fields)) for each in items)

    def conjunction(self, items: list[Evaluated]) -> Evaluated:
        return lambda fields: all(_truth(each(fields)) for each in items)

    def concatenated(self, items: list[Evaluated]) -> Evaluated:
        def of(fields: Fields) -> Value:
            each = [values.text(item(fields), "concatenation") for item in items]
            return None if None in each else "".join(one for one in each if one)

        return of

    def calculated(self, items: list[Any]) -> Evaluated:
        first, rest = items[0], list(zip(items[1::2], items[2::2]))

        def of(fields: Fields) -> Value:
            made = values.number(first(fields), "arithmetic")
            for sign, item in rest:
                made = _calculated(made, str(sign), values.number(item(fields), "arithmetic"))
            return made

        return of

    def comparison(self, items: list[Any]) -> Evaluated:
        left, sign, right = items
        return lambda fields: _compared(left(fields), str(sign), right(fields))


class _Probe(dict):  # type: ignore[type-arg]
    """An event without fields that knows which were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, name: str, _default: object = None) -> None:
        self.asked.add(name)


def _fields_of(condition: Evaluated) -> set[str]:
    probe = _Probe()
    condition(probe)
    return probe.asked


def _string(text: str) -> str:
    """The value of a string literal; only `\"` and `\\` are documented."""
    made, at = "", 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1] in '"\\':
            if text[at + 1] == "\\":
                message = "two backslashes in a string: one or two, nobody says; write \\x5c"
                raise Unspecified(message)
            at += 1
        made += text[at]
        at += 1
    return made


def _compared(left: Value, sign: str, right: Value) -> Value:
    if left is None or right is None:
        return None
    if isinstance(left, list) or isinstance(right, list):
        message = "comparison of several values"
        raise Unspecified(message)
    if isinstance(left, str) != isinstance(right, str):
        message = f"comparison of {left!r} with {right!r}: use tonumber()"
        raise Unspecified(message)
    if sign in ("=", "==", "!="):
        return (left == right) == (sign != "!=")
    if isinstance(left, str) or isinstance(right, str):
        message = f"order of strings: {left!r} {sign} {right!r}"
        raise Unspecified(message)
    order = {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}
    return order[sign]


def _calculated(left: float | None, sign: str, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    if sign in "/%" and not right:
        return None
    if sign == "/":
        quotient = left / right
        return int(quotient) if float(quotient).is_integer() else quotient
    return {"+": left + right, "-": left - right, "*": left * right}.get(sign, left % (right or 1))


def _if(arguments: list[Evaluated]) -> Evaluated:
    condition, then, otherwise = arguments
    return lambda fields: then(fields) if _truth(condition(fields)) else otherwise(fields)


def _case(arguments: list[Evaluated]) -> Evaluated:
    if len(arguments) % 2:
        message = f"case() with {len(arguments)} arguments"
        raise Refused(message)
    pairs = list(zip(arguments[::2], arguments[1::2]))

    def of(fields: Fields) -> Value:
        return next(
            (value(fields) for condition, value in pairs if _truth(condition(fields))), None
        )

    return of


def _coalesce(arguments: list[Evaluated]) -> Evaluated:
    def of(fields: Fields) -> Value:
        found = (argument(fields) for argument in arguments)
        return next((value for value in found if value is not None), None)

    return of


def _now(_arguments: list[Evaluated]) -> Evaluated:
    return lambda _: int(CLOCK.now())


def _searchmatch(arguments: list[Evaluated]) -> Evaluated:
    (search,) = arguments
    wanted = search_expression(str(search({})))
    return lambda fields: wanted.holds(as_text(fields))


_LAZY: dict[str, Callable[[list[Evaluated]], Evaluated]] = {
    "case": _case,
    "coalesce": _coalesce,
    "if": _if,
    "now": _now,
    "searchmatch": _searchmatch,
}
