"""Reads single values of Akamai's answers. A value of another type counts as missing."""

from __future__ import annotations

import calendar
import re
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Object = dict[str, Any]
"""An object of names events, without `kind`."""
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?:Z|\+00:?00)?\Z", re.ASCII
)


def text(value: object) -> str:
    """A text, or a whole number as text; "" for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def texts(value: object) -> list[str]:
    """The texts of a list, sorted, without duplicates."""
    return sorted({text(each) for each in value} - {""}) if isinstance(value, list) else []


def truth(value: object) -> bool | None:
    """True or false."""
    return value if isinstance(value, bool) else None


def number(value: object) -> int | None:
    """A whole number, also one as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return int(value)
    except (ValueError, OverflowError):
        return None


def moment(value: object) -> int | None:
    """Epoch seconds of an ISO 8601 time in UTC."""
    match = _ISO.match(text(value).strip())
    if not match:
        return None
    clock = match[2] if match[2].count(":") > 1 else f"{match[2]}:00"
    try:
        return calendar.timegm(time.strptime(f"{match[1]} {clock}", "%Y-%m-%d %H:%M:%S"))
    except ValueError:
        return None


def dicts(value: object) -> Iterator[dict[str, Any]]:
    """The objects of a list."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def cleaned(members: Mapping[str, Any]) -> Object:
    """Without members that are unknown or empty."""
    return {key: value for key, value in members.items() if value not in (None, "", [])}


def unique(objects: Iterable[Object]) -> Iterator[Object]:
    """The first object of each id."""
    seen = set()
    for each in objects:
        if each["id"] not in seen:
            seen.add(each["id"])
            yield each


def by_length(key: str) -> tuple[int, str]:
    """Sorts ids that are numbers as numbers."""
    return len(key), key
