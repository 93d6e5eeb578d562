"""The control port: an HTTP server with JSON on the loopback interface."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .faults import read_fault
from .position import before
from .store import digests

if TYPE_CHECKING:
    from collections.abc import Callable

    from .loading import Loading
    from .server import Api
    from .store import Store

Answer = Any


@dataclass
class Control:
    """The control calls. Each raises ValueError for wrong arguments."""

    api: Api
    store: Store
    loading: Loading
    folder: Path

    def calls(self) -> dict[tuple[str, str], Callable[[dict[str, Any]], Answer]]:
        """Return every call by its method and path."""
        return {
            ("POST", "/events"): self.loading.load,
            ("DELETE", "/events"): lambda _: self.store.clear(),
            ("POST", "/held"): self._held,
            ("POST", "/dump"): self._dump,
            ("POST", "/tokens"): self._token,
            ("POST", "/order"): self._order,
            ("GET", "/settings"): lambda _: self.api.settings.as_dict(),
            ("POST", "/settings"): self._settings,
            ("GET", "/clock"): lambda _: self._clock({}),
            ("POST", "/clock"): self._clock,
            ("GET", "/configurations"): lambda _: self._configurations({}),
            ("POST", "/configurations"): self._configurations,
            ("GET", "/application-security"): self._application_security,
            ("POST", "/application-security"): self._application_security,
            ("GET", "/faults"): lambda _: self.api.faults.waiting(),
            ("POST", "/faults"): self._faults,
            ("DELETE", "/faults"): lambda _: self.api.faults.clear(),
            ("POST", "/release"): lambda _: self.api.release_stalls(),
            ("GET", "/log"): lambda _: self.api.log.entries(),
            ("DELETE", "/log"): lambda _: self.api.log.reset(),
        }

    def _held(self, wanted: dict[str, Any]) -> Answer:
        slices = self.store.held(**_range(wanted))
        lines, markers = digests(slices)
        return {
            "count": sum(piece.events for piece in slices),
            "lines_digest": lines.hexdigest(),
            "markers_digest": markers.hexdigest(),
            "markers_count": markers.count,
            "newest": self.store.newest(),
        }

    def _dump(self, wanted: dict[str, Any]) -> Answer:
        rest = dict(wanted)
        path = Path(rest.pop("path", self.folder / "held.ndjson"))
        slices = self.store.held(**_range(rest))
        with path.open("wb") as file:
            for piece in slices:
                file.writelines(line + b"\n" for line in piece.lines())
        return {"path": str(path), "count": sum(piece.events for piece in slices)}

    def _token(self, wanted: dict[str, Any]) -> Answer:
        config_ids = frozenset(wanted["config_ids"])
        return {"offset": self.api.pages.mint(config_ids, float(wanted["stored"]))}

    def _order(self, wanted: dict[str, Any]) -> Answer:
        if "offset" in wanted:
            place = self.api.pages.place(str(wanted["offset"]))
        else:
            place = before(float(wanted["stored"]))
        return {"events": self.store.count_until(place)}

    def _settings(self, wanted: dict[str, Any]) -> Answer:
        self.api.settings.change(wanted)
        return self.api.settings.as_dict()

    def _clock(self, wanted: dict[str, Any]) -> Answer:
        clock = self.api.clock
        if set(wanted) - {"advance_s", "skew_s"}:
            message = "a clock has advance_s and skew_s"
            raise ValueError(message)
        clock.advance_s = float(wanted.get("advance_s", clock.advance_s))
        clock.skew_s = float(wanted.get("skew_s", clock.skew_s))
        return {
            "advance_s": clock.advance_s,
            "skew_s": clock.skew_s,
            "now": clock.now(),
            "told": clock.told(),
        }

    def _configurations(self, wanted: dict[str, Any]) -> Answer:
        configurations = self.api.configurations
        for name in ("known", "forbidden"):
            if name in wanted:
                setattr(configurations, name, {int(config_id) for config_id in wanted[name]})
        if "names" in wanted:
            configurations.names = {int(key): str(name) for key, name in wanted["names"].items()}
        if "listable" in wanted:
            configurations.listable = bool(wanted["listable"])
        return {
            "known": sorted(configurations.known),
            "forbidden": sorted(configurations.forbidden),
        }

    def _application_security(self, wanted: dict[str, Any]) -> Answer:
        world = self.api.application_security
        world.change(wanted)
        return {"spent": world.rate_limit.spent, "limited": world.rate_limit.refused}

    def _faults(self, wanted: Any) -> Answer:
        listed = wanted if isinstance(wanted, list) else [wanted]
        self.api.faults.add([read_fault(fault) for fault in listed])
        return self.api.faults.waiting()


class ControlServer(ThreadingHTTPServer):
    """Listens for control calls."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, control: Control) -> None:
        """Listen on ``port`` (0: any)."""
        self.calls = control.calls()
        super().__init__(("127.0.0.1", port), ControlHandler)


class ControlHandler(BaseHTTPRequestHandler):
    """Runs a control call. Returns 400 with the reason if arguments are wrong."""

    protocol_version = "HTTP/1.1"
    server: ControlServer

    def log_message(self, *_args: object) -> None:
        """Suppress the request log on stderr."""

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        call = self.server.calls.get((self.command, self.path))
        if call is None:
            self._send(404, {"error": f"no call {self.command} {self.path}"})
            return
        try:
            self._send(200, call(json.loads(body) if body else {}))
        except (ValueError, KeyError, TypeError, OSError) as error:
            self._send(400, {"error": f"{type(error).__name__}: {error}"})

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815

    def _send(self, status: int, content: Answer) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _range(wanted: dict[str, Any]) -> dict[str, Any]:
    names = {"config_ids": "config_ids", "from": "stored_from", "to": "stored_to"}
    if set(wanted) - set(names):
        message = f"the events held are chosen by {sorted(names)}"
        raise ValueError(message)
    return {names[name]: value for name, value in wanted.items()}
