"""Starts the stand-in, makes its control calls and ends it, for tests and scripts."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.standins.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

READY_WITHIN_S = 120.0
# Generating and compressing a million events takes about half a minute.
CONTROL_TIMEOUT_S = 600.0


class ControlError(Exception):
    """The stand-in refused a control call; the message says why."""


class AkamaiStandin:
    """Starts ``python -m tests.standins.akamai`` and talks to its control port.

    Times are seconds since the epoch, by the stand-in's own clock (see ``now``).
    """

    def __init__(self, folder: Path, *options: str) -> None:
        """Start it with further command line ``options`` and wait until it is ready."""
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        arguments = ["--folder", str(folder), *options]
        self._program = Program("tests.standins.akamai", arguments, self.folder / "stderr.txt")
        self.ready: dict[str, str] = self._program.start(READY_WITHIN_S)
        self.host = self.ready["host"]
        self.ca = self.ready["ca"]
        self.client_token = self.ready["client_token"]
        self.client_secret = self.ready["client_secret"]
        self.access_token = self.ready["access_token"]
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._settings = self.set()
        self._configurations = self.configurations()

    def __enter__(self) -> AkamaiStandin:
        """Return itself; it is already running."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the process."""
        self.stop()

    def stop(self) -> int:
        """End the process and return its exit code."""
        return self._program.stop(10)

    def call(self, method: str, path: str, content: object = None) -> Any:
        """Make any control call; raises ControlError if it is refused."""
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(self.ready["control"] + path, body, method=method)
        try:
            with self._opener.open(request, timeout=CONTROL_TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise ControlError(json.load(error)["error"]) from None

    def load(self, count: int, **options: Any) -> dict[str, Any]:
        """Store ``count`` generated events; ``stored_from`` and ``stored_to`` spread them."""
        answer: dict[str, Any] = self.call("POST", "/events", {"count": count, **_dated(options)})
        return answer

    def load_lines(self, lines: Iterable[bytes], **options: Any) -> dict[str, Any]:
        """Store raw lines as they are."""
        path = self.folder / f"lines-{time.monotonic_ns()}.ndjson"
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return self.load_file(path, **options)

    def load_file(self, path: Path, **options: Any) -> dict[str, Any]:
        """Store the raw lines of a file."""
        wanted = {"file": str(Path(path).resolve()), **_dated(options)}
        answer: dict[str, Any] = self.call("POST", "/events", wanted)
        return answer

    def clear(self) -> None:
        """Remove events, faults, stalls and the log; reset settings, clock and configurations."""
        self.clear_faults()
        self.call("DELETE", "/events")
        self.set(**self._settings)
        self.set_clock(advance_s=0, skew_s=0)
        self.configurations(**self._configurations, names={}, listable=True)
        self.application_security(reset=True)
        self.reset_log()

    def fault(self, kind: str, **options: Any) -> None:
        """Queue a fault for the next matching request (``times``, ``skip``, ``mode``, its own)."""
        self.call("POST", "/faults", {"kind": kind, **options})

    def clear_faults(self) -> None:
        """Remove all queued faults and continue the stalled responses."""
        self.call("DELETE", "/faults")
        self.release()

    def waiting_faults(self) -> list[dict[str, Any]]:
        """Return the queued faults that have not been used yet."""
        answer: list[dict[str, Any]] = self.call("GET", "/faults")
        return answer

    def release(self) -> None:
        """Continue all stalled responses."""
        self.call("POST", "/release")

    def set(self, **settings: object) -> dict[str, Any]:
        """Change settings and return all of them."""
        answer: dict[str, Any] = self.call("POST", "/settings", settings)
        return answer

    def now(self) -> float:
        """Return the time by which events are stored."""
        return float(self.call("GET", "/clock")["now"])

    def set_clock(self, **moves: float) -> dict[str, float]:
        """Set ``advance_s`` (events age) or ``skew_s`` (shifts only the time that clients see)."""
        answer: dict[str, float] = self.call("POST", "/clock", moves)
        return answer

    def configurations(self, **changes: Any) -> dict[str, list[int]]:
        """Set which configurations are ``known`` or ``forbidden``, and return both.

        ``names``: by id. ``listable``: whether the client may ask for the list.
        """
        answer: dict[str, list[int]] = self.call("POST", "/configurations", changes)
        return answer

    def application_security(self, **changes: Any) -> dict[str, int]:
        """Change what the Application Security API answers (`application_security/world.py`).

        Returns ``spent`` tokens, and how many requests were ``limited``.
        """
        answer: dict[str, int] = self.call("POST", "/application-security", changes)
        return answer

    def log(self) -> list[dict[str, Any]]:
        """Return the requests since the start or the last reset, oldest first."""
        answer: list[dict[str, Any]] = self.call("GET", "/log")
        return answer

    def reset_log(self) -> None:
        """Clear the request log."""
        self.call("DELETE", "/log")

    def wait_for_log(
        self, condition: Callable[[list[dict[str, Any]]], bool], within_s: float = 10.0
    ) -> list[dict[str, Any]]:
        """Return the log once ``condition`` holds for it; raises TimeoutError."""
        deadline = time.monotonic() + within_s
        while True:
            entries = self.log()
            if condition(entries):
                return entries
            if time.monotonic() > deadline:
                message = f"not within {within_s} s; the log is {entries}"
                raise TimeoutError(message)
            time.sleep(0.02)

    def held(self, **chosen: Any) -> dict[str, Any]:
        """Count and digest the events held (``config_ids``, ``stored_from``, ``stored_to``)."""
        answer: dict[str, Any] = self.call("POST", "/held", _dated(chosen))
        return answer

    def dump(self, **chosen: Any) -> Path:
        """Write the raw lines held to an NDJSON file and return its path."""
        return Path(self.call("POST", "/dump", _dated(chosen))["path"])

    def order(self, *, offset: str | None = None, stored: float = 0.0) -> int:
        """Return how many events come before an offset, or were stored before a time."""
        wanted: dict[str, object] = {"stored": stored} if offset is None else {"offset": offset}
        return int(self.call("POST", "/order", wanted)["events"])

    def mint_token(self, stored: float, *config_ids: int) -> str:
        """Return the offset of a client that has everything stored up to ``stored``."""
        ids = list(config_ids) or self.configurations()["known"]
        wanted = {"stored": stored, "config_ids": ids}
        return str(self.call("POST", "/tokens", wanted)["offset"])


def _dated(options: dict[str, Any]) -> dict[str, Any]:
    """Rename options whose names are Python keywords."""
    names = {"stored_at": "at", "stored_from": "from", "stored_to": "to"}
    return {names.get(name, name): value for name, value in options.items()}
