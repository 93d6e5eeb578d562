"""Runs searches through Splunk's REST API and reads what each search cost.
https://help.splunk.com/en/splunk-enterprise/rest-api-reference/10.2/search-endpoints
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

_TIMEOUT = 600
"""Seconds to wait for a search."""
_JOBS = "/servicesNS/nobody/TA_akamai_siem/search/v2/jobs"


class SearchFailed(Exception):
    """Splunk refused a search, or it failed; the text is Splunk's."""


class NoSplunk(Exception):
    """No Splunk responds at this address, or it does not accept the token."""


@dataclass(frozen=True)
class Found:
    """`rows`: the results. `scanned`: number of events read. `matched`: number of events found."""

    rows: list[dict[str, Any]]
    scanned: int = 0
    matched: int = 0

    def value(self, field: str) -> Any:
        """A value of the first row; None if there is no row."""
        return self.rows[0].get(field) if self.rows else None


class Splunk:
    """`address`: of the management port, https. `trusted`: the certificates to trust."""

    def __init__(self, address: str, token: str, trusted: ssl.SSLContext) -> None:
        self._address = address.rstrip("/")
        self._token = token
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
        )

    def search(self, text: str, earliest: str = "-60m", latest: str = "now", **more: str) -> Found:
        """Run to the end. `more`: additional arguments of the job. Raises SearchFailed,
        NoSplunk.
        """
        asked = {"search": text, "earliest_time": earliest, "latest_time": latest, **more}
        made = self._call("POST", _JOBS, {**asked, "exec_mode": "blocking"})
        job = f"{_JOBS}/{urllib.parse.quote(made['sid'], safe='')}"
        try:
            content = self._call("GET", job)["entry"][0]["content"]
            if content.get("isFailed"):
                raise SearchFailed(_texts(content))
            results = self._call("GET", f"{job}/results", {"count": "0"})
        finally:
            self._call("DELETE", job)
        return Found(results["results"], int(content["scanCount"]), int(content["eventCount"]))

    def _call(self, method: str, path: str, values: dict[str, str] | None = None) -> Any:
        form = urllib.parse.urlencode({**(values or {}), "output_mode": "json"})
        url = self._address + path + ("" if method == "POST" else f"?{form}")
        data = form.encode() if method == "POST" else None
        headers = {"Authorization": f"Bearer {self._token}"}
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode("utf-8", "replace")
            if error.code in (401, 403):
                raise NoSplunk(f"Splunk does not accept the token ({error.code})") from error
            raise SearchFailed(_message(text) or f"HTTP {error.code}") from error
        except (OSError, ValueError) as error:
            raise NoSplunk(f"{self._address}: {error}") from error


def _message(text: str) -> str:
    try:
        return _texts(json.loads(text))
    except (ValueError, TypeError):
        return ""


def _texts(answer: dict[str, Any]) -> str:
    return "; ".join(str(each.get("text", "")) for each in answer.get("messages", []))
