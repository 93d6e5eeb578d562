"""`TA_akamai_siem_notices`: what the pages say above their tables, for the user who calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from splunk import admin
from splunktaucclib.rest_handler.admin_external import get_splunkd_endpoint

from ta_akamai_siem.errors import SettingsUnreadable
from ta_akamai_siem.splunk.search import SearchFailed
from ta_akamai_siem.splunk.splunkd import Splunkd

from .found_events import missed
from .notices import READS, WRITES, of_the_host, of_the_index, of_the_rights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .notices import Notice

_EVENTS = "events"
_FORWARDS = "heavyweight_forwarder"


class NoticesHandler(admin.MConfigHandler):  # type: ignore[misc]  # Splunk's own module
    """GET: `rights` and `host`, at once. GET of `events`: after a search of a second or two."""

    def setup(self) -> None:
        """No arguments."""

    def handleList(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - Splunk's names
        """An entry each: `text`, `link`, `link_text`, all empty if there is nothing to say."""
        splunkd = Splunkd(get_splunkd_endpoint(), self.getSessionKey())
        info = _info(splunkd)
        if self.callerArgs.id == _EVENTS:
            confInfo[_EVENTS].update(_shown(_of_the_events(splunkd, info)))
            return
        capabilities = splunkd.capabilities()
        confInfo["rights"].update(
            _shown(of_the_rights(capabilities)),
            reads=_may(capabilities, READS),
            writes=_may(capabilities, WRITES),
        )
        confInfo["host"].update(_shown(of_the_host(info)))


def _info(splunkd: Splunkd) -> Mapping[str, Any]:
    """Empty if splunkd does not answer: there is nothing to say then."""
    try:
        return splunkd.server_info()
    except SettingsUnreadable:
        return {}


def _of_the_events(splunkd: Splunkd, info: Any) -> Notice | None:  # noqa: ANN401 - splunkd's
    """None also if the search fails, and on a forwarder, where there is nothing to find."""
    if _FORWARDS in (info.get("server_roles") or ()):
        return None
    try:
        return of_the_index(missed(splunkd.search))
    except SearchFailed:
        return None


def _may(capabilities: frozenset[str] | None, capability: str) -> str:
    """If they are not known, the page shows everything, and splunkd refuses."""
    return str(int(capabilities is None or capability in capabilities))


def _shown(notice: Notice | None) -> dict[str, str]:
    return notice._asdict() if notice else {"text": "", "link": "", "link_text": ""}
