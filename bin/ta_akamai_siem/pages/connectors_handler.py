"""Lists the inputs of Akamai's own connector on this Splunk, for both forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from splunk import admin
from splunktaucclib.rest_handler.admin_external import get_splunkd_endpoint

from ta_akamai_siem.settings import bare_host
from ta_akamai_siem.splunk.splunkd import Splunkd

from .page_handler import refusing

if TYPE_CHECKING:
    from ta_akamai_siem.splunk.connector import ConnectorInput


class ConnectorsHandler(admin.MConfigHandler):  # type: ignore[misc]  # Splunk's own module
    """GET: an entry each, named by the input. No secret is part of it."""

    def setup(self) -> None:
        """No arguments."""

    def handleList(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - Splunk's names
        """Empty if the connector is not on this Splunk. Raises RestError."""
        splunkd = Splunkd(get_splunkd_endpoint(), self.getSessionKey())
        with refusing():
            found = splunkd.connector.inputs()
        for each in found:
            confInfo[each.name]["label"] = _label(each)


def _label(each: ConnectorInput) -> str:
    state = "still enabled" if each.is_enabled else "disabled"
    return f"{each.name} ({state}, configurations {each.config_ids}, {bare_host(each.host)})"
