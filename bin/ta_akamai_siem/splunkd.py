"""What we ask splunkd: settings and secrets, who it is, its bulletin messages, its KV store.

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

from .errors import SettingsUnreadable
from .history import Instance
from .kv_store import KvStore
from .no_proxy import never_through_a_proxy
from .splunk_names import APP

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT_CONF = "ta_akamai_siem_account"
SETTINGS_CONF = "ta_akamai_siem_settings"
_TIMEOUT = 20.0
"""Seconds for one call."""
_RETRIES = 1
"""solnlib retries on top of its own rounds; its default waits for most of a minute."""
_NOT_FOUND = 404


class SplunkdRefused(Exception):
    """A call that nothing depends on; one sentence for the log."""


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
        self.kv_store = KvStore(self._context)

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

    def input_settings(self, kind: str, name: str) -> Mapping[str, str | None] | None:
        """The settings of a saved input, None where there is none. Raises SettingsUnreadable."""
        path = UrlEncoded(f"data/inputs/{kind}/{quote(name, safe='')}", skip_encode=True)
        try:
            response = self._context.get(path, output_mode="json")
            return dict(json.loads(response.body.read())["entry"][0]["content"])
        except (HTTPError, AuthenticationError, OSError, ValueError, LookupError) as error:
            if getattr(error, "status", None) == _NOT_FOUND:
                return None
            raise _unreadable(f"input '{name}'", error) from error

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
                "/services/messages", owner=None, app=None, name=name, value=text, severity=severity
            )
        except (HTTPError, AuthenticationError, OSError) as error:
            raise SplunkdRefused(f"No bulletin message ({_reason(error)})") from error

    def delete_message(self, name: str) -> None:
        """Take down a bulletin message, if it is there. Raises SplunkdRefused."""
        path = UrlEncoded(f"/services/messages/{quote(name, safe='')}", skip_encode=True)
        try:
            self._context.delete(path, owner=None, app=None)
        except (HTTPError, AuthenticationError, OSError) as error:
            if getattr(error, "status", None) != _NOT_FOUND:
                raise SplunkdRefused(f"A bulletin message stays ({_reason(error)})") from error

    def _conf(self, name: str) -> Any:  # noqa: ANN401 - solnlib is untyped
        manager = ConfManager(
            self._session_key,
            APP,
            realm=f"__REST_CREDENTIAL__#{APP}#configs/conf-{name}",
            max_retries=_RETRIES,
            **self._where,
        )
        return manager.get_conf(name)


def _unreadable(what: str, error: Exception) -> SettingsUnreadable:
    if isinstance(error, CredentialNotExistException):
        return SettingsUnreadable(f"The stored secrets of {what} are missing")
    return SettingsUnreadable(f"splunkd does not hand out {what} ({_reason(error)})")


def _reason(error: Exception) -> str:
    status = 401 if isinstance(error, AuthenticationError) else getattr(error, "status", None)
    return f"HTTP {status}" if status else type(error).__name__
