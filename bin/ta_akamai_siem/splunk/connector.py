"""Akamai's own connector, app `TA-Akamai_SIEM`, if it is on this Splunk: inputs, secrets, offsets.

Nothing of it is ever changed. What is read, as its source has it
(https://github.com/akamai/siem-splunk-connector, `Main.java`):

* inputs of the kind `TA-Akamai_SIEM`, in whatever app they were saved;
* its stored passwords: the realm is the input's name, the user names are `client_secret`,
  `client_token` and `access_token`. A setting of the input that is `<hidden>` is stored there; any
  other value is the secret itself, until the connector's first run has stored it;
* its KV store collection `akamai_state`: one document for each input, with the members `stanza` and
  `offset`. The connector ignores upper and lower case in `stanza`, and uses the first that matches.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional

from splunklib.binding import AuthenticationError, HTTPError

from .stored_settings import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from splunklib.binding import Context

APP = KIND = "TA-Akamai_SIEM"
SECRETS = ("client_token", "client_secret", "access_token")
_HIDDEN = "<hidden>"
_STATE = "akamai_state"
_NOT_FOUND = 404
_TROUBLE = (AuthenticationError, OSError, ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True)
class ConnectorInput:
    """One input of the connector.

    `config_ids`: as written, separated by semicolons. `is_range`: it collects a fixed period, so
    its offset is not the place that it has reached. `proxy`: host and port, or "".
    `settings`: all of it, its secrets included until they are stored as passwords.
    """

    name: str
    host: str
    config_ids: str
    is_enabled: bool
    is_range: bool
    proxy: str
    settings: Mapping[str, str] = field(repr=False)


class Connector:
    """`context`: splunkd. Every call raises SettingsUnreadable."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def inputs(self) -> list[ConnectorInput]:
        """All inputs, by name. Empty if the app is not installed on this Splunk, or disabled."""
        found = self._read(f"data/inputs/{KIND}", "its inputs", owner="-", app="-", count="-1")
        inputs = [_input(str(entry["name"]), entry["content"]) for entry in _entries(found)]
        return sorted(inputs, key=lambda each: each.name)

    def find(self, name: str) -> Optional[ConnectorInput]:
        """The input of that name; None if there is none."""
        return next((each for each in self.inputs() if each.name == name), None)

    def secrets(self, chosen: ConnectorInput) -> dict[str, str]:
        """The three secrets of an input in clear text. One that is not stored is empty."""
        found = self._read("storage/passwords", "its passwords", owner="-", app=APP, count="-1")
        stored = {
            str(entry["content"].get("username")): str(entry["content"].get("clear_password") or "")
            for entry in _entries(found)
            if entry["content"].get("realm") == chosen.name
        }
        written = {key: chosen.settings.get(key, "").strip() for key in SECRETS}
        return {
            key: stored.get(key, "") if value.lower() in ("", _HIDDEN) else value
            for key, value in written.items()
        }

    def offset(self, name: str) -> str:
        """The stored offset of an input; "" if there is none."""
        path = f"storage/collections/data/{_STATE}"
        stanza = f"{KIND}://{name}".lower()
        found = self._read(path, "its offsets", owner="nobody", app=APP) or []
        documents = [each for each in found if isinstance(each, dict)]
        mine = (each for each in documents if str(each.get("stanza", "")).lower() == stanza)
        return str(next(mine, {}).get("offset") or "").strip()

    def _read(self, path: str, what: str, **options: str) -> Any:  # noqa: ANN401 - it is JSON
        """The answer; None for HTTP 404."""
        try:
            response = self._context.get(path, output_mode="json", **options)
            return json.loads(response.body.read())
        except HTTPError as error:
            if error.status == _NOT_FOUND:
                return None
            raise unreadable(f"{what} (app {APP})", error) from error
        except _TROUBLE as error:
            raise unreadable(f"{what} (app {APP})", error) from error


def _entries(feed: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - it is JSON
    yield from (feed or {}).get("entry", [])


def _input(name: str, content: Mapping[str, Any]) -> ConnectorInput:
    settings = {key: "" if value is None else str(value) for key, value in content.items()}
    host, port = (settings.get(key, "").strip() for key in ("proxy_host", "proxy_port"))
    return ConnectorInput(
        name=name,
        host=settings.get("hostname", "").strip(),
        config_ids=settings.get("security_configuration_id_s_", "").strip(),
        is_enabled=settings.get("disabled", "0").lower() in ("0", "false", ""),
        is_range=bool(settings.get("final_epoch_time", "").strip()),
        proxy=f"{host}:{port}" if host and port else host,
        settings=settings,
    )
