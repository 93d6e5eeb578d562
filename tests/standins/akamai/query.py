"""Parses the query of a request, as strictly as the documentation allows.

https://techdocs.akamai.com/siem-integration/reference/get-config
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from .problems import documented, illegal_parameter

PATH_START = "/siem/v1/configs/"
PARAMETERS = frozenset({"offset", "limit", "from", "to"})
DEFAULT_LIMIT = 10_000
LARGEST_LIMIT = 600_000
_WHOLE_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Query:
    """A request for a page, in one of two modes; ``start`` is None in offset mode."""

    config_ids: frozenset[int]
    limit: int
    offset: str | None
    start: int | None
    end: int | None

    @property
    def mode(self) -> str:
        """``offset`` or ``time``."""
        return "offset" if self.start is None else "time"


def split_path(target: str) -> str:
    """Return the path as it was sent."""
    return target.partition("?")[0]


def split_target(target: str) -> tuple[str, dict[str, str]]:
    """Return the path as it was sent, and the decoded parameters; raises Problem."""
    path, _, query = target.partition("?")
    parameters: dict[str, str] = {}
    if _BROKEN_ESCAPE.search(target):
        raise illegal_parameter("a percent sign that starts no escape")
    for pair in query.split("&") if query else ():
        name, equals, value = pair.partition("=")
        name, value = unquote(name), unquote(value)
        if not equals or name not in PARAMETERS or name in parameters or not value:
            raise illegal_parameter(f"parameter {pair!r} is unknown, repeated or empty")
        parameters[name] = value
    return path, parameters


def read_query(path: str, parameters: dict[str, str]) -> Query:
    """Return the parsed request; raises Problem. Does not check whether the configurations
    exist.
    """
    if not path.startswith(PATH_START):
        raise documented(404)
    ids = unquote(path[len(PATH_START) :]).split(";")
    if not all(_WHOLE_NUMBER.fullmatch(config_id) for config_id in ids):
        raise illegal_parameter("configuration ids are integers joined by semicolons")
    if len(set(map(int, ids))) != len(ids):
        raise illegal_parameter("a configuration id is repeated")
    limit = _number(parameters, "limit")
    if limit is not None and not 1 <= limit <= LARGEST_LIMIT:
        raise illegal_parameter("limit is out of range")
    offset = parameters.get("offset")
    start, end = _number(parameters, "from"), _number(parameters, "to")
    if start is None:
        if end is not None:
            raise illegal_parameter("to needs from, and is not allowed in offset mode")
        if offset is None:
            raise illegal_parameter("neither offset nor from")
    elif end is not None and end < start:
        raise illegal_parameter("to is before from")
    # If a request has the parameters of both modes, time mode has priority.
    return Query(
        frozenset(map(int, ids)),
        DEFAULT_LIMIT if limit is None else limit,
        offset if start is None else None,
        start,
        end,
    )


def _number(parameters: dict[str, str], name: str) -> int | None:
    if name not in parameters:
        return None
    if not _WHOLE_NUMBER.fullmatch(parameters[name]):
        raise illegal_parameter(f"{name} is no whole number")
    return int(parameters[name])
