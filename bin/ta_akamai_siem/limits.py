"""What Akamai's SIEM API allows, each fact with its source, and the margins we keep from it.

The reference is Akamai's own: https://techdocs.akamai.com/siem-integration/reference
Facts without a number live with the code that they decide: the meaning of each refusal in
`akamai.error_table`, the two modes of a request in `akamai.request`.
"""

from __future__ import annotations

PAGE_EVENTS_MAX = 600_000
"""Largest `limit` of a request, in events. A page may hold somewhat more than its limit.

https://techdocs.akamai.com/siem-integration/reference/get-config
"""
RETENTION = 12 * 3600
"""Seconds for which Akamai keeps an event; an older offset is refused with HTTP 416.

https://techdocs.akamai.com/siem-integration/reference/416
"""
LATENCY = 5
"""Seconds for which the API withholds the newest events; `to` can be no later than that.

https://techdocs.akamai.com/siem-integration/reference/get-config
"""
EDGE_CUT = 120.0
"""Seconds after which Akamai's edge stops sending a page, wherever it is.

https://techdocs.akamai.com/siem-integration/reference/api-get-started
"""
STATUS_OFFSET_EXPIRED = 416
"""https://techdocs.akamai.com/siem-integration/reference/416"""
STATUS_TOO_MANY_REQUESTS = 429
"""The number of requests is limited for the whole Akamai account.

https://techdocs.akamai.com/siem-integration/reference/429
"""

MARGIN = 60
"""Seconds by which a replay begins before the last moment known to be complete.

Events become visible later than `LATENCY` says: no document promises when, others who use time mode
leave a minute.
"""
RETENTION_SLACK = 10
"""Seconds by which `from` stays away from the end of the retention, which moves on meanwhile."""
BEGIN_SLACK = 30
"""The same for the beginning of an input, so that its first request has time to be answered."""
