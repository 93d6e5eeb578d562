"""Users and session keys. A key can be expired or restricted."""

from __future__ import annotations

import base64
import secrets
import threading
from dataclasses import dataclass, field

from .rest_fault import RestFault

ROLES = {
    "admin": frozenset(
        {
            *("accelerate_datamodel", "admin_all_objects", "search"),
            *("edit_storage_passwords", "list_storage_passwords"),
        }
    ),
    # Splunk Cloud's administrators.
    "sc_admin": frozenset(
        {
            *("accelerate_datamodel", "search"),
            *("edit_storage_passwords", "list_storage_passwords"),
        }
    ),
    "user": frozenset({"search"}),
    # A role of the customer's own: it sees the configuration and changes nothing.
    "auditor": frozenset({"list_storage_passwords", "search"}),
}
"""The capabilities of each role, as far as the stand-in checks them."""
_INDEXES = {"auditor": ("main",)}
"""srchIndexesAllowed of a role, if it is not `*`: the indexes that are not internal."""
WRITERS = ("admin", "sc_admin")
"""Roles that may write an app's objects, as metadata/default.meta has it."""


@dataclass
class Session:
    """A logged-in caller. Paths that begin with one of `denied` return 403 to it.

    A method can come before such a path: `POST configs/`.
    """

    key: str
    user: str
    denied: list[str] = field(default_factory=list)
    role: str = "admin"

    @property
    def capabilities(self) -> frozenset[str]:
        """The user's capabilities."""
        return ROLES[self.role]


class Sessions:
    """Issues and checks session keys. Thread-safe."""

    def __init__(self, user: str, password: str, first_key: str | None = None) -> None:
        """Create an administrator, and a user of each other role (name and password are the role's
        name).
        """
        self.user = user
        self.password = password
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()
        self.first_key = self.issue(user, key=first_key).key

    def issue(
        self,
        user: str,
        denied: list[str] | None = None,
        key: str | None = None,
        role: str = "admin",
    ) -> Session:
        """Create a session for a user."""
        if role not in ROLES:
            raise RestFault(400, f"no role is called {role}")
        session = Session(key or secrets.token_urlsafe(48), user, denied or [], role)
        with self._lock:
            self._sessions[session.key] = session
        return session

    @staticmethod
    def indexes_of(role: str) -> tuple[str, ...]:
        """Patterns of the indexes that users of a role search."""
        return _INDEXES.get(role, ("[!_]*",))

    def login(self, user: str, password: str) -> Session:
        """Check a password; 401 if it is wrong."""
        known = {self.user: "admin", **{role: role for role in ROLES if role != "admin"}}
        if user not in known or not secrets.compare_digest(
            password.encode(), self.password.encode()
        ):
            raise RestFault(401, "Login failed", "WARN")
        return self.issue(user, role=known[user])

    def expire(self, *, keep: str) -> int:
        """Expire every key but one, and return how many."""
        with self._lock:
            gone = [key for key in self._sessions if key not in {keep, self.first_key}]
            for key in gone:
                del self._sessions[key]
        return len(gone)

    def expire_one(self, key: str) -> bool:
        """Expire one key; false if it was not valid."""
        with self._lock:
            return self._sessions.pop(key, None) is not None

    def authenticate(self, authorization: str) -> Session:
        """Return the session of an Authorization header (`Splunk KEY` or Basic); 401 if it is
        invalid.
        """
        scheme, _, value = authorization.partition(" ")
        if scheme == "Splunk":
            with self._lock:
                session = self._sessions.get(value.strip())
            if session is not None:
                return session
            raise RestFault(401, "call not properly authenticated", "WARN")
        if scheme == "Basic":
            try:
                user, _, password = base64.b64decode(value).decode().partition(":")
            except ValueError as error:
                raise RestFault(401, "call not properly authenticated", "WARN") from error
            return self.login(user, password)
        raise RestFault(401, "call not properly authenticated", "WARN")
