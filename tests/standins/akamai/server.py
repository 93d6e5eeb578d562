"""The HTTPS server: connections, signatures, responses."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TYPE_CHECKING, Any

from .application_security import routes
from .application_security.answers import answer as application_security_answer
from .application_security.refusals import ApiProblem
from .application_security.world import World
from .body import compressed, gzip_body, plain_body
from .clock import Clock, http_date, problem_time
from .damage import damage
from .delivery import CutError, Delivery, Manner, reset
from .faults import Fault, Faults
from .problems import DOCUMENTED_STATUSES, Problem, documented
from .query import Query, read_query, split_path, split_target
from .request_log import Entry, RequestLog

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

    from .pages import Configurations, Page, Pages
    from .settings import Settings
    from .signature import Verifier

HANDSHAKE_TIMEOUT_S = 10.0
# An alert record: fatal, handshake_failure.
HANDSHAKE_ALERT = b"\x15\x03\x01\x00\x02\x02\x28"


@dataclass
class Api:
    """Everything that responses are made from."""

    verifier: Verifier
    configurations: Configurations
    pages: Pages
    settings: Settings
    clock: Clock
    faults: Faults = field(default_factory=Faults)
    log: RequestLog = field(default_factory=RequestLog)
    application_security: World = field(default_factory=World)
    release: threading.Event = field(default_factory=threading.Event)

    def release_stalls(self) -> None:
        """Continue every stalled response."""
        waiting, self.release = self.release, threading.Event()
        waiting.set()


class ApiServer(ThreadingHTTPServer):
    """Accepts TLS connections on the loopback interface, a thread for each."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int, context: ssl.SSLContext, api: Api) -> None:
        """Listen on ``port`` (0: any)."""
        self.context = context
        self.api = api
        self.connection_numbers = count(1)
        super().__init__(("127.0.0.1", port), ApiHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Perform the handshake in the connection's own thread, so that no client waits for
        another.
        """
        fault = self.api.faults.take_one("connection")
        if fault is not None:
            self._refuse(request, fault.options["how"])
            return
        request.settimeout(HANDSHAKE_TIMEOUT_S)
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError, ValueError):
            connection = self.context.wrap_socket(request, server_side=True)
            try:
                ApiHandler(connection, client_address, self)
            finally:
                connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that have disconnected; report any other error."""
        if not isinstance(sys.exc_info()[1], (OSError, ValueError)):
            super().handle_error(request, client_address)

    def _refuse(self, request: socket.socket, how: str) -> None:
        entry = self.api.log.open("", "")
        entry.faults = ["connection"]
        if how == "alert":
            request.recv(1 << 14)
            request.sendall(HANDSHAKE_ALERT)
        elif how == "silence":
            self.api.release.wait()
        if how == "rst":
            reset(request)
        self.api.log.close(entry)


class ApiHandler(BaseHTTPRequestHandler):
    """Handles the requests of one connection."""

    protocol_version = "HTTP/1.1"
    server_version = "stand-in"
    sys_version = ""
    wbufsize = 1 << 16
    server: ApiServer

    def setup(self) -> None:
        """Set the timeout of idle connections."""
        self.request.settimeout(self.server.api.settings.idle_timeout_s)
        self.number = next(self.server.connection_numbers)
        super().setup()

    def finish(self) -> None:
        """Close the connection, which a fault may have closed already."""
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_args: object) -> None:
        """Suppress the log on stderr; tests read the request log through the control port."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the stand-in's time for the ``Date`` header."""
        return http_date(self._told() if timestamp is None else timestamp)

    def _told(self) -> float:
        return self.server.api.clock.told(getattr(self, "skew_s", 0.0))

    def _answer(self) -> None:
        api = self.server.api
        entry = api.log.open(self.command, self.path)
        entry.connection = self.number
        entry.accept_encoding = self.headers.get("Accept-Encoding", "")
        entry.user_agent = self.headers.get("User-Agent", "")
        skew = api.faults.take_one("clock_skew")
        self.skew_s = float(skew.options["seconds"]) if skew else 0.0
        entry.faults = ["clock_skew"] if skew else []
        try:
            self._verify()
            if split_path(self.path).startswith(routes.PATH_START):
                self._send_names(entry)
                return
            query = self._checked_query(entry)
            faults = api.faults.take(query.mode)
            entry.faults += [fault.kind for fault in faults]
            self._stall_before_headers(faults)
            status = next((fault for fault in faults if fault.kind == "status"), None)
            if status is not None:
                self._send_status(entry, status)
            else:
                self._send_page(entry, api.pages.page(query, self.skew_s), faults)
        except Problem as problem:
            self._send_problem(entry, problem)
        except CutError as cut:
            self.close_connection = cut.closed
        finally:
            api.log.close(entry)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _answer  # noqa: N815

    def _verify(self) -> None:
        """Perform the gateway's checks; raises Problem."""
        api = self.server.api
        host = self.headers.get("Host", "")
        api.verifier.verify(
            self.headers.get("Authorization"),
            self.command,
            host,
            self.path,
            self._told(),
            api.settings.timestamp_tolerance_s,
        )
        posts = self.command == "POST" and routes.is_post(self.path)
        if not (self.command == "GET" or posts) or self.request_version != "HTTP/1.1":
            self.close_connection = True
            problem = documented(404, "Only GET is served, over HTTP/1.1")
            problem.status = 405
            raise problem

    def _send_names(self, entry: Entry) -> None:
        """Answer a request to the Application Security API."""
        api = self.server.api
        entry.path = self.path
        route = routes.find(self.command, self.path)
        mode = "list" if route.name == "configs" else route.name
        faults = api.faults.take(mode)
        entry.faults += [fault.kind for fault in faults]
        self._stall_before_headers(faults)
        status = next((fault for fault in faults if fault.kind == "status"), None)
        if status is not None:
            self._send_status(entry, status)
            return
        world = api.application_security
        answer = application_security_answer(world, route, api.configurations, api.clock.now())
        self._send_chunked(entry, answer.status, answer.headers, answer.pieces, faults)

    def _checked_query(self, entry: Entry) -> Query:
        """Parse the request to the API; raises Problem."""
        api = self.server.api
        path, parameters = split_target(self.path)
        entry.path, entry.query = path, parameters
        query = read_query(path, parameters)
        entry.config_ids, entry.mode = sorted(query.config_ids), query.mode
        api.configurations.check(query.config_ids)
        return query

    def _stall_before_headers(self, faults: list[Fault]) -> None:
        for fault in faults:
            if fault.kind == "stall" and fault.options["where"] == "headers":
                self.server.api.release.wait(fault.options["seconds"])

    def _send_page(self, entry: Entry, page: Page, faults: list[Fault]) -> None:
        api = self.server.api
        entry.status, entry.events = 200, page.total
        for fault in faults:
            damage(page, fault.kind, {**fault.options, "requested": entry.query.get("offset")})
        encode = gzip_body if _accepts_gzip(entry.accept_encoding) else plain_body
        body = encode(page, reorder=api.settings.reorder_replays)
        self._send_encoded(entry, 200, [], body, faults)

    def _send_chunked(
        self,
        entry: Entry,
        status: int,
        headers: list[tuple[str, str]],
        pieces: Iterable[bytes],
        faults: list[Fault],
    ) -> None:
        body = compressed(pieces) if _accepts_gzip(entry.accept_encoding) else iter(pieces)
        entry.status = status
        self._send_encoded(entry, status, headers, body, faults)

    def _send_encoded(
        self,
        entry: Entry,
        status: int,
        headers: list[tuple[str, str]],
        body: Iterator[bytes],
        faults: list[Fault],
    ) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Vary", "Accept-Encoding")
        if _accepts_gzip(entry.accept_encoding):
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        delivery = Delivery(self.wfile, self.connection, _manner(faults), self.server.api.release)
        try:
            delivery.send(body)
            entry.completed = True
        except OSError:
            self.close_connection = True
        finally:
            entry.sent_bytes = delivery.sent

    def _send_problem(self, entry: Entry, problem: Problem, *headers: tuple[str, str]) -> None:
        entry.status, entry.reason = problem.status, problem.reason
        if isinstance(problem, ApiProblem):
            headers = (*headers, *problem.headers)
        body = problem.body(
            self.headers.get("Host", ""), self.path, self.command, problem_time(self._told())
        )
        self._send_whole(entry, problem.status, "application/problem+json", body, *headers)

    def _send_status(self, entry: Entry, fault: Fault) -> None:
        options = fault.options
        status = entry.status = options["status"]
        headers = []
        if options["retry_after"] is not None:
            headers.append(("Retry-After", str(options["retry_after"])))
        elif options["retry_after_date"] is not None:
            ahead = self._told() + float(options["retry_after_date"])
            headers.append(("Retry-After", http_date(ahead)))
        if options["location"] is not None:
            headers.append(("Location", options["location"]))
        if options["body"] is None and status in DOCUMENTED_STATUSES:
            self._send_problem(entry, documented(status, options["detail"]), *headers)
            return
        page = f"<html><head><title>{status}</title></head><body>edge server</body></html>"
        given = page if options["body"] is None else options["body"]
        body = b"" if status == 204 else given.encode()
        self._send_whole(entry, status, options["content_type"], body, *headers)

    def _send_whole(
        self, entry: Entry, status: int, kind: str, body: bytes, *headers: tuple[str, str]
    ) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection or int(self.headers.get("Content-Length") or 0):
            # The request's body was not read, so the connection cannot be reused.
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()
        entry.sent_bytes, entry.completed = len(body), True


def _accepts_gzip(accept_encoding: str) -> bool:
    for item in accept_encoding.lower().split(","):
        name, _, quality = item.replace(" ", "").partition(";")
        if name == "gzip" and quality not in ("q=0", "q=0.0"):
            return True
    return False


def _manner(faults: list[Fault]) -> Manner:
    manner = Manner()
    for fault in faults:
        options = fault.options
        if fault.kind == "cut":
            manner.cut_after, manner.cut_how = options["after_bytes"], options["how"]
        elif fault.kind == "cut_gzip":
            manner.cut_after, manner.cut_how = options["after_bytes"], "clean_end"
        elif fault.kind == "stall" and options["where"] == "body":
            manner.stall_after, manner.stall_s = options["after_bytes"], options["seconds"]
        elif fault.kind == "throttle":
            manner.bytes_per_s = float(options["bytes_per_s"])
        elif fault.kind == "time_limit":
            manner.time_limit_s = float(options["seconds"])
            manner.time_limit_how = options["how"]
            manner.bytes_per_s = float(options["bytes_per_s"]) or manner.bytes_per_s
    return manner
