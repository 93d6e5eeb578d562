"""The calls to splunkd: settings and secrets, server information, bulletin messages, KV store.

Each is one call through splunk-sdk with a timeout. No call goes through a proxy.
https://help.splunk.com/en/splunk-enterprise/rest-api-reference/9.0/system-endpoints
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from splunklib.binding import AuthenticationError, HTTPError, UrlEncoded

from .connection import connection
from .kv_store import KvStore
from .stored_settings import StoredSettings, reason, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .connector import Connector
    from .knowledge import Knowledge
    from .search import Search

_TIMEOUT = 20.0
"""Seconds for one call."""
_NOT_FOUND = 404
_TROUBLE = 500
_MAY_ACT = "edit_storage_passwords"
"""Capability of those who see our messages: whoever may set up an account."""


class SplunkdRefused(Exception):
    """A failed call that does not end the run; its text is for the log."""


class Splunkd:
    """The splunkd that started this process. `server_uri`, `session_key`: as it passed them."""

    def __init__(self, server_uri: str, session_key: str) -> None:
        self._context = connection(server_uri, session_key, _TIMEOUT)
        self.settings = StoredSettings(self._context)
        self.kv_store = KvStore(self._context)

    @property
    def connector(self) -> Connector:
        from .connector import Connector

        return Connector(self._context)

    @property
    def knowledge(self) -> Knowledge:
        from .knowledge import Knowledge

        return Knowledge(self._context)

    @property
    def search(self) -> Search:
        from .search import Search

        return Search(self._context)

    def input_settings(self, kind: str, name: str) -> Mapping[str, str | None] | None:
        """The settings of a saved input, None if there is none. Raises SettingsUnreadable."""
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

    def server_info(self) -> Mapping[str, Any]:
        """What this splunkd says of itself; empty if it refuses. Raises SettingsUnreadable if no
        answer comes: without it, another splunkd would seem to run the input.
        """
        try:
            return self._own("/services/server/info")
        except (OSError, HTTPError) as error:
            raise unreadable("server information", error) from error

    def capabilities(self) -> frozenset[str] | None:
        """Of the user who calls; None if splunkd does not return them."""
        try:
            context = self._own("/services/authentication/current-context")
        except (OSError, HTTPError):
            return None
        found = context.get("capabilities")
        return frozenset(map(str, found)) if isinstance(found, list) else None

    def index_names(self) -> list[str]:
        """The indexes of this host that are not internal. Raises SettingsUnreadable."""
        try:
            response = self._context.get(
                "data/indexes", count=-1, search="isInternal=0 disabled=0", output_mode="json"
            )
            entries = json.loads(response.body.read())["entry"]
            return sorted(str(entry["name"]) for entry in entries)
        except (HTTPError, AuthenticationError, OSError, ValueError, LookupError) as error:
            raise unreadable("indexes", error) from error

    def _own(self, path: str) -> Mapping[str, Any]:
        """Empty if splunkd refuses, or answers with something else. Raises OSError, HTTPError."""
        try:
            response = self._context.get(path, owner=None, app=None, output_mode="json")
            return dict(json.loads(response.body.read())["entry"][0]["content"])
        except HTTPError as error:
            if error.status >= _TROUBLE:
                raise
            return {}
        except (ValueError, LookupError, TypeError):
            return {}

    def post_message(self, name: str, text: str, severity: str) -> None:
        """Add a bulletin message, or replace the one of that name. `severity`: error or warn.

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
            raise SplunkdRefused(f"splunkd did not add the message ({reason(error)}).") from error

    def delete_message(self, name: str) -> None:
        """Remove a bulletin message if there is one. Raises SplunkdRefused."""
        path = UrlEncoded(f"/services/messages/{quote(name, safe='')}", skip_encode=True)
        try:
            self._context.delete(path, owner=None, app=None)
        except (HTTPError, AuthenticationError, OSError) as error:
            if getattr(error, "status", None) != _NOT_FOUND:
                raise SplunkdRefused(
                    f"splunkd did not remove the message ({reason(error)})."
                ) from error
