"""Short searches, with the permissions of the user who calls, for the setup page.

https://help.splunk.com/en/splunk-enterprise/rest-api-reference/10.2/search-endpoints
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from splunklib.binding import AuthenticationError, Context, HTTPError

from .stored_settings import reason

if TYPE_CHECKING:
    from collections.abc import Mapping


_SECONDS_MAX = 15
"""Then splunkd returns what it has found so far."""


class SearchFailed(Exception):
    """The text says why: a status, or the system's words."""


class Search:
    """`context`: splunkd, in this app's namespace."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def rows(self, search: str, earliest: str) -> list[Mapping[str, str]]:
        """The results. `search`: begins with a pipe. `earliest`: such as `-24h`.

        Raises SearchFailed.
        """
        try:
            response = self._context.post(
                "search/v2/jobs",
                search=search,
                exec_mode="oneshot",
                earliest_time=earliest,
                latest_time="now",
                max_time=_SECONDS_MAX,
                output_mode="json",
            )
            return list(json.loads(response.body.read())["results"])
        except (HTTPError, AuthenticationError, OSError, ValueError, LookupError) as error:
            raise SearchFailed(reason(error)) from error
