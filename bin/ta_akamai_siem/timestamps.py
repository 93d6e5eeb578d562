"""Times as text for users."""

from __future__ import annotations

import time


def utc(moment: float) -> str:
    """Text such as `2026-03-01 12:00:00 UTC`. `moment`: epoch seconds."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))


def iso_utc(moment: float) -> str:
    """Text such as `2026-03-01T12:00:00Z`, as settings accept it. `moment`: epoch seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
