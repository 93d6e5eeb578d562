"""The position of Akamai's connector, from which an input with `start = connector:<name>` goes on.

Both must not collect at the same time, and an offset is valid only for the host and the security
configurations that it was issued for. So a position is taken over only from an input that is
disabled and has the same of both. The input itself is never changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, Protocol

from ta_akamai_siem.errors import TakeOverRefused
from ta_akamai_siem.setting_labels import labelled
from ta_akamai_siem.settings import Problems, bare_host, read_config_ids

if TYPE_CHECKING:
    from ta_akamai_siem.settings import InputSettings
    from ta_akamai_siem.splunk.connector import ConnectorInput

DATA_INPUTS = "Settings > Data inputs > AKAMAI SIEM API"
"""Where Splunk Web lists the connector's inputs. The title is of its scheme."""


class Positions(Protocol):
    """The connector's inputs and offsets, as `splunk.connector.Connector` reads them."""

    def find(self, name: str) -> Optional[ConnectorInput]: ...

    def offset(self, name: str) -> str: ...


def offset_of(connector: Positions, settings: InputSettings) -> str:
    """The offset to go on from. Raises TakeOverRefused, SettingsUnreadable."""
    name = settings.connector
    found = connector.find(name)
    if found is None:
        raise TakeOverRefused(
            f"{labelled('start')}: Akamai's connector (app TA-Akamai_SIEM) has no input '{name}' "
            "on this host. Create this input on the host that runs the connector, because its "
            "passwords and its position are stored only there. If that app is disabled, enable "
            "it, and disable only its input"
        )
    reason = _reason(found, settings)
    if reason:
        raise TakeOverRefused(f"{labelled('start')}: {reason}")
    offset = connector.offset(name)
    if not offset:
        raise TakeOverRefused(
            f"{labelled('start')}: the connector's input '{name}' has no stored offset. It has "
            "not collected yet, or it has deleted its offset after five errors. Select when the "
            "first run begins instead, such as -1h"
        )
    return offset


def _reason(found: ConnectorInput, settings: InputSettings) -> str:
    """Why the position cannot be taken over, and what to do, without a full stop; "" if it can."""
    name = found.name
    if found.is_enabled:
        return (
            f"the connector's input '{name}' is still enabled, and both would collect the same "
            f"events. Disable it under {DATA_INPUTS}, then save or enable this input again"
        )
    if found.is_range:
        return (
            f"the connector's input '{name}' collects a fixed period (final_epoch_time), so its "
            "offset is not a position to go on from. Select when the first run begins instead"
        )
    if bare_host(found.host).lower() != settings.account.host.lower():
        return (
            f"the connector's input '{name}' uses the host {bare_host(found.host)}, and its offset "
            "is valid only there. Use an account with this host: Configuration > Accounts can "
            "take it over from the connector"
        )
    if read_config_ids(found.config_ids, Problems()) != settings.config_ids:
        return (
            f"the connector's input '{name}' collects the security configurations "
            f"{found.config_ids}, and its offset is valid only for these. Enter exactly these ids "
            f"in {labelled('config_ids')}; you can change them after the first run"
        )
    return ""
