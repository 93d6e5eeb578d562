"""The events that have arrived in the Splunk stand-in's index so far, read while it grows."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tests.standins.akamai.multiset import MultisetDigest, find_marker, marker_index

if TYPE_CHECKING:
    from tests.product.end_to_end.site import Site


class Arrived(NamedTuple):
    """An event by its index at Akamai's stand-in, and the bytes that the index keeps of it."""

    number: int
    size: int


class Arrivals:
    """The records of the index `main`, by the marker of each generated event.

    `records`: of generated events. `foreign`: of anything else. `source`: of one input only.
    `latest`: what the last update brought, in the order of indexing.
    """

    def __init__(self, site: Site, source: str = "") -> None:
        self._site = site
        self._source = f'"source":{json.dumps(source)}'.encode() if source else b""
        self._path = site.home / "var" / "lib" / "splunk" / "main" / "records.ndjson"
        self._read = site.splunk.forgotten()
        self._seen: Counter[str] = Counter()
        self.records = 0
        self.foreign = 0
        self.latest: list[Arrived] = []

    def update(self) -> int:
        """Read new records; return how many of them had arrived before."""
        repeated = 0
        self.latest = []
        if not self._path.exists():
            return 0
        with self._path.open("rb") as stream:
            stream.seek(self._read)
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                if self._source not in line.replace(b'": "', b'":"'):
                    continue
                marker = find_marker(line.replace(b'\\"', b'"'))
                if marker is None:
                    self.foreign += 1
                    continue
                repeated += marker in self._seen
                self.latest.append(Arrived(marker_index(marker), len(line)))
                self._seen[marker] += 1
                self.records += 1
        return repeated

    @property
    def seen(self) -> Counter[str]:
        """How often each event arrived, by its marker."""
        return self._seen

    @property
    def distinct(self) -> int:
        return len(self._seen)

    @property
    def repeated(self) -> int:
        return self.records - len(self._seen)

    def misses_nothing(self) -> bool:
        """Whether everything that Akamai's stand-in holds has arrived, and nothing else."""
        return self.foreign == 0 and self.has_every_event()

    def has_every_event(self) -> bool:
        """Whether the events that arrived are those that Akamai's stand-in holds."""
        held = self._site.akamai.held()
        digest = MultisetDigest()
        for marker in self._seen:
            digest.add(marker.encode())
        return (held["markers_count"], held["markers_digest"]) == (
            digest.count,
            digest.hexdigest(),
        )


def committed(site: Site) -> None:
    """Wait until the Splunk stand-in has indexed what it has read."""
    site.splunk.wait_until("the index has all", lambda: site.splunk.index()["waiting"] == 0, 60)
