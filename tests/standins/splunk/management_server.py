"""The management port: HTTPS with keep-alive, one thread for each connection."""

from __future__ import annotations

import http.server
import sys
import time
from typing import TYPE_CHECKING, Any

from .kv_proxy import is_kv_path, pass_on
from .rest_fault import RestFault
from .rest_kvstore import LostAnswerError, NoAnswerError, spoil
from .rest_request import Answer, CallRecord, Request, refusal
from .routes import dispatch

if TYPE_CHECKING:
    import socket
    import ssl

    from .instance import Instance

_NO_ANSWER_SECONDS = 60


class ManagementServer(http.server.ThreadingHTTPServer):
    """Listens on the loopback interface. The connection's own thread performs the TLS handshake."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, context: ssl.SSLContext, instance: Instance) -> None:
        """Open the port."""
        self.instance = instance
        self._context = context
        super().__init__(("127.0.0.1", port), ManagementHandler)

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept and wrap the connection without the handshake."""
        connection, address = super().get_request()
        wrapped = self._context.wrap_socket(
            connection,
            server_side=True,
            do_handshake_on_connect=False,
        )
        return wrapped, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore broken connections; the client handles them. Anything else is a fault of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class ManagementHandler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    is_kept = False
    wbufsize = 1 << 16  # headers and body in one segment
    server: ManagementServer

    def setup(self) -> None:
        """Open the connection's files. It is closed once nothing has come for a while."""
        super().setup()
        self.connection.settimeout(self.server.instance.endings.idle)

    def _serve(self) -> None:
        if self._ends():
            self.close_connection = True
            return
        self.is_kept = True
        started = time.time()
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        user = "-"
        as_json = "output_mode=json" in self.path or self.path.startswith("/standin/")
        try:
            headers = {key.lower(): value for key, value in self.headers.items()}
            request = Request(
                self.command,
                self.path,
                headers,
                body,
                self.server.instance.management,
            )
            as_json = as_json or request.wants_json or "collections/data" in self.path
            self._authenticate(request)
            user = request.user or "-"
            answer = self._answer(request)
        except RestFault as fault:
            answer = refusal(fault, as_json=as_json)
        except LostAnswerError:
            self.close_connection = True
            self._note(started, 0, user)
            return
        except NoAnswerError:
            self._note(started, 0, user)
            self.server.instance.stopping.wait(_NO_ANSWER_SECONDS)
            self.close_connection = True
            return
        # Whoever has the answer finds the call.
        self._note(started, answer.status, user)
        self._send(answer)

    def _ends(self) -> bool:
        """Whether this call meets the end of its connection: nothing is read, nothing is done."""
        is_control = self.path.startswith("/standin/")
        return self.is_kept and not is_control and self.server.instance.endings.next()

    def _answer(self, request: Request) -> Answer:
        instance = self.server.instance
        if instance.options.kvstore_of and is_kv_path(request.parts):
            return self._pass_on(request)
        return dispatch(instance, request)

    def _pass_on(self, request: Request) -> Answer:
        """Forward a call to the KV store's captain, with the faults requested for this member."""
        instance = self.server.instance
        is_write = request.method != "GET" and not request.parts[-1].startswith("batch_find")
        lost = is_write and spoil(instance)
        answer = pass_on(instance.options.kvstore_of, request, instance.kv_state.lag)
        if lost:
            raise LostAnswerError
        return answer

    def _authenticate(self, request: Request) -> None:
        if request.parts == ("auth", "login"):
            return
        header = request.headers.get("authorization", "")
        session = self.server.instance.sessions.authenticate(header)
        request.session_key, request.user = session.key, session.user
        request.role, request.capabilities = session.role, session.capabilities
        path = "/".join(request.parts)
        call = f"{request.method} {path}"
        if any(text.startswith(start) for start in session.denied for text in (path, call)):
            name = path.replace("/", "_")
            raise RestFault(
                403,
                "You do not have permission to perform this operation "
                f"(requires capability: list_{name}).",
            )

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "Close" if self.close_connection else "Keep-Alive")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _note(self, started: float, status: int, user: str) -> None:
        if self.path.startswith("/standin/"):
            return
        seconds = round(time.time() - started, 4)
        call = CallRecord(started, self.command, self.path, status, user, seconds)
        with self.server.instance.calls_lock:
            self.server.instance.calls.append(call)

    do_GET = do_POST = do_DELETE = do_PUT = do_HEAD = _serve  # noqa: N815 - the base class's names

    def version_string(self) -> str:
        """Name the server as splunkd does."""
        return "Splunkd"

    def log_message(self, *_: object) -> None:
        """Suppress the log on stderr; calls are recorded."""
