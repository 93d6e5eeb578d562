"""What we ask splunkd: settings and secrets, the KV store, its state.

Settings and secrets come through solnlib, which knows how the setup page stores them. All else is
one plain call each through splunk-sdk, with a time-out. No call ever goes through a proxy.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from solnlib.conf_manager import ConfManager
from solnlib.credentials import CredentialNotExistException
from solnlib.soln_exceptions import ConfManagerException, ConfStanzaNotExistException
from splunklib.binding import AuthenticationError, Context, HTTPError, UrlEncoded, handler

from .errors import CheckpointUnavailable, CheckpointUnusable, SettingsUnreadable
from .no_proxy import never_through_a_proxy

if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "TA_akamai_siem"
ACCOUNT_CONF = "ta_akamai_siem_account"
SETTINGS_CONF = "ta_akamai_siem_settings"
_TIMEOUT = 20.0
"""Seconds for one call."""
_RETRIES = 1
"""solnlib retries on top of its own rounds; its default waits for most of a minute."""
_NOT_FOUND = 404
_UNAVAILABLE = 503
_OFF_STATES = ("disabled", "failed")


class Splunkd:
    """The splunkd that started us. `server_uri` and `session_key` as it handed them over."""

    def __init__(self, server_uri: str, session_key: str) -> None:
        never_through_a_proxy()
        uri = urlsplit(server_uri)
        self._where = {"scheme": uri.scheme, "host": uri.hostname, "port": uri.port}
        self._session_key = session_key
        self._context = Context(
            handler=handler(timeout=_TIMEOUT),
            token=session_key,
            owner="nobody",
            app=APP,
            autologin=False,
            **self._where,
        )

    def check_rights(self) -> None:
        """Ask once whether secrets may be read: solnlib takes half a minute to take a no.

        Raises SettingsUnreadable.
        """
        try:
            self._context.get("storage/passwords", count=1)
        except (HTTPError, AuthenticationError, OSError) as error:
            raise _unreadable("stored passwords", error) from error

    def account(self, name: str) -> Mapping[str, str | None] | None:
        """The account's stanza with clear secrets, None where there is none; so is an empty value.

        Raises SettingsUnreadable.
        """
        try:
            stanza = self._conf(ACCOUNT_CONF).get(name)
        except (ConfManagerException, ConfStanzaNotExistException):
            return None
        except Exception as error:
            raise _unreadable(f"account '{name}'", error) from error
        return dict(stanza)

    def settings(self) -> Mapping[str, Mapping[str, str | None]]:
        """The stanzas `proxy` and `logging` of the settings page. Raises SettingsUnreadable."""
        try:
            return dict(self._conf(SETTINGS_CONF).get_all())
        except ConfManagerException:
            return {}
        except Exception as error:
            raise _unreadable("settings", error) from error

    def load_document(self, collection: str, key: str) -> dict[str, Any] | None:
        """A document of this app's KV store; None where there is none of that key.

        Raises CheckpointUnavailable, CheckpointUnusable.
        """
        try:
            response = self._context.get(_data_path(collection, key))
            document = json.loads(response.body.read())
        except HTTPError as error:
            if error.status == _NOT_FOUND:
                return None
            raise self._store_error(error) from error
        except (AuthenticationError, OSError, ValueError) as error:
            raise self._store_error(error) from error
        return document if isinstance(document, dict) else None

    def save_document(self, collection: str, document: Mapping[str, Any]) -> None:
        """Insert or replace by `_key`. Raises CheckpointUnavailable, CheckpointUnusable."""
        try:
            self._context.post(
                _data_path(collection, "batch_save"),
                headers=[("Content-Type", "application/json")],
                body=json.dumps([document]),
            )
        except (HTTPError, AuthenticationError, OSError) as error:
            raise self._store_error(error) from error

    def _conf(self, name: str) -> Any:  # noqa: ANN401 - solnlib is untyped
        manager = ConfManager(
            self._session_key,
            APP,
            realm=f"__REST_CREDENTIAL__#{APP}#configs/conf-{name}",
            max_retries=_RETRIES,
            **self._where,
        )
        return manager.get_conf(name)

    def _store_error(self, error: Exception) -> CheckpointUnavailable | CheckpointUnusable:
        """What a failure of the KV store means: worth waiting for, or a person's business."""
        status = getattr(error, "status", None)
        if status == _NOT_FOUND:
            return CheckpointUnusable("The app's KV store collection does not exist")
        if status == _UNAVAILABLE and (state := self._store_state()) in _OFF_STATES:
            return CheckpointUnusable(f"The KV store is {state}")
        reason = f"HTTP {status}" if status else str(error) or type(error).__name__
        return CheckpointUnavailable(f"The KV store does not answer ({reason})")

    def _store_state(self) -> str:
        try:
            response = self._context.get(
                "/services/kvstore/status", owner=None, app=None, output_mode="json"
            )
            entry = json.loads(response.body.read())["entry"][0]
            return str(entry["content"]["current"]["status"])
        except (HTTPError, AuthenticationError, OSError, ValueError, LookupError, TypeError):
            return "unknown"


def _data_path(collection: str, key: str) -> UrlEncoded:
    """Escaped here, a slash of an input's name included; the library must not do it again."""
    path = f"storage/collections/data/{collection}/{quote(key, safe='')}"
    return UrlEncoded(path, skip_encode=True)


def _unreadable(what: str, error: Exception) -> SettingsUnreadable:
    if isinstance(error, CredentialNotExistException):
        return SettingsUnreadable(f"The stored secrets of {what} are missing")
    status = 401 if isinstance(error, AuthenticationError) else getattr(error, "status", None)
    reason = f"HTTP {status}" if status else type(error).__name__
    return SettingsUnreadable(f"splunkd does not hand out {what} ({reason})")
