"""The bulletin messages, and who sees them.

A message with capabilities is seen by who has all of them, else one with roles by who has one of
them, else it is seen by everybody.
https://splunk.github.io/addonfactory-solutions-library-python/bulletin_rest_client
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .rest_fault import RestFault, missing_arguments, not_found, unknown_argument
from .sessions import ROLES

if TYPE_CHECKING:
    from collections.abc import Collection

_SEVERITIES = frozenset({"info", "warn", "error"})
_ARGUMENTS = frozenset({"name", "value", "severity", "capability", "role", "help"})
_CAPABILITIES = frozenset().union(*ROLES.values())


@dataclass(frozen=True)
class Message:
    """One message."""

    name: str
    value: str
    severity: str
    created: float = field(default_factory=time.time)
    capabilities: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    def is_seen_by(self, role: str, capabilities: Collection[str]) -> bool:
        """Tell whether Splunk Web shows it to such a user."""
        if self.capabilities:
            return self.capabilities <= set(capabilities)
        return not self.roles or role in self.roles


class Bulletin:
    """The messages by name. A new message replaces the one of the same name. Thread-safe."""

    def __init__(self) -> None:
        """Start without messages."""
        self._messages: dict[str, Message] = {}
        self._lock = threading.Lock()

    def post(self, given: dict[str, list[str]]) -> Message:
        """Create from REST arguments; 400 if name or value is missing, or if the severity, a
        capability or a role is unknown.
        """
        arguments = {name: values[-1] for name, values in given.items()}
        for argument in arguments:
            if argument not in _ARGUMENTS:
                raise unknown_argument(argument)
        missing = [name for name in ("name", "value") if not arguments.get(name)]
        if missing:
            raise missing_arguments(missing)
        severity = arguments.get("severity", "info")
        if severity not in _SEVERITIES:
            raise RestFault(400, f"Invalid severity '{severity}': must be info, warn or error.")
        capabilities, roles = (frozenset(given.get(name, ())) for name in ("capability", "role"))
        for unknown in (*capabilities - _CAPABILITIES, *roles - set(ROLES)):
            raise RestFault(400, f"Invalid capability or role '{unknown}'.")
        message = Message(
            arguments["name"],
            arguments["value"],
            severity,
            capabilities=capabilities,
            roles=roles,
        )
        return self._put(message)

    def add(self, name: str, value: str, severity: str = "error") -> Message:
        """Put a message of splunkd's own up."""
        return self._put(Message(name, value, severity))

    def _put(self, message: Message) -> Message:
        with self._lock:
            self._messages[message.name] = message
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
