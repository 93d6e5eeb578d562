"""`TA_akamai_siem_indexes`: indexes to choose from, by name or with what is in them."""

from __future__ import annotations

from typing import Any

from splunk import admin
from splunktaucclib.rest_handler.admin_external import get_splunkd_endpoint

from ta_akamai_siem.splunk.search import SearchFailed
from ta_akamai_siem.splunk.splunkd import Splunkd

from .found_events import find_events
from .page_handler import refusing


class IndexesHandler(admin.MConfigHandler):  # type: ignore[misc]  # Splunk's own module
    """GET: those with events of Akamai first, then the others that this host knows."""

    def setup(self) -> None:
        """No arguments."""

    def handleList(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - Splunk's names
        """An entry each, named by the index, with `label`."""
        splunkd = Splunkd(get_splunkd_endpoint(), self.getSessionKey())
        try:
            found = find_events(splunkd.search)
        except SearchFailed:
            # A list without counts is better than none.
            found = []
        labels: dict[str, str] = {}
        for each in found:
            labels.setdefault(each.index, each.label)
        with refusing():
            for name in splunkd.index_names():
                labels.setdefault(name, name)
        for name, label in labels.items():
            confInfo[name]["label"] = label
