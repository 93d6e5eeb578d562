"""Settings and secrets as the setup page stores them, in as few calls as it takes.

UCC's handlers write a stanza to a conf file with each secret masked, and the secrets as one JSON
text to storage/passwords, under a realm of the conf file's own. A long text lies there in numbered
parts, with a mark behind the last. solnlib reads the same; it asks twice as often, and importing
it takes longer than all else that a run does before its first request.
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
"""What stands for a secret in a conf file and on a page, today and in older versions of UCC."""
_SEPARATOR = "``splunk_cred_sep``"
_END_MARK = _SEPARATOR + _SEPARATOR.join("SPLUNK") + _SEPARATOR
_NOT_FOUND = 404

Stanza = dict[str, str]


class StoredSettings:
    """`context`: splunkd, in this app's namespace. Every call raises SettingsUnreadable."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def account(self, name: str) -> Stanza | None:
        """The account's stanza with clear secrets; None where there is none."""
        stanza = self._stanzas(ACCOUNT_CONF).get(name)
        return self._unmasked(ACCOUNT_CONF, name, stanza) if stanza is not None else None

    def account_names(self) -> list[str]:
        return sorted(self._stanzas(ACCOUNT_CONF))

    def page(self) -> dict[str, Stanza]:
        """The stanzas of the settings page, `proxy` and `logging`, with clear secrets."""
        stanzas = self._stanzas(SETTINGS_CONF)
        return {
            name: self._unmasked(SETTINGS_CONF, name, stanza) for name, stanza in stanzas.items()
        }

    def _stanzas(self, conf: str) -> dict[str, Stanza]:
        """All of a conf file: a name in a path would have to be escaped, by rules of its own."""
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
            what = f"Stored passwords hold no {', '.join(missing)} of [{name}] in {conf}.conf"
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
            # Nothing of the text goes into an error: it is a secret, though a broken one.
            return {}
        return secrets if isinstance(secrets, dict) else {}

    def _entries(self, path: str, **options: str) -> Iterator[Mapping[str, Any]]:
        response = self._context.get(path, count=-1, output_mode="json", **options)
        yield from json.loads(response.body.read())["entry"]


def _joined(stored: Mapping[str, str], name: str) -> str:
    """A secret text from its parts, numbered from 1; or in one piece, as older versions wrote it.

    `stored`: what is stored, by user name.
    """
    parts: list[str] = []
    while (part := stored.get(f"{name}{_SEPARATOR}{len(parts) + 1}", _END_MARK)) != _END_MARK:
        parts.append(part)
    return "".join(parts) or stored.get(name, "")


def _text(value: object) -> str:
    """A value of splunkd's JSON as the conf file has it."""
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)


_TROUBLE = (AuthenticationError, OSError, ValueError, LookupError, TypeError, AttributeError)
"""Besides an answer that says no: splunkd is not there, or its answer is none."""


def unreadable(what: str, error: Exception) -> SettingsUnreadable:
    """What it means that splunkd refused a call for `what`, or did not answer it."""
    return SettingsUnreadable(f"splunkd does not hand out {what} ({reason(error)})")


def reason(error: Exception) -> str:
    """Why a call to splunkd failed, in a word or two."""
    status = 401 if isinstance(error, AuthenticationError) else getattr(error, "status", None)
    return f"HTTP {status}" if status else type(error).__name__
