"""The two request modes of Akamai's SIEM API, and gaps: events that are no longer available.

https://techdocs.akamai.com/siem-integration/reference/get-config
"""

from __future__ import annotations

from typing import NamedTuple, Optional, Union

NEARLY_FULL = 0.9
"""Share of its limit from which a page does not prove that nothing is left. A limit is approximate:
a page may be somewhat smaller or larger.
"""


class OffsetRequest(NamedTuple):
    """Offset mode. `offset`: the token, or NULL for "from now". `limit`: events."""

    offset: str
    limit: int


class TimeRequest(NamedTuple):
    """Time mode. `since`, `until`: Akamai's clock, epoch seconds. `limit`: events.

    Without `until`, the page's context contains the offset to continue from.
    """

    since: int
    limit: int
    until: Optional[int] = None


Request = Union[OffsetRequest, TimeRequest]


class Gap(NamedTuple):
    """Events that cannot be collected: stored from `since` to `until`, Akamai's clock, epoch
    seconds. `cause`: its name in the log. `events`: how many are missing. None: unknown.
    """

    since: Optional[float]
    until: float
    cause: str
    events: Optional[int] = None
