"""How Splunk reads a Boolean setting."""

from __future__ import annotations

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on", "enabled"})


def is_true(value: object) -> bool:
    """Whether a conf value or REST argument means true."""
    return str(value).strip().lower() in _TRUE
