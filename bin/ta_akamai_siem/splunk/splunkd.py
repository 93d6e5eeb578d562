"""What we ask splunkd: settings and secrets, who it is, its bulletin messages, its KV store.

One plain call each through splunk-sdk, with a time-out. No call ever goes through a proxy.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from splunklib.binding import AuthenticationError, HTTPError, UrlEncoded

from .connection import connection
from .instance import Instance
from .kv_store import KvStore
from .stored_settings import StoredSettings, reason, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUT = 20.0
"""Seconds for one call."""
_NOT_FOUND = 404
_MAY_ACT = "edit_storage_passwords"
"""Capability of those who see our messages: whoever may set up an account."""


class SplunkdRefused(Exception):
    """A call that nothing depends on; one sentence for the log."""


class Splunkd:
    """The splunkd that started us. `server_uri` and `session_key` as it handed them over."""

    def __init__(self, server_uri: str, session_key: str) -> None:
        self._context = connection(server_uri, session_key, _TIMEOUT)
        self.settings = StoredSettings(self._context)
        self.kv_store = KvStore(self._context)

    def input_settings(self, kind: str, name: str) -> Mapping[str, str | None] | None:
        """The settings of a saved input, None where there is none. Raises SettingsUnreadable."""
        path = UrlEncoded(f"data/inputs/{kind}/{quote(name, safe='')}", skip_encode=True)
        try:
            response = self._context.get(path, output_mode="json")
            return dict(json.loads(response.body.read())["entry"][0]["content"])
        except (HTTPError, AuthenticationError, OSError, ValueError, LookupError) as error:
            if getattr(error, "status", None) == _NOT_FOUND:
                return None
            raise unreadable(f"input '{name}'", error) from error

    def inputs(self, kind: str) -> dict[str, Mapping[str, str | None]]:
        """The settings of all saved inputs of a kind, by name. Raises SettingsUnreadable."""
        try:
            response = self._context.get(f"data/inputs/{kind}", count=-1, output_mode="json")
            entries = json.loads(response.body.read())["entry"]
            return {str(entry["name"]): dict(entry["content"]) for entry in entries}
        except (HTTPError, AuthenticationError, OSError, ValueError, LookupError) as error:
            raise unreadable(f"inputs of kind {kind}", error) from error

    def instance(self, server_host: str) -> Instance:
        """Which splunkd this is and since when it runs, as far as it tells.

        `server_host`: as it was handed over, the name where splunkd does not tell its own.
        """
        try:
            response = self._context.get(
                "/services/server/info", owner=None, app=None, output_mode="json"
            )
            content = json.loads(response.body.read())["entry"][0]["content"]
        except (HTTPError, AuthenticationError, OSError, ValueError, LookupError, TypeError):
            content = {}
        try:
            started = float(content["startup_time"])
        except (KeyError, TypeError, ValueError):
            started = None
        return Instance(str(content.get("guid") or server_host), started)

    def post_message(self, name: str, text: str, severity: str) -> None:
        """Put up a bulletin message, in the place of one of that name. `severity`: error, warn.

        Raises SplunkdRefused.
        """
        try:
            self._context.post(
                "/services/messages",
                owner=None,
                app=None,
                name=name,
                value=text,
                severity=severity,
                capability=_MAY_ACT,
            )
        except (HTTPError, AuthenticationError, OSError) as error:
            raise SplunkdRefused(f"No bulletin message ({reason(error)})") from error

    def delete_message(self, name: str) -> None:
        """Take down a bulletin message, if it is there. Raises SplunkdRefused."""
        path = UrlEncoded(f"/services/messages/{quote(name, safe='')}", skip_encode=True)
        try:
            self._context.delete(path, owner=None, app=None)
        except (HTTPError, AuthenticationError, OSError) as error:
            if getattr(error, "status", None) != _NOT_FOUND:
                raise SplunkdRefused(f"A bulletin message stays ({reason(error)})") from error
