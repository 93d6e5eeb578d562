"""The splunkd that started this process."""

from __future__ import annotations

from typing import NamedTuple, Optional


class Instance(NamedTuple):
    """`guid`: identifies it. `started`: epoch seconds of this host's clock, None if unknown."""

    guid: str
    started: Optional[float]
