"""`TA_akamai_siem_range`: what a backfill would collect, while its form is being filled in."""

from __future__ import annotations

import time
from typing import Any

from splunk import admin

from .range_preview import ENDS, preview


class RangeHandler(admin.MConfigHandler):  # type: ignore[misc]  # Splunk's own module
    """`GET TA_akamai_siem_range?from=-2h&to=now`. By this host's clock, which a save uses too."""

    def setup(self) -> None:
        """Declare the arguments."""
        for end in ENDS:
            self.supportedArgs.addOptArg(end)

    def handleList(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - Splunk's names
        """One entry: see `preview`."""
        data = self.callerArgs.data
        typed = {end: (data.get(end) or [""])[0] or "" for end in ENDS}
        confInfo["range"].update(preview(typed, time.time()))
