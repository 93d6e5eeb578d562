"""storage/passwords: secrets in passwords.conf of an app's local layer, always encrypted."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .rest_fault import RestFault, not_found

if TYPE_CHECKING:
    from pathlib import Path

    from .conf_layers import ConfLayers

_PREFIX = "credential:"
_LONGEST = 255


@dataclass(frozen=True)
class Credential:
    """One secret with its realm, user and app."""

    app: str
    realm: str
    username: str
    encrypted: str

    @property
    def name(self) -> str:
        """Return the entity's name, `realm:user:`, colons inside escaped."""
        return entity_name(self.realm, self.username)


def entity_name(realm: str, username: str) -> str:
    """Return `realm:user:` with the colons of both parts escaped."""
    parts = [part.replace(":", "\\:") for part in (realm, username)]
    return f"{parts[0]}:{parts[1]}:"


def _split_name(name: str) -> tuple[str, str]:
    parts: list[str] = [""]
    escaped = False
    for letter in name:
        if escaped:
            parts[-1] += letter if letter == ":" else "\\" + letter
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == ":":
            parts.append("")
        else:
            parts[-1] += letter
    return parts[0], parts[1] if len(parts) > 1 else ""


class Credentials:
    """The secrets of all apps, encrypted with the key of etc/auth/splunk.secret."""

    def __init__(self, layers: ConfLayers, secret_file: Path) -> None:
        """Read the instance's secret, or create it."""
        if not secret_file.exists():
            secret_file.parent.mkdir(parents=True, exist_ok=True)
            secret_file.write_text(secrets.token_urlsafe(190)[:254])
            secret_file.chmod(0o400)
        key = hashlib.sha256(secret_file.read_bytes()).digest()
        self._cipher = AESGCM(key)
        self._layers = layers
        self._lock = threading.RLock()

    def clear(self, credential: Credential) -> str:
        """Decrypt."""
        blob = base64.b64decode(credential.encrypted[3:])
        return self._cipher.decrypt(blob[:12], blob[12:], None).decode()

    def all(self, app: str) -> list[Credential]:
        """Return the credentials that are visible in the namespace of an app."""
        found = []
        for name, stanza in self._layers.stanzas("passwords", app).items():
            if name.startswith(_PREFIX):
                realm, username = _split_name(name[len(_PREFIX) :])
                secret = stanza.values.get("password", "")
                found.append(Credential(stanza.app, realm, username, secret))
        return found

    def find(self, app: str, name: str) -> Credential:
        """Return one by its entity name (the last colon may be missing); 404 if there is none."""
        wanted = {name, f"{name}:", f":{name}:"}
        for credential in self.all(app):
            if credential.name in wanted:
                return credential
        raise not_found("passwords", name)

    def _store(self, app: str, realm: str, username: str, password: str) -> None:
        if not password:
            raise RestFault(400, "In handler 'passwords': Password cannot be empty.")
        if len(password) > _LONGEST:
            raise RestFault(
                400,
                f"In handler 'passwords': Password is longer than {_LONGEST} characters.",
            )
        nonce = secrets.token_bytes(12)
        blob = nonce + self._cipher.encrypt(nonce, password.encode(), None)
        secret = "$7$" + base64.b64encode(blob).decode()
        stanza = _PREFIX + entity_name(realm, username)
        self._layers.write("passwords", app, stanza, {"password": secret})

    def create(self, app: str, realm: str, username: str, password: str) -> Credential:
        """Store a new one; 409 if it exists."""
        name = entity_name(realm, username)
        with self._lock:
            if any(credential.name == name for credential in self.all(app)):
                raise RestFault(409, f"An object with name={name} already exists")
            self._store(app, realm, username, password)
            return self.find(app, name)

    def update(self, app: str, name: str, password: str) -> Credential:
        """Replace the secret; 404 if there is none."""
        with self._lock:
            known = self.find(app, name)
            self._store(known.app, known.realm, known.username, password)
            return self.find(app, name)

    def delete(self, app: str, name: str) -> None:
        """Remove one; 404 if there is none."""
        with self._lock:
            known = self.find(app, name)
            self._layers.remove("passwords", known.app, _PREFIX + known.name)
