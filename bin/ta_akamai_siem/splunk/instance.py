"""Which splunkd runs us."""

from __future__ import annotations

from typing import NamedTuple, Optional


class Instance(NamedTuple):
    """`guid`: its own name. `started`: epoch seconds of this host's clock, None if unknown."""

    guid: str
    started: Optional[float]
