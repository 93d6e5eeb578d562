"""The values that eval works with: NULL, strings, numbers, Booleans; lists are passed through."""

from __future__ import annotations

import re
from typing import Union

from tests.oracles.search_time.refusals import Unspecified, Unsure

Field = Union[str, list[str], Unsure]
Value = Union[None, str, int, float, bool, list[str]]
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")


def read(name: str, value: Field | Value) -> Value:
    """A field's value for eval. Raises Unspecified if no document defines it."""
    if isinstance(value, Unsure):
        message = f"the value of {name} is unspecified: {value.why}"
        raise Unspecified(message)
    return value


def text(value: Value, where: str) -> str | None:
    """The value as a string argument; NULL stays NULL."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, list)):
        message = f"{where} of {'several values' if isinstance(value, list) else 'a boolean'}"
        raise Unspecified(message)
    return shown(value)


def number(value: Value, where: str) -> int | float | None:
    """The value as a number; NULL stays NULL. A string is not a number, even if it looks like
    one.
    """
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    message = f"{where} of {value!r}: use tonumber()"
    raise Unspecified(message)


def shown(value: float) -> str:
    """The text of a number."""
    if isinstance(value, int) or not value.is_integer() or abs(value) >= 1e15:
        return str(value)
    return str(int(value))


def parsed(value: str) -> int | float | None:
    """The number in a string, None if it is not a number."""
    if not _NUMBER.match(value):
        return None
    return float(value) if "." in value else int(value)


def as_field(value: Value) -> str | list[str] | None:
    """The field value to keep; None if no field is written."""
    if value is None or isinstance(value, (str, list)):
        return value
    if isinstance(value, bool):
        message = "a field that is a boolean"
        raise Unspecified(message)
    return shown(value)
