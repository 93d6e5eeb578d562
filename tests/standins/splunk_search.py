"""A stand-in for splunkd's search endpoints: search jobs are created, read and deleted.

It runs no search; the test that starts it defines the result of each search. It is stricter than
splunkd: it accepts only the arguments that the reference lists, and only searches that begin with a
command.
https://help.splunk.com/en/splunk-enterprise/rest-api-reference/10.2/search-endpoints
"""

from __future__ import annotations

import http.server
import itertools
import json
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import parse_qs, unquote, urlsplit

from .splunk.certificate import make_certificate

if TYPE_CHECKING:
    from pathlib import Path

_ARGUMENTS = {
    "search",
    "exec_mode",
    "earliest_time",
    "latest_time",
    "index_earliest",
    "index_latest",
    "output_mode",
}
_JOBS = "/servicesNS/nobody/TA_akamai_siem/search/v2/jobs"


@dataclass
class Answered:
    """The result of a search. `failed`: the message of a search that fails while it runs."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    scanned: int = 0
    matched: int = 0
    failed: str = ""


class Refused(Exception):
    """A refused call: status and message."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class SearchStandin:
    """Listens on the loopback interface with TLS.

    `answer`: called with a search and the job's arguments. It may raise Refused, as splunkd refuses
    a search that it cannot parse.
    """

    def __init__(
        self, folder: Path, token: str, answer: Callable[[str, dict[str, str]], Answered]
    ) -> None:
        self.certificate = make_certificate(folder)
        self.jobs: dict[str, Answered] = {}
        self.searches: list[str] = []
        self._token = token
        self._answer = answer
        self._numbers = itertools.count(1)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> SearchStandin:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def serve(self, method: str, target: str, form: str, authorization: str) -> tuple[int, Any]:
        """Return status and document of a call."""
        try:
            return self._checked(method, target, form, authorization)
        except Refused as refused:
            return refused.status, {"messages": [{"type": "FATAL", "text": str(refused)}]}

    def _checked(self, method: str, target: str, form: str, authorization: str) -> tuple[int, Any]:
        if authorization != f"Bearer {self._token}":
            raise Refused(401, "call not properly authenticated")
        parts = urlsplit(target)
        values = {k: v[-1] for k, v in parse_qs(form or parts.query).items()}
        if values.get("output_mode") != "json":
            raise Refused(400, "this stand-in answers in JSON only")
        if not parts.path.startswith(_JOBS):
            raise Refused(404, "Not Found")
        rest = parts.path[len(_JOBS) :].strip("/").split("/")
        return self._dispatch(method, [unquote(part) for part in rest if part], values)

    def _dispatch(self, method: str, rest: list[str], values: dict[str, str]) -> tuple[int, Any]:
        if method == "POST" and not rest:
            return 201, {"sid": self._create(values)}
        if not rest or rest[0] not in self.jobs:
            raise Refused(404, "Unknown sid.")
        job = self.jobs[rest[0]]
        if method == "DELETE" and len(rest) == 1:
            del self.jobs[rest[0]]
            return 200, {"messages": [{"type": "INFO", "text": "Search job cancelled."}]}
        if method == "GET" and len(rest) == 1:
            content = {
                "dispatchState": "FAILED" if job.failed else "DONE",
                "isDone": True,
                "isFailed": bool(job.failed),
                "scanCount": job.scanned,
                "eventCount": job.matched,
                "resultCount": len(job.rows),
                "messages": [{"type": "FATAL", "text": job.failed}] if job.failed else [],
            }
            return 200, {"entry": [{"name": rest[0], "content": content}]}
        if method == "GET" and rest[1:] == ["results"]:
            count = int(values.get("count", "100"))
            return 200, {"preview": False, "results": job.rows[: count or None], "messages": []}
        raise Refused(405, "Method Not Allowed")

    def _create(self, values: dict[str, str]) -> str:
        unknown = set(values) - _ARGUMENTS
        if unknown:
            raise Refused(400, f"Argument not supported by this handler: {sorted(unknown)}")
        if values.get("exec_mode") != "blocking":
            raise Refused(400, "this stand-in's jobs are done when they are made")
        search = values.get("search", "")
        if not search.startswith(("search ", "|")):
            raise Refused(400, f"Unknown search command '{search.split(' ')[0]}'.")
        self.searches.append(search)
        sid = f"1700000000.{next(self._numbers)}"
        self.jobs[sid] = self._answer(search, values)
        return sid


def _handler(standin: SearchStandin) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def _serve(self) -> None:
            form = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            authorization = self.headers.get("Authorization", "")
            status, document = standin.serve(self.command, self.path, form, authorization)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the base class's names

        def log_message(self, *_: object) -> None:
            """Suppress the log on stderr."""

    return Handler
