"""The connection to the splunkd that started this process, in the app's namespace."""

from __future__ import annotations

from urllib.parse import urlsplit

from splunklib.binding import Context

from .kept_connections import KeptConnections
from .names import APP
from .no_proxy import never_through_a_proxy


def connection(server_uri: str, session_key: str, timeout: float) -> Context:
    """`server_uri`, `session_key`: as splunkd passed them. `timeout`: seconds for one call."""
    never_through_a_proxy()
    uri = urlsplit(server_uri)
    return Context(
        handler=KeptConnections(timeout),
        token=session_key,
        owner="nobody",
        app=APP,
        autologin=False,
        scheme=uri.scheme,
        host=uri.hostname,
        port=uri.port,
    )
