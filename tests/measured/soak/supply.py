"""Stores events at Akamai's stand-in continuously, at a rate."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from tests.product.end_to_end.site import CONFIG_ID
from tests.standins.akamai.client import ControlError

if TYPE_CHECKING:
    from tests.product.end_to_end.site import Site

PORTION = 0.5
"""Seconds of events that are generated at a time."""


class Supply:
    """A thread. `offered`: number of events stored so far."""

    def __init__(self, site: Site, rate: int) -> None:
        self.offered = 0
        self._site = site
        self._rate = rate
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Raises RuntimeError if the thread has ended before."""
        if not self._thread.is_alive():
            raise RuntimeError("No more events were stored")
        self._end.set()
        self._thread.join()

    def store(self, count: int) -> None:
        self._site.akamai.load(count, config_id=CONFIG_ID, late_share=0.1, bucket=97)
        self.offered += count

    def _run(self) -> None:
        behind = time.monotonic()
        while not self._end.wait(max(0.0, PORTION - (time.monotonic() - behind))):
            now = time.monotonic()
            count = int(self._rate * (now - behind))
            behind = now
            if not count:
                continue
            try:
                self.store(count)
            except ControlError:
                # The host is busy: meanwhile an offset was issued for a later moment than this.
                self.store(count)
