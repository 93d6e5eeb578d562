"""How long one run of an input may last."""

from __future__ import annotations

RUN_MAX = 50 * 60.0
"""Seconds after which a run ends at a page's boundary: session keys and settings stay fresh."""
