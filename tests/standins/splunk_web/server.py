"""The server: log-in, views, static files, and calls forwarded to splunkd."""

from __future__ import annotations

import http.client
import http.server
import json
import mimetypes
import re
import secrets
import ssl
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit
from xml.etree import ElementTree as ET

from tests.standins.in_thread import InThread

from . import documents
from .exposure import Exposure

if TYPE_CHECKING:
    from pathlib import Path

BUILD = "a4f7c3d2e1b0"
_RAW = "/en-US/splunkd/__raw/"
_STATIC = re.compile(r"/en-US/static/(?:@[\w.:]+/)?app/(?P<app>\w+)/(?P<path>.+)")
_VIEW = re.compile(r"/en-US/app/(?P<app>\w+)/(?P<view>\w+)")


@dataclass
class Login:
    """A browser that has logged in."""

    user: str
    key: str
    form_key: str


@dataclass
class Served:
    """A response, kept for tests that search all of them. ``call``: method and path."""

    call: str
    status: int
    body: bytes


@dataclass
class SplunkWeb(InThread):
    """Starts when its context is entered. ``management``: URL of the splunkd stand-in."""

    app: Path
    management: str
    port: int = 0
    theme: str = "light"
    served: list[Served] = field(default_factory=list)
    logins: dict[str, Login] = field(default_factory=dict)

    def __enter__(self) -> SplunkWeb:
        """Listen on the loopback interface."""
        web = self

        class Handler(WebHandler):
            splunk_web = web

        server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        self.exposure = Exposure(self.app)
        self._serve(server)
        return self

    @property
    def address(self) -> str:
        """The address, including the locale."""
        return f"http://127.0.0.1:{self.port}/en-US"

    def url(self, view: str = "") -> str:
        """The address of a view of the app; of the log-in page without one."""
        path = f"app/{self.app.name}/{view}" if view else "account/login"
        return f"{self.address}/{path}"

    def cookie(self, name: str) -> str:
        """The full name of a cookie of this server."""
        return f"{name}_{self.port}"

    def splunkd(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, str, bytes]:
        """Make a call to splunkd: status, content type, body."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        place = urlsplit(self.management)
        connection = http.client.HTTPSConnection(
            place.hostname or "", place.port, timeout=60, context=context
        )
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read()
        finally:
            connection.close()


class WebHandler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    splunk_web: SplunkWeb

    def log_message(self, *_: object) -> None:
        """Suppress the log on stderr."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        path = urlsplit(self.path).path
        if path in ("/", "/en-US", "/en-US/", "/en-US/account/login"):
            self._log_in(body)
        elif path == "/favicon.ico":
            self._send(404, "text/plain", b"")
        elif self._login is None:
            if _VIEW.fullmatch(path):
                self._redirect("/en-US/account/login?return_to=" + quote(self.path))
            else:
                self._send(401, "text/plain", b"Unauthorized")
        elif path.startswith(_RAW):
            self._raw(body)
        else:
            self._document(path)

    do_GET = do_POST = do_DELETE = do_PUT = _serve  # noqa: N815 - the base class's names

    @property
    def _login(self) -> Login | None:
        web = self.splunk_web
        cookies = SimpleCookie(self.headers.get("Cookie", ""))
        held = cookies.get(web.cookie("session_id"))
        return web.logins.get(held.value) if held else None

    def _log_in(self, body: bytes) -> None:
        web = self.splunk_web
        if self.command != "POST":
            self._send(200, "text/html", documents.LOGIN.format(problem="").encode())
            return
        form = {key: values[-1] for key, values in parse_qs(body.decode()).items()}
        wanted = {name: form.get(name, "") for name in ("username", "password")}
        status, _, answer = web.splunkd(
            "POST",
            "/services/auth/login?output_mode=json",
            urlencode(wanted).encode(),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        if status != 200:
            text = documents.LOGIN.format(problem="Login failed")
            self._send(401, "text/html", text.encode())
            return
        identity, form_key = secrets.token_hex(16), secrets.token_hex(16)
        key = json.loads(answer)["sessionKey"]
        web.logins[identity] = Login(wanted["username"], key, form_key)
        back = parse_qs(urlsplit(self.path).query).get("return_to", [""])[0]
        self._redirect(
            back if _VIEW.match(back) else urlsplit(web.url("inputs")).path,
            f"{web.cookie('session_id')}={identity}; Path=/; HttpOnly",
            f"{web.cookie('splunkweb_csrf_token')}={form_key}; Path=/",
        )

    def _raw(self, body: bytes) -> None:
        web, login = self.splunk_web, self._login
        assert login is not None
        target = self.path[len(_RAW) - 1 :]
        parts = [unquote(part) for part in urlsplit(target).path.split("/") if part]
        parts = parts[3:] if parts[:1] == ["servicesNS"] else parts[1:]
        refusal = web.exposure.refusal(self.command, "/".join(parts))
        if refusal:
            self._send(refusal, "text/plain", b"Not exposed by web.conf")
            return
        if self.command != "GET" and self.headers.get("X-Splunk-Form-Key") != login.form_key:
            self._send(403, "text/plain", b"CSRF validation failed")
            return
        headers = {"Authorization": f"Splunk {login.key}"}
        if self.headers.get("Content-Type"):
            headers["Content-Type"] = self.headers["Content-Type"]
        status, kind, answer = web.splunkd(self.command, target, body or None, headers)
        self._send(status, kind, answer)

    def _document(self, path: str) -> None:
        web, login = self.splunk_web, self._login
        assert login is not None
        view, static = _VIEW.fullmatch(path), _STATIC.fullmatch(path)
        if view and view["app"] == web.app.name:
            self._view(view["view"])
        elif static and static["app"] == web.app.name:
            self._file(web.app / "appserver" / "static", static["path"])
        elif path == "/en-US/config":
            text = documents.configuration(web.port, BUILD, login.user, web.theme)
            self._script(text)
        elif path == "/en-US/i18ncatalog":
            self._script(documents.CATALOG)
        elif path.endswith("/js/i18n.js"):
            self._script(documents.I18N)
        elif path.endswith("/build/api/layout.js"):
            self._script(documents.LAYOUT)
        elif path.endswith("/build/api/get_theme.js"):
            self._script(documents.theme(web.theme))
        else:
            self._send(404, "text/plain", b"Not Found")

    def _view(self, name: str) -> None:
        app = self.splunk_web.app
        path = app / "default" / "data" / "ui" / "views" / f"{name}.xml"
        if not path.is_file():
            self._send(404, "text/plain", b"Page not found")
            return
        place, _, template = ET.parse(path).getroot().attrib["template"].partition(":")
        assert place == app.name
        self._file(app / "appserver", template.lstrip("/"))

    def _file(self, folder: Path, name: str) -> None:
        path = (folder / name).resolve()
        if folder.resolve() not in path.parents or not path.is_file():
            self._send(404, "text/plain", b"Not Found")
            return
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        self._send(200, kind, path.read_bytes())

    def _script(self, text: str) -> None:
        self._send(200, "text/javascript", text.encode())

    def _redirect(self, place: str, *cookies: str) -> None:
        self.send_response(303)
        for cookie in cookies:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, kind: str, body: bytes) -> None:
        web = self.splunk_web
        web.served.append(Served(f"{self.command} {self.path}", status, body))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
