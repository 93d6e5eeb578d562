"""Finds the operation of a request. Anything that is not documented is refused."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional
from urllib.parse import parse_qsl

from .refusals import invalid, unknown

PATH_START = "/appsec/v1/"
_VERSION = r"configs/(?P<config>[0-9]+)/versions/(?P<version>[0-9]+)"
_ROUTES = tuple(
    (method, re.compile(pattern), operation)
    for method, pattern, operation in (
        ("GET", r"configs", "configs"),
        ("GET", r"configs/(?P<config>[0-9]+)/custom-rules", "custom-rules"),
        ("GET", r"configs/(?P<config>[0-9]+)/activations", "activations"),
        ("GET", rf"{_VERSION}/security-policies", "security-policies"),
        ("GET", rf"{_VERSION}/rate-policies", "rate-policies"),
        ("GET", rf"{_VERSION}/reputation-profiles", "reputation-profiles"),
        ("GET", rf"{_VERSION}/custom-deny", "custom-deny"),
        ("GET", rf"{_VERSION}/siem", "siem"),
        ("GET", r"hostname-coverage", "hostname-coverage"),
        ("GET", rf"export/{_VERSION}", "export"),
        ("POST", rf"{_VERSION}/export", "export-begin"),
        ("GET", rf"{_VERSION}/export/(?P<task>[0-9]+)/status", "export-status"),
        ("GET", rf"{_VERSION}/export/(?P<task>[0-9]+)/result", "export-result"),
    )
)
_QUERIES = {"security-policies": {"notMatched": ("true", "false")}}


class Route(NamedTuple):
    """`name`: of the operation; the steps of an export have names of their own."""

    name: str
    config_id: int = 0
    version: int = 0
    task: int = 0
    not_matched: bool = False

    @property
    def operation(self) -> str:
        """The operation whose permission it needs."""
        return "export" if self.name.startswith("export") else self.name


def find(method: str, target: str) -> Route:
    """Return the operation; raises Problem."""
    path, question, query = target.partition("?")
    route = _route(method, path[len(PATH_START) :])
    allowed = _QUERIES.get(route.name, {})
    pairs = parse_qsl(query, keep_blank_values=True)
    if question and not pairs:
        raise invalid("An empty query")
    for name, value in pairs:
        if value not in allowed.get(name, ()):
            raise invalid(f"Unknown query parameter {name}={value}")
    return route._replace(not_matched=("notMatched", "true") in pairs)


def _route(method: str, path: str) -> Route:
    for wanted, pattern, name in _ROUTES:
        match = pattern.fullmatch(path)
        if match and wanted == method:
            numbers = {key: int(value) for key, value in match.groupdict().items()}
            return Route(
                name,
                numbers.get("config", 0),
                numbers.get("version", 0),
                numbers.get("task", 0),
            )
    raise unknown(f"No operation {method} {path}")


def is_post(path: Optional[str]) -> bool:
    """Whether a path is the one that takes POST."""
    return bool(path and re.fullmatch(rf"{PATH_START}{_VERSION}/export", path))
