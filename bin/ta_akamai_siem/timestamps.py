"""Times as text for users."""

from __future__ import annotations

import time


def utc(moment: float) -> str:
    """Text such as `2026-03-01 12:00:00 UTC`. `moment`: epoch seconds."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))
