"""An account and inputs as a deployment tool creates them: conf files and a stored credential.

The result is the same as that of the setup page (a test compares them), without the second or two
that its handlers and the validation take. Scenarios about saving use the page's own endpoints.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.standins.splunk.client import SplunkStandin

SECRETS = ("client_token", "client_secret", "access_token")
MASK = "******"
_SEPARATOR = "``splunk_cred_sep``"
_END = _SEPARATOR + _SEPARATOR.join("SPLUNK") + _SEPARATOR
_PART = 255
"""Maximum length of a stored password; solnlib splits longer ones."""


def push_account(splunk: SplunkStandin, name: str, values: Mapping[str, str]) -> None:
    """An account's stanza, its secrets encrypted by splunkd."""
    conf = f"{splunk.app_name.lower()}_account"
    secret = json.dumps({key: values[key] for key in SECRETS})
    parts = [secret[begin : begin + _PART] for begin in range(0, len(secret), _PART)]
    for number, part in enumerate([*parts, _END], 1):
        splunk.create(
            "storage",
            "passwords",
            name=f"{name}{_SEPARATOR}{number}",
            password=part,
            realm=f"__REST_CREDENTIAL__#{splunk.app_name}#configs/conf-{conf}",
        )
    shown = {key: MASK if key in SECRETS else value for key, value in values.items()}
    splunk.create("configs", f"conf-{conf}", name=name, **shown)


def push_input(splunk: SplunkStandin, stanza: str, values: Mapping[str, object]) -> None:
    """A stanza of inputs.conf. splunkd reads it when it is told to reload.

    A value of several lines is one of continued lines.
    """
    folded = {key: str(value).replace("\n", "\\\n") for key, value in values.items()}
    text = "".join(f"{key} = {value}\n" for key, value in folded.items())
    with inputs_conf(splunk).open("a", encoding="utf-8") as conf:
        conf.write(f"[{stanza}]\n{text}\n")
    splunk.reload_inputs()


def push_setting(splunk: SplunkStandin, stanza: str, setting: str, value: str) -> None:
    """Change one setting of an existing stanza."""
    path = inputs_conf(splunk)
    lines = path.read_text(encoding="utf-8").splitlines()
    begin = lines.index(f"[{stanza}]") + 1
    lines = [
        line
        for number, line in enumerate(lines)
        if number < begin or line.partition("=")[0].strip() != setting
    ]
    lines.insert(begin, f"{setting} = {value}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    splunk.reload_inputs()


def inputs_conf(splunk: SplunkStandin) -> Path:
    """The app's local inputs.conf; creates its folder."""
    folder = splunk.home / "etc" / "apps" / splunk.app_name / "local"
    folder.mkdir(exist_ok=True)
    return folder / "inputs.conf"
