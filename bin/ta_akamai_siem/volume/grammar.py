r"""Reads the setting `drop`: one rule per line.

A line ends at a line end or at a `;` outside of quotation marks. Lines that are blank do not count.
The terms of a line are `field=value` or, where the field compares, `field<value` and the like, with
`NOT` before them or not; `sample=N` is once in a line. A value in quotation marks may have blanks
and `;`, and `\"` and `\\` as in a search.

What people who know other languages write, and no event can match, is refused. With `NOT`, it would
match all events.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from .fields import ANY, COMPARISONS, EQUAL, FIELDS, SEGMENTS

LINES_MAX = 200
LENGTH_MAX = 20_000
"""Characters of the setting."""
SAMPLE_MIN, SAMPLE_MAX = 2, 1_000_000
NOT, SAMPLE = "NOT", "sample"

_LINE = re.compile(r'((?:[^"\n;]|"(?:[^"\\\n]|\\[^\n])*(?:"|(?=\n|\Z)))*)(?:[;\n]|\Z)')
_WORD = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*(?:"|\Z))+', re.DOTALL)
_TERM = re.compile(r"([^=<>!\"]*)(!=|==|=~|=>|=<|<=|>=|=|<|>)(.*)\Z", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"\Z', re.DOTALL)
_OPERATORS = ", ".join((EQUAL, *COMPARISONS))
_NAMES = ", ".join((*FIELDS, SAMPLE))
_CALLED = {field.search_field: name for name, field in FIELDS.items()}
_EACH = "a line for each value"
_COMPARING = ", ".join(name for name, field in FIELDS.items() if field.compares)
_OTHER_LINE_END = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_OTHER_QUOTES = re.compile("['`\u00ab\u00b4\u00bb\u2018-\u201f\u2032\u2033]")
_SAMPLES = f"a whole number from {SAMPLE_MIN} to {SAMPLE_MAX}"


class Term(NamedTuple):
    """`operator`: `=`, or one of `COMPARISONS`. `value`: without quotation marks, with `*`."""

    field: str
    operator: str
    value: str
    is_positive: bool = True


class Line(NamedTuple):
    """A rule. `number`: 1 for the first. `text`: as it was given. `sample`: None without."""

    number: int
    text: str
    terms: tuple[Term, ...]
    sample: Optional[int] = None

    @property
    def may_drop_mitigated(self) -> bool:
        """Whether it names the action, so that it may drop a request that was mitigated."""
        return any(
            term.field == "action" and term.is_positive and term.value.strip(ANY)
            for term in self.terms
        )


class _Wrong(Exception):
    """`word`: what is wrong. `why`, `allowed`: clauses."""

    def __init__(self, word: str, why: str, allowed: str) -> None:
        super().__init__(why)
        self.word, self.why, self.allowed = word, why, allowed


def read_lines(text: str) -> tuple[tuple[Line, ...], list[str]]:
    """The rules; and what is wrong with them, as it follows the name of the setting in a message.

    If anything is wrong, none of the rules may be used.
    """
    if len(text) > LENGTH_MAX:
        return (), [f"has {len(text)} characters. Allowed: at most {LENGTH_MAX}"]
    lines: list[Line] = []
    problems: list[str] = []
    found = _LINE.finditer(text.replace("\r\n", "\n").replace("\r", "\n"))
    given = [stripped for each in found if (stripped := each[1].strip())]
    if len(given) > LINES_MAX:
        return (), [f"has {len(given)} lines. Allowed: at most {LINES_MAX}"]
    for number, line in enumerate(given, 1):
        try:
            lines.append(_line(number, line))
        except _Wrong as wrong:  # noqa: PERF203 - each wrong line is reported
            problems.append(
                f"is wrong in line {number} at '{wrong.word}': {wrong.why}. "
                f"Allowed: {wrong.allowed}"
            )
    return tuple(lines), problems


def _line(number: int, text: str) -> Line:
    terms: list[Term] = []
    sample: int | None = None
    is_positive = True
    words = _WORD.findall(text)
    _refuse_line_ends(text)
    _refuse_lists(words)
    for word in words:
        if word == NOT:
            if not is_positive:
                raise _Wrong(word, "NOT comes twice", "one NOT before a term")
            is_positive = False
            continue
        name, operator, value = _parts(word)
        if name == SAMPLE:
            if sample is not None or not is_positive:
                why = "sample comes twice" if is_positive else "NOT does not go with sample"
                raise _Wrong(word, why, "sample=N once in a line, without NOT")
            sample = _sample(word, operator, value)
        else:
            term = _term(word, name, operator, value, is_positive=is_positive)
            _refuse_other_value(word, term, terms)
            terms.append(term)
        is_positive = True
    if not is_positive:
        raise _Wrong(NOT, "no term follows it", "NOT before a term, such as NOT action=deny")
    return Line(number, text, tuple(terms), sample)


def _refuse_line_ends(text: str) -> None:
    """Refuse what looks like a line end between two words, and is none."""
    found = _OTHER_LINE_END.search(_WORD.sub("", text))
    if found:
        why = f"U+{ord(found[0]):04X} does not end a line"
        raise _Wrong(text, why, "a line end or a semicolon between two rules")


def _refuse_lists(words: list[str]) -> None:
    for name, word in zip(words, words[1:]):
        if name in FIELDS and word.upper() == "IN":
            raise _Wrong(word, "IN is no operator of a rule", _EACH)


def _refuse_other_value(word: str, term: Term, before: list[Term]) -> None:
    """Refuse a second value of a field that has one, as if it were an alternative."""
    for other in before:
        fits = term.is_positive and other.is_positive and term.field == other.field
        if (
            fits
            and FIELDS[term.field].is_exclusive
            and ANY not in term.value + other.value
            and term.value.lower() != other.value.lower()
        ):
            raise _Wrong(word, f"an event does not have two values of {term.field}", _EACH)


def _parts(word: str) -> tuple[str, str, str]:
    """Name, operator and value of a word."""
    if '"' not in word and not word.isprintable():
        hidden = next(one for one in word if not one.isprintable())
        why = f"U+{ord(hidden):04X}, which cannot be seen, is in it"
        raise _Wrong(word, why, "the same without it")
    if word[0] == "#":
        raise _Wrong(word, "a comment is no rule", "rules only")
    if word.upper() in _JOINED:
        raise _Wrong(word, *_JOINED[word.upper()])
    if word[0] in "()" or word[-1] in "()":
        raise _Wrong(
            word, "parentheses do not group terms", "terms that all have to match; a line for each"
        )
    if word[0] in "!-":
        raise _Wrong(word, f"{word[0]} does not negate a term", f"{NOT} {word[1:]}")
    found = _TERM.match(word)
    if not found:
        why = "a term has a field, an operator and a value, without blanks between them"
        is_known = word in FIELDS or word == SAMPLE
        raise _Wrong(
            word, why, f"{word}=value" if is_known else f"{_NAMES}, each with = and a value"
        )
    name, operator, value = found.groups()
    if name not in FIELDS and name != SAMPLE:
        raise _Wrong(word, *_unknown(name, operator, value))
    if operator in _OTHERS:
        allowed = _OTHERS[operator].format(name=name, value=value)
        raise _Wrong(word, f"{operator} is no operator of a rule", allowed)
    return name, operator, _value(word, value)


def _unknown(name: str, operator: str, value: str) -> tuple[str, str]:
    """What is wrong with a name that no field has, and what is allowed."""
    if not name:
        return "the field is missing", _NAMES
    called = _CALLED.get(name.lower(), name.lower())
    if called in FIELDS:
        return f"'{name}' is called {called} in a rule", f"{called}{operator}{value}"
    return f"'{name}' is no field of a rule", _NAMES


_OTHERS = {
    "!=": "NOT {name}={value}",
    "==": "{name}={value}",
    "=~": "{name}=value, with * for any characters",
    "=>": f">= with {_COMPARING}, = with others",
    "=<": f"<= with {_COMPARING}, = with others",
}
"""Operators of other languages, and what a rule has instead."""
_JOINED = {
    "AND": ("terms of a line have to match together anyway", "terms without AND"),
    "OR": ("terms of a line have to match together", "a line for each alternative"),
    "&&": ("terms of a line have to match together anyway", "terms without AND"),
    "||": ("terms of a line have to match together", "a line for each alternative"),
    NOT: ("NOT is in capitals, as in a search", "NOT before a term"),
}


def _value(word: str, value: str) -> str:
    """A value without its quotation marks."""
    if not value:
        raise _Wrong(word, "the value is missing", "a value right behind the operator")
    if '"' not in value:
        _refuse_separators(word, value)
    else:
        quoted = _QUOTED.match(value)
        if not quoted:
            raise _Wrong(word, *_quotes(value))
        value = re.sub(r'\\(["\\])', r"\1", quoted[1])
    if not value:
        why = "the value is empty"
        raise _Wrong(word, why, "a value; NOT field=* matches events without the field")
    return value


def _refuse_separators(word: str, value: str) -> None:
    """Refuse what is no part of a value in other languages. `value`: without quotation marks."""
    for end in (value[0], value[-1]):
        if _OTHER_QUOTES.match(end):
            allowed = 'the straight quotation mark " on both sides'
            raise _Wrong(word, f"{end} is no quotation mark of a rule", allowed)
    for sign, name in ((",", "a comma"), ("|", "a vertical bar")):
        if sign in value:
            allowed = f"{_EACH}; quotation marks around a value with {name}"
            raise _Wrong(word, f"{name} does not separate values", allowed)


def _quotes(value: str) -> tuple[str, str]:
    """What is wrong with a value that has a quotation mark, and what is allowed."""
    if value[0] != '"':
        return (
            "a quotation mark is inside the value",
            'quotation marks around all of it, \\" inside',
        )
    if re.match(r'"(?:[^"\\]|\\.)*\Z', value, re.DOTALL):
        return "the quotation mark is not closed", "a value that ends in its line"
    if re.match(r'"(?:[^"\\]|\\.)*"\Z', value, re.DOTALL):
        return "a backslash comes before another character", '\\" and \\\\ in quotation marks'
    return "text follows the quotation mark", "a blank between two terms"


def _sample(word: str, operator: str, value: str) -> int:
    if operator != EQUAL or not re.match(r"[0-9]{1,7}\Z", value):
        raise _Wrong(word, "sample needs a whole number", f"sample=N, {_SAMPLES}")
    number = int(value)
    if not SAMPLE_MIN <= number <= SAMPLE_MAX:
        raise _Wrong(word, f"one of {number} is no sample", f"sample=N, {_SAMPLES}")
    return number


def _term(word: str, name: str, operator: str, value: str, *, is_positive: bool) -> Term:
    field = FIELDS[name]
    if operator != EQUAL and not field.compares:
        allowed = f"{name}=value; {_OPERATORS} with {_COMPARING}"
        raise _Wrong(word, f"{name} has no order", allowed)
    is_any = operator == EQUAL and not value.strip(ANY)
    if not is_any and not field.accepts(value):
        raise _Wrong(word, f"'{value}' is no value of {name}", field.allowed)
    if name == "bot_segment":
        value = SEGMENTS.get(value.lower(), value)
    return Term(name, operator, ANY if is_any else value, is_positive)
