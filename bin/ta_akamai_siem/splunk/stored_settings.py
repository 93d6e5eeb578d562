"""Reads the settings and secrets that the setup page stored, in as few calls as possible.

UCC's handlers write a stanza to a conf file with each secret masked. They write the secrets as one
JSON text to storage/passwords, under a realm of that conf file. A long text is split into numbered
parts, followed by an end mark. solnlib reads the same, but it makes twice as many calls, and
importing it takes longer than everything else before a run's first request. The
format: solnlib/credentials.py in https://github.com/splunk/addonfactory-solutions-library-python
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from splunklib.binding import AuthenticationError, Context, HTTPError

from ta_akamai_siem.errors import SettingsUnreadable

from .names import APP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCOUNT_CONF = "ta_akamai_siem_account"
SETTINGS_CONF = "ta_akamai_siem_settings"
MASKS = ("******", "********")
"""Replace a secret in a conf file and on a page, in older and current versions of UCC."""
_SEPARATOR = "``splunk_cred_sep``"
_END_MARK = _SEPARATOR + _SEPARATOR.join("SPLUNK") + _SEPARATOR
_NOT_FOUND = 404

Stanza = dict[str, str]


class StoredSettings:
    """`context`: splunkd, in this app's namespace. Every call raises SettingsUnreadable."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def account(self, name: str) -> Stanza | None:
        """The account's stanza with clear secrets; None if there is none."""
        stanza = self._stanzas(ACCOUNT_CONF).get(name)
        return self._unmasked(ACCOUNT_CONF, name, stanza) if stanza is not None else None

    def account_names(self) -> list[str]:
        return sorted(self._stanzas(ACCOUNT_CONF))

    def page(self) -> dict[str, Stanza]:
        """The stanzas `proxy` and `logging` of the settings page, with clear secrets."""
        stanzas = self._stanzas(SETTINGS_CONF)
        return {
            name: self._unmasked(SETTINGS_CONF, name, stanza) for name, stanza in stanzas.items()
        }

    def _stanzas(self, conf: str) -> dict[str, Stanza]:
        """All stanzas of a conf file, so that no name has to be escaped in a path."""
        try:
            entries = list(self._entries(f"configs/conf-{conf}"))
        except HTTPError as error:
            if error.status == _NOT_FOUND:
                return {}
            raise unreadable(f"{conf}.conf", error) from error
        except _TROUBLE as error:
            raise unreadable(f"{conf}.conf", error) from error
        return {
            str(entry["name"]): {key: _text(value) for key, value in entry["content"].items()}
            for entry in entries
        }

    def _unmasked(self, conf: str, name: str, stanza: Stanza) -> Stanza:
        masked = [key for key, value in stanza.items() if value in MASKS]
        if not masked:
            return stanza
        secrets = self._secrets(conf, name)
        missing = [key for key in masked if not isinstance(secrets.get(key), str)]
        if missing:
            what = (
                f"splunkd returned stored passwords without {', '.join(missing)} of [{name}] in "
                f"{conf}.conf"
            )
            raise SettingsUnreadable(what)
        return {**stanza, **{key: secrets[key] for key in masked}}

    def _secrets(self, conf: str, name: str) -> Mapping[str, Any]:
        realm = f"__REST_CREDENTIAL__#{APP}#configs/conf-{conf}"
        try:
            found = [
                entry["content"]
                for entry in self._entries("storage/passwords", search=f"realm={realm}")
            ]
            mine = {
                content["username"]: content["clear_password"] or ""
                for content in found
                if content["realm"] == realm
            }
        except (HTTPError, *_TROUBLE) as error:
            raise unreadable("stored passwords", error) from error
        try:
            secrets = json.loads(_joined(mine, name))
        except ValueError:
            # The text is a secret, even if it is damaged: it must not be part of an error.
            return {}
        return secrets if isinstance(secrets, dict) else {}

    def _entries(self, path: str, **options: str) -> Iterator[Mapping[str, Any]]:
        response = self._context.get(path, count=-1, output_mode="json", **options)
        yield from json.loads(response.body.read())["entry"]


def _joined(stored: Mapping[str, str], name: str) -> str:
    """A secret text from its parts, numbered from 1, or in one piece, as older versions wrote it.

    `stored`: user names and their texts.
    """
    parts: list[str] = []
    while (part := stored.get(f"{name}{_SEPARATOR}{len(parts) + 1}", _END_MARK)) != _END_MARK:
        parts.append(part)
    return "".join(parts) or stored.get(name, "")


def _text(value: object) -> str:
    """A value of splunkd's JSON as the conf file writes it."""
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)


_TROUBLE = (AuthenticationError, OSError, ValueError, LookupError, TypeError, AttributeError)
"""splunkd did not answer, or its answer is unreadable."""


def unreadable(what: str, error: Exception) -> SettingsUnreadable:
    """The error for a failed call to splunkd. `what`: what was requested."""
    return SettingsUnreadable(f"splunkd did not return {what} ({reason(error)})")


def reason(error: Exception) -> str:
    """Why a call to splunkd failed: the HTTP status, or the system's words."""
    status = 401 if isinstance(error, AuthenticationError) else getattr(error, "status", None)
    if status:
        return f"HTTP {status}"
    if isinstance(error, OSError):
        return error.strerror or "no answer"
    return "unexpected answer"
