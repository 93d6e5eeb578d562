"""The values of an account from an input of Akamai's own connector, read by splunkd's permissions.

The browser sends the name of that input and nothing else, so no secret is ever part of a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from splunktaucclib.rest_handler.error import RestError

from ta_akamai_siem.setting_labels import LABELS
from ta_akamai_siem.settings import bare_host

from .page_handler import BAD_REQUEST, refusing

if TYPE_CHECKING:
    from ta_akamai_siem.splunk.connector import Connector


class TakenAccount(NamedTuple):
    """`values`: host and secrets. `note`: what else the administrator needs of that input."""

    values: dict[str, str]
    note: str


def take_account(connector: Connector, name: str, *, has_proxy: bool) -> TakenAccount:
    """`has_proxy`: this add-on's own proxy is turned on. Raises RestError."""
    with refusing():
        found = connector.find(name)
    if found is None:
        _refuse(
            f"Akamai's connector has no input '{name}' on this host. Its passwords are stored only "
            "on the host that runs it: create the account there."
        )
    with refusing():
        secrets = connector.secrets(found)
    missing = [key for key, value in secrets.items() if not value]
    if missing:
        _refuse(
            f"the connector's input '{name}' has no stored {', '.join(missing)}. Paste the "
            "credential file instead."
        )
    note = (
        f"Taken over from the connector's input '{name}', which collects the security "
        f"configurations {found.config_ids}."
    )
    if found.proxy and not has_proxy:
        note += f" It uses the proxy {found.proxy}. Turn it on under Configuration > Proxy."
    return TakenAccount({"host": bare_host(found.host), **secrets}, note)


def _refuse(reason: str) -> NoReturn:
    raise RestError(BAD_REQUEST, f"{LABELS['connector']}: {reason}")
