"""Keeps the session key from proxies that splunkd's environment, or the system, names.

Calls to splunkd never go through a proxy; calls to Akamai use the one of the settings page and do
not look at the environment at all.
"""

from __future__ import annotations

import os


def never_through_a_proxy() -> None:
    """For this process, whatever library makes the call."""
    for name in list(os.environ):
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
            del os.environ[name]
    # Where no variable is set, macOS and Windows would ask the system's settings instead.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"
