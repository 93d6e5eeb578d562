"""The longest duration of one run."""

from __future__ import annotations

RUN_MAX = 50 * 60.0
"""Seconds after which a run ends between two pages, so that session key and settings stay fresh."""
