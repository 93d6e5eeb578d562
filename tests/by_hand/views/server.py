"""Serves the page that renders views, and answers its searches from the emulation."""

from __future__ import annotations

import json
import mimetypes
import threading
from datetime import datetime, timezone
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.dashboards import Dashboard
from tests.oracles.search_time.eval_values import shown
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.oracles.search_time.time_range import TimeRange, moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.oracles.search_time.spl import Searcher
    from tests.oracles.search_time.spl_commands import Row


APP = "/app/TA_akamai_siem/"


class Server(ThreadingHTTPServer):
    """`built`: the page; `views`: the folder of their files; `searcher`: gives that of the events
    as they are now. It listens on the loopback.
    """

    daemon_threads = True

    def __init__(
        self, built: Path, views: Path, searcher: Callable[[], Searcher], port: int = 0
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.built = built
        self.views = views
        self._searcher = searcher
        self._lock = threading.Lock()
        self._rows = lru_cache(500)(self._found)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """`columns` of a search's rows, from `offset` on, `count` of them."""
        wanted = asked["range"]
        try:
            with self._lock:
                searcher = self._searcher()
                rows = self._rows(searcher, asked["search"], wanted["earliest"], wanted["latest"])
        except (Refused, NotInSubset, Unspecified, ValueError) as error:
            return {"error": f"{type(error).__name__}: {error}"}
        for name, order in asked["sort"].items():
            rows = sorted(rows, key=lambda row: _order(row.get(name)), reverse=order == "desc")
        names = _columns(rows)
        first, count = asked["offset"], asked["count"] or len(rows)
        page = rows[first : first + count]
        return {
            "fields": [{"name": name} for name in names],
            "columns": [[_cell(name, row.get(name)) for row in page] for name in names],
            "total": len(rows),
        }

    @staticmethod
    def _found(searcher: Searcher, search: str, earliest: str, latest: str) -> list[Row]:
        now = CLOCK.now()
        return searcher.found(search, TimeRange(moment(earliest, now), moment(latest, now)))


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._send("application/json", json.dumps(self.server.answer(asked)).encode())

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path.startswith(APP):
            self._follow(path.removeprefix(APP), query)
            return
        if path.startswith("/definition/"):
            view = Dashboard(self.server.views / f"{path.rpartition('/')[2]}.xml")
            self._send("application/json", json.dumps(view.definition).encode())
            return
        file = self.server.built / (path.lstrip("/") or "index.html")
        if not file.is_file():
            self.send_error(404)
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self._send(kind, file.read_bytes())

    def _follow(self, page: str, query: str) -> None:
        """Where a click leads: another view, or a search, of which the rows are shown."""
        if page != "search":
            self.send_response(302)
            self.send_header("Location", f"/?view={page}&{query}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        given = dict(parse_qsl(query))
        wanted = {end: given[end] for end in ("earliest", "latest")}
        search = given["q"].removeprefix("search ")
        answer = self.server.answer(
            {"search": search, "range": wanted, "offset": 0, "count": 50, "sort": {}}
        )
        text = f"{search}\n\n{json.dumps(answer, indent=1, ensure_ascii=False)}\n"
        self._send("text/plain; charset=utf-8", text.encode("utf-8", "replace"))

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


def _columns(rows: list[Row]) -> list[str]:
    """In the order of the search. A row lacks those in which it has no value."""
    names: list[str] = []
    for shape in dict.fromkeys(tuple(row) for row in rows):
        place = 0
        for name in shape:
            if name in names:
                place = names.index(name) + 1
            else:
                names.insert(place, name)
                place += 1
    return names


def _cell(name: str, value: object) -> object:
    """As Splunk's search API gives it: text, or a list of texts."""
    if value is None or isinstance(value, (str, list)):
        return value
    assert isinstance(value, (int, float))
    if name == "_time":
        return datetime.fromtimestamp(value, timezone.utc).isoformat(timespec="milliseconds")
    return shown(value)


def _order(value: object) -> tuple[bool, float, str]:
    try:
        return False, float(str(value)), ""
    except ValueError:
        return True, 0.0, str(value)
