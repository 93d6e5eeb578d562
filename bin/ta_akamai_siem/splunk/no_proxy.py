"""Keeps the session key away from the proxies of splunkd's environment and of the system.

Calls to splunkd never use a proxy. Calls to Akamai use the proxy of the settings page and ignore
the environment.
"""

from __future__ import annotations

import os


def never_through_a_proxy() -> None:
    """Turn off proxies for this process, whichever library makes the call."""
    for name in list(os.environ):
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy"):
            del os.environ[name]
    # Without these variables, macOS and Windows would use the proxy of the system.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"
