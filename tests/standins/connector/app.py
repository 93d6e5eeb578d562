"""The files of the app `TA-Akamai_SIEM` that splunkd reads: its kind of input and its collection.

https://github.com/akamai/siem-splunk-connector (`Main.getScheme`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

APP = KIND = "TA-Akamai_SIEM"
COLLECTION = "akamai_state"
SOURCETYPE = "akamaisiem"
SECRETS = ("client_token", "client_secret", "access_token")
_REQUIRED = ("hostname", "security_configuration_id_s_", *SECRETS)
_OPTIONAL = (
    "initial_epoch_time",
    "final_epoch_time",
    "limit",
    "log_level",
    "proxy_host",
    "proxy_port",
)
INPUT_SETTINGS = (*_REQUIRED, *_OPTIONAL)


def install(home: Path) -> None:
    """Write the app into a Splunk home."""
    spec = [f"[{KIND}://<name>]"]
    spec += [f"{name} = <string>\n* Required." for name in _REQUIRED]
    spec += [f"{name} = <string>" for name in _OPTIONAL]
    files = {
        "README/inputs.conf.spec": "\n".join(spec) + "\n",
        "default/app.conf": "[install]\nstate = enabled\n",
        "default/inputs.conf": f"[{KIND}]\nsourcetype = {SOURCETYPE}\ninterval = 60\n",
        "default/collections.conf": f"[{COLLECTION}]\n",
    }
    folder = home / "etc" / "apps" / APP
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
