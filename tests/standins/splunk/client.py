"""Starts the stand-in as a separate program and controls it from Python."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from tests.standins.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

APP = "TA_akamai_siem"
PATIENCE = 300.0
"""Seconds after which a call is given up. A busy machine may need ten times as long as an idle one.
"""

_IDLE_MAX = 4.0
"""Seconds after which another connection is used: the stand-in ends an idle one."""


class RestError(Exception):
    """The stand-in refused a call: HTTP status and the text of the messages."""

    def __init__(self, status: int, text: str) -> None:
        """Keep both."""
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text


class SplunkStandin:
    """A running stand-in. As a context manager, it starts and stops the program.

    `arguments`: command line arguments (README.md lists them). `app`: the built app. `python`: the
    interpreter of the app's scripts. Raises TimeoutError if a deadline passes.
    """

    def __init__(
        self,
        home: Path,
        app: Path | None,
        *arguments: str,
        python: str = sys.executable,
        app_name: str = APP,
    ) -> None:
        """Describe the program without starting it."""
        self.home = home
        self.app_name = app_name
        self.management = ""
        self.session_key = ""
        self.user = ""
        self.password = ""
        options = ["--home", str(home), "--python", python, "--app-name", app_name, *arguments]
        if app is not None:
            options += ["--app", str(app)]
        self._program = Program("tests.standins.splunk", options, home / "standin.stderr")
        self._local = threading.local()
        self._connections: list[http.client.HTTPSConnection] = []
        self._forgotten: dict[str, int] = {}
        """Bytes of an index's file that `records` skips."""

    # --- start and stop -----------------------------------------------------------------------

    def begin(self) -> None:
        """Start the program; `start` waits until it is ready."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._program.begin()

    def start(self, deadline: float = 60) -> SplunkStandin:
        """Start the program and wait for its ready line. An existing home is used again."""
        self.home.mkdir(parents=True, exist_ok=True)
        ready = self._program.start(deadline)
        self.management = ready["management"]
        self.session_key = ready["session_key"]
        self.user, self.password = ready["user"], ready["password"]
        return self

    def stop(self, deadline: float = PATIENCE) -> int:
        """Stop it in order (SIGTERM) and return its exit code."""
        try:
            return self._program.stop(deadline)
        finally:
            self._close_connections()

    def kill(self) -> None:
        """Send SIGKILL to the program alone, like a crash of splunkd. Running inputs are
        orphaned.
        """
        self._program.kill()
        self._close_connections()

    def end_orphans(self) -> list[int]:
        """Kill the input processes that outlived a crash, and return their ids."""
        ended = []
        for path in (self.home / "var" / "run" / "splunk").glob("*.pid"):
            pid = int(path.stem)
            with contextlib.suppress(OSError):
                if str(self.home).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
                    ended.append(pid)
            path.unlink()
        return ended

    def _close_connections(self) -> None:
        self._local = threading.local()
        while self._connections:
            self._connections.pop().close()

    def __enter__(self) -> SplunkStandin:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """End."""
        self.end()

    def end(self) -> None:
        """Stop it in order, and leave no process behind."""
        try:
            self.stop()
        finally:
            self.end_orphans()

    @property
    def pid(self) -> int:
        """The program's process id; 0 when it is not running."""
        return self._program.pid

    # --- REST ---------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, object] | None = None,
        document: object = None,
        key: str | None = None,
        timeout: float = PATIENCE,
    ) -> tuple[int, bytes]:
        """Make one call and return status and body, also if the call fails."""
        headers = {"Authorization": f"Splunk {self.session_key if key is None else key}"}
        body = None
        if document is not None:
            body, headers["Content-Type"] = json.dumps(document).encode(), "application/json"
        elif form is not None:
            body = urlencode(form, doseq=True).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = self._connection(timeout)
        try:
            return _exchange(connection, method, path, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            connection.close()
            if method != "GET":
                raise
        return _exchange(connection, method, path, body, headers)

    def _connection(self, timeout: float) -> http.client.HTTPSConnection:
        connection: http.client.HTTPSConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            place = urlsplit(self.management)
            connection = http.client.HTTPSConnection(
                place.hostname or "",
                place.port,
                timeout=timeout,
                context=context,
            )
            self._local.connection = connection
            self._connections.append(connection)
        if time.monotonic() - getattr(self._local, "used_at", 0.0) > _IDLE_MAX:
            connection.close()
        self._local.used_at = time.monotonic()
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        return connection

    def call(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, object] | None = None,
        document: object = None,
        timeout: float = PATIENCE,
    ) -> Any:
        """Make one call and return its JSON; RestError unless the status is 2xx."""
        status, body = self.request(method, path, form=form, document=document, timeout=timeout)
        if not 200 <= status < 300:
            raise RestError(status, _message(body))
        return json.loads(body) if body else None

    def app_path(self, *parts: str, **query: object) -> str:
        """Return a path in the app's namespace, its parts escaped, asking for JSON.

        It ends with its query: further parts and arguments are given here, not added to it.
        """
        escaped = "/".join(quote(part.replace("/", "%2F"), safe="") for part in parts)
        asked = urlencode({"output_mode": "json", **query})
        return f"/servicesNS/nobody/{self.app_name}/{escaped}?{asked}"

    def entries(self, *parts: str) -> dict[str, dict[str, Any]]:
        """GET a collection of the app's namespace: contents by name."""
        answer = self.call("GET", self.app_path(*parts, count=0))
        return {entry["name"]: entry["content"] for entry in answer["entry"]}

    def create(self, *parts: str, name: str, **values: object) -> dict[str, Any]:
        """POST a new entity and return its content."""
        answer = self.call("POST", self.app_path(*parts), form={"name": name, **values})
        content: dict[str, Any] = answer["entry"][0]["content"]
        return content

    def edit(self, *parts: str, **values: object) -> dict[str, Any]:
        """POST changes of an entity and return its content."""
        answer = self.call("POST", self.app_path(*parts), form=values)
        content: dict[str, Any] = answer["entry"][0]["content"]
        return content

    def delete(self, *parts: str) -> None:
        """DELETE an entity."""
        self.call("DELETE", self.app_path(*parts))

    # --- the app's own endpoints --------------------------------------------------------------

    def create_account(self, name: str, **values: object) -> dict[str, Any]:
        """Create an account on the setup page's endpoint."""
        return self.create(f"{self.app_name}_account", name=name, **values)

    def edit_settings(self, tab: str, **values: object) -> dict[str, Any]:
        """Change `proxy` or `logging` on the settings page's endpoint."""
        return self.edit(f"{self.app_name}_settings", tab, **values)

    def create_input(self, kind: str, name: str, **values: object) -> dict[str, Any]:
        """Create an input on the inputs page's endpoint."""
        return self.create(f"{self.app_name}_{kind}", name=name, **values)

    def create_raw_input(self, kind: str, name: str, **values: object) -> dict[str, Any]:
        """Create an input on data/inputs, past the app's own handlers."""
        return self.create("data", "inputs", kind, name=name, **values)

    def edit_raw_input(self, kind: str, name: str, **values: object) -> dict[str, Any]:
        """Change an input on data/inputs."""
        return self.edit("data", "inputs", kind, name, **values)

    def switch_input(self, kind: str, name: str, *, enabled: bool) -> None:
        """Enable or disable an input."""
        action = "enable" if enabled else "disable"
        self.call("POST", self.app_path("data", "inputs", kind, name, action), form={})

    def delete_input(self, kind: str, name: str) -> None:
        """Delete an input on data/inputs."""
        self.delete("data", "inputs", kind, name)

    # --- KV store, messages -------------------------------------------------------------------

    def kv_documents(self, collection: str) -> dict[str, dict[str, Any]]:
        """Return a collection's documents by key."""
        found = self.call("GET", self.app_path("storage", "collections", "data", collection))
        return {document["_key"]: document for document in found}

    def messages(self, key: str | None = None) -> dict[str, dict[str, Any]]:
        """Return the bulletin messages by name, those that the user of a session key sees."""
        path = "/services/messages?output_mode=json&count=0"
        answer = json.loads(self.request("GET", path, key=key)[1])
        return {entry["name"]: entry["content"] for entry in answer["entry"]}

    def delete_message(self, name: str) -> None:
        """Remove a bulletin message, as a user does after reading it."""
        self.call("DELETE", f"/services/messages/{quote(name, safe='')}?output_mode=json")

    # --- control ------------------------------------------------------------------------------

    def _control(self, call: str, within: float = 120, /, **values: object) -> Any:
        return self.call("POST", f"/standin/{call}", form=values, timeout=within)

    def _look(self, call: str, within: float = 120, /, **values: object) -> Any:
        return self.call("GET", f"/standin/{call}?{urlencode(values)}", timeout=within)

    def run(self, stanza: str, timeout: float = PATIENCE) -> dict[str, Any]:
        """Run a stanza once, now, and return the finished run."""
        found: dict[str, Any] = self._control("run", timeout + 10, stanza=stanza, timeout=timeout)
        return found

    def start_run(self, stanza: str) -> int:
        """Run a stanza now and return the run's number at once."""
        return int(self._control("run", stanza=stanza, wait=0)["number"])

    def wait_run(self, stanza: str, number: int, timeout: float = PATIENCE) -> dict[str, Any]:
        """Wait until the run of that number (from 1) of a stanza has ended, and return it."""
        try:
            found: dict[str, Any] = self._look(
                "wait",
                timeout + 10,
                stanza=stanza,
                number=number,
                timeout=timeout,
            )
        except RestError as error:
            if error.status == 408:
                raise TimeoutError(error.text) from error
            raise
        return found

    def runs(self, stanza: str = "") -> list[dict[str, Any]]:
        """Return the runs, of one stanza or all."""
        found: list[dict[str, Any]] = self._look("runs", stanza=stanza)
        return found

    def stanzas(self) -> dict[str, Any]:
        """Return stanzas, kinds and the schemes that could not be introspected."""
        found: dict[str, Any] = self._look("stanzas")
        return found

    def signal(self, stanza: str, name: str = "KILL") -> bool:
        """Send TERM, KILL or INT to the stanza's process; false if none is running."""
        return bool(self._control("signal", stanza=stanza, signal=name)["sent"])

    def set_trap(self, stanza: str, *, after_records: int = 0, after_bytes: int = 0) -> None:
        """Kill the stanza's next run (SIGKILL) once it has passed a mark."""
        marks = {"after_records": after_records, "after_bytes": after_bytes}
        self._control("trap", stanza=stanza, **marks)

    def index(self, name: str = "") -> dict[str, Any]:
        """Return `count`, `digest`, `raw_bytes`, `waiting`, `dropped`, `by_origin`."""
        found: dict[str, Any] = self._look("index", index=name)
        return found

    def records(self, index: str = "main", source: str = "") -> Iterator[dict[str, Any]]:
        """Yield the records of an index as stored on disk, oldest first."""
        path = self._records_file(index)
        if not path.exists():
            return
        with path.open("rb") as stream:
            stream.seek(self._forgotten.get(index, 0))
            for line in stream:
                if not line.endswith(b"\n"):
                    return  # it is being written
                record = json.loads(line)
                if not source or record["source"] == source:
                    yield record

    def forget_records(self, index: str = "main") -> None:
        """Skip all records of an index so far in `records`."""
        path = self._records_file(index)
        self._forgotten[index] = path.stat().st_size if path.exists() else 0

    def forgotten(self, index: str = "main") -> int:
        """Bytes of the index's file that `forget_records` skips."""
        return self._forgotten.get(index, 0)

    def _records_file(self, index: str) -> Path:
        return self.home / "var" / "lib" / "splunk" / index / "records.ndjson"

    def set_pipe(self, **values: object) -> dict[str, Any]:
        """Set `paused` (0, 1), `rate` (bytes a second, 0 is free), `leave` (0, 1: the pipe of an
        input that is stopped is closed unread), `commit_delay` (seconds).
        """
        found: dict[str, Any] = self._control("pipe", **values)
        return found

    def set_kvstore(self, state: str) -> None:
        """Switch the KV store: ready, starting[:SECONDS], disabled, failed."""
        self._control("kvstore", state=state)

    def lag_kvstore(self, seconds: float) -> None:
        """Return reads of the KV store from a copy of that age."""
        self._control("kvstore", lag=seconds)

    def spoil_kv_writes(self, fault: str, count: int = 1, after: int = 0) -> None:
        """Make the next writes fail: 503, 500, timeout, lost-answer."""
        self._control("kvstore", fault=fault, count=count, after=after)

    def end_connections(self, count: int = 1, after: int = 0) -> None:
        """End connections at the next calls that come on one that was used before."""
        self._control("connections", count=count, after=after)

    def keep_connections(self, seconds: float) -> None:
        """End those that are opened from now on if they are idle for so long."""
        self._control("connections", idle=seconds)

    def new_session(
        self, user: str = "someone", deny: tuple[str, ...] = (), role: str = "admin"
    ) -> str:
        """Return another session key. Calls with it to paths that begin with one of `deny` get
        403.
        """
        values = {"user": user, "deny": list(deny), "role": role}
        return str(self._control("sessions", **values)["key"])

    def expire_sessions(self) -> int:
        """Expire all keys except the client's own, including those of running inputs."""
        return int(self._control("expire")["expired"])

    def restart(self, kvstore: str = "ready", roles: str = "", instance_type: str = "") -> float:
        """Restart in place and return the new start time (epoch seconds).

        `roles`: of the server from then on, separated by commas. `instance_type`: likewise.
        """
        values = {"kvstore": kvstore, "roles": roles, "instance_type": instance_type}
        return float(self._control("restart", **values)["startup_time"])

    def reload_inputs(self) -> None:
        """Read inputs.conf again, as after conf files were pushed."""
        self._control("reload")

    def calls(self) -> list[dict[str, Any]]:
        """Return the management calls so far: at, method, path, status, user, seconds."""
        found: list[dict[str, Any]] = self._look("calls")
        return found

    def forget_calls(self) -> None:
        """Clear the list of management calls."""
        self.call("DELETE", "/standin/calls")

    def wait_until(self, what: str, holds: Any, timeout: float = 60) -> None:
        """Call `holds()` every 20 ms until it is true. Raises TimeoutError that names `what`."""
        deadline = time.monotonic() + timeout
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what}: not within {timeout} s")
            time.sleep(0.02)


def _exchange(
    connection: http.client.HTTPSConnection,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
) -> tuple[int, bytes]:
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    return response.status, response.read()


def _message(body: bytes) -> str:
    try:
        return "; ".join(message["text"] for message in json.loads(body)["messages"])
    except (ValueError, KeyError, TypeError):
        return body.decode("utf-8", "replace")
