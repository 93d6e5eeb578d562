"""The bulletin messages that Splunk Web shows to administrators."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from .rest_fault import RestFault, missing_arguments, not_found, unknown_argument

_SEVERITIES = frozenset({"info", "warn", "error"})
_ARGUMENTS = frozenset({"name", "value", "severity", "capability", "role", "help"})


@dataclass(frozen=True)
class Message:
    """One message."""

    name: str
    value: str
    severity: str
    created: float = field(default_factory=time.time)


class Bulletin:
    """The messages by name. A new message replaces the one of the same name. Thread-safe."""

    def __init__(self) -> None:
        """Start without messages."""
        self._messages: dict[str, Message] = {}
        self._lock = threading.Lock()

    def post(self, arguments: dict[str, str]) -> Message:
        """Create a message from REST arguments; 400 if name or value is missing or the severity
        unknown.
        """
        for argument in arguments:
            if argument not in _ARGUMENTS:
                raise unknown_argument(argument)
        missing = [name for name in ("name", "value") if not arguments.get(name)]
        if missing:
            raise missing_arguments(missing)
        severity = arguments.get("severity", "info")
        if severity not in _SEVERITIES:
            raise RestFault(400, f"Invalid severity '{severity}': must be info, warn or error.")
        return self.add(arguments["name"], arguments["value"], severity)

    def add(self, name: str, value: str, severity: str = "error") -> Message:
        """Add a message."""
        message = Message(name, value, severity)
        with self._lock:
            self._messages[name] = message
        return message

    def all(self) -> list[Message]:
        """Return the messages in order of creation."""
        with self._lock:
            return list(self._messages.values())

    def find(self, name: str) -> Message:
        """Return one; 404 if there is none."""
        with self._lock:
            message = self._messages.get(name)
        if message is None:
            raise not_found("messages", name)
        return message

    def delete(self, name: str) -> None:
        """Remove one; 404 if there is none."""
        self.find(name)
        with self._lock:
            self._messages.pop(name, None)
