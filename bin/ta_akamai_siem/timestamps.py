"""Moments as people read them."""

from __future__ import annotations

import time


def utc(moment: float) -> str:
    """`moment`: epoch seconds. `2026-03-01 12:00:00 UTC`."""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(moment))
