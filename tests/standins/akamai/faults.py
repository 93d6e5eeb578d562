"""The faults that can be injected, and the choice of those that affect a request."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from .problems import DOCUMENTED_STATUSES

PAGES = ("offset", "time")
"""Modes of requests for pages, which a fault without a mode strikes."""
MODES = (
    *PAGES,
    *("list", "security-policies", "custom-rules", "rate-policies", "reputation-profiles"),
    *("custom-deny", "siem", "activations", "hostname-coverage"),
    *("export", "export-begin", "export-status", "export-result"),
)
"""`list` is `GET /configs`; the others are operations of the Application Security API."""
ENDINGS = ("rst", "fin", "tls_close", "clean_end")
KINDS: dict[str, dict[str, Any]] = {
    # when the connection is made
    "connection": {"how": "rst"},
    # the server's clock
    "clock_skew": {"seconds": 0.0},
    # a response with another status
    "status": {
        "status": 500,
        "detail": "",
        "retry_after": None,
        "retry_after_date": None,
        "location": None,
        "body": None,
        "content_type": "text/html",
    },
    # the content of the body
    "early_end": {"events": None},
    "no_context": {},
    "wrong_total": {"delta": -1},
    "garbage_context": {"text": "<html>upstream connect error</html>"},
    "garbage_line": {"text": '{"type":"akamai_siem","attackData":', "how": "insert"},
    "blank_lines": {},
    "context_line": {},
    "same_offset": {},
    # how the body is sent
    "cut": {"after_bytes": 1000, "how": "rst"},
    "cut_gzip": {"after_bytes": 1000},
    "stall": {"where": "body", "after_bytes": 0, "seconds": None},
    "throttle": {"bytes_per_s": 10_000},
    "time_limit": {"seconds": 2.0, "bytes_per_s": 0, "how": "fin"},
}
ALONGSIDE = frozenset({"stall", "throttle", "time_limit"})
"""Kinds that can occur together with one of another kind."""
CHOICES: dict[tuple[str, str], tuple[object, ...]] = {
    ("connection", "how"): ("rst", "fin", "alert", "silence"),
    ("garbage_line", "how"): ("insert", "damage"),
    ("cut", "how"): ENDINGS,
    ("time_limit", "how"): ENDINGS,
    ("stall", "where"): ("body", "headers"),
    ("status", "status"): (*sorted(DOCUMENTED_STATUSES), 200, 204, 302, 502, 504),
}


@dataclass
class Fault:
    """One fault, for ``times`` matching requests (0: until cleared) after ``skip`` others."""

    kind: str
    options: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    skip: int = 0
    mode: str | None = None

    def matches(self, mode: str | None) -> bool:
        """Whether this fault applies to a request in ``mode``."""
        return self.mode == mode or (self.mode is None and mode in PAGES)

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as the control port shows it."""
        named = {"kind": self.kind, "times": self.times, "skip": self.skip, "mode": self.mode}
        return {**named, **self.options}


def read_fault(wanted: dict[str, Any]) -> Fault:
    """Return the fault that a control call describes; raises ValueError."""
    rest = dict(wanted)
    kind = rest.pop("kind", None)
    if kind not in KINDS:
        message = f"no fault is called {kind!r}; there are {sorted(KINDS)}"
        raise ValueError(message)
    times, skip, mode = rest.pop("times", 1), rest.pop("skip", 0), rest.pop("mode", None)
    if type(times) is not int or type(skip) is not int or times < 0 or skip < 0:
        message = "times and skip are whole numbers that are not negative"
        raise ValueError(message)
    if mode not in (None, *MODES) or (mode and kind in ("connection", "clock_skew")):
        message = f"mode is one of {MODES}, and unknown when a connection is made"
        raise ValueError(message)
    unknown = set(rest) - set(KINDS[kind])
    if unknown:
        message = f"a {kind} fault has no {sorted(unknown)}; it has {sorted(KINDS[kind])}"
        raise ValueError(message)
    options = {**KINDS[kind], **rest}
    for name, value in options.items():
        allowed = CHOICES.get((kind, name))
        if allowed and value not in allowed:
            message = f"{name} of a {kind} fault is one of {allowed}"
            raise ValueError(message)
    return Fault(kind, options, times, skip, mode)


class Faults:
    """Queued faults, in the order in which they were requested."""

    def __init__(self) -> None:
        """Start with an empty queue."""
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, faults: list[Fault]) -> None:
        """Queue ``faults``."""
        with self._lock:
            self._waiting.extend(faults)

    def clear(self) -> None:
        """Remove all queued faults."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """Return the queued faults."""
        with self._lock:
            return [fault.as_dict() for fault in self._waiting]

    def take_one(self, kind: str) -> Fault | None:
        """Return the first fault of ``kind`` and reduce its count by one."""
        with self._lock:
            fault = next((fault for fault in self._waiting if fault.kind == kind), None)
            return fault if fault is not None and self._use(fault) else None

    def take(self, mode: str) -> list[Fault]:
        """Return the faults for a valid request: one, and those that can accompany it."""
        taken: list[Fault] = []
        seen: set[str] = set()
        with self._lock:
            for fault in list(self._waiting):
                group = fault.kind if fault.kind in ALONGSIDE else "one"
                if fault.kind in ("connection", "clock_skew") or group in seen:
                    continue
                if not fault.matches(mode):
                    continue
                seen.add(group)
                if self._use(fault):
                    taken.append(fault)
        return taken

    def _use(self, fault: Fault) -> bool:
        if fault.skip:
            fault.skip -= 1
            return False
        if fault.times:
            fault.times -= 1
            if not fault.times:
                self._waiting.remove(fault)
        return True
