"""The limits of Akamai's SIEM API, each with its source, and the margins to them.

Akamai's reference: https://techdocs.akamai.com/siem-integration/reference
Facts without a number are in the code that uses them: error responses in `akamai.error_table`, the
two modes of a request in `akamai.request`.
"""

from __future__ import annotations

PAGE_EVENTS_MAX = 600_000
"""Largest `limit` of a request, in events. A page may hold somewhat more than its limit.

https://techdocs.akamai.com/siem-integration/reference/get-config
"""
RETENTION = 12 * 3600
"""Seconds for which Akamai retains an event. An older offset is rejected with HTTP 416.

https://techdocs.akamai.com/siem-integration/reference/get-config
https://techdocs.akamai.com/siem-integration/reference/416
"""
LATENCY = 5
"""Seconds before now in which events are not available yet. `to` must be earlier.

https://techdocs.akamai.com/siem-integration/reference/get-config
"""
EDGE_CUT = 120.0
"""Seconds after which Akamai's edge ends a response, even in the middle of a page.

https://techdocs.akamai.com/siem-integration/reference/api-get-started
"""
STATUS_OFFSET_EXPIRED = 416
"""https://techdocs.akamai.com/siem-integration/reference/416"""
STATUS_TOO_MANY_REQUESTS = 429
"""The limit on requests is shared by the whole Akamai account.

https://techdocs.akamai.com/siem-integration/reference/429
"""

MARGIN = 60
"""Seconds by which a replay begins before the last moment known to be complete.

Events can become visible later than `LATENCY`. Akamai does not document when; other clients that
use time mode leave a minute.
"""
RETENTION_SLACK = 10
"""Seconds between `from` and the end of the retention, because the end moves during the request."""
BEGIN_SLACK = 30
"""The same for the first request of an input, so that it can be answered in time."""
