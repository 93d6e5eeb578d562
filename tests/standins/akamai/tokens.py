"""Offsets: opaque tokens for a place in the storage order of a set of configurations."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from typing import TYPE_CHECKING

from .position import Position

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLACE = struct.Struct(">diq8s")
_SEAL_SIZE = 16


class UnknownTokenError(Exception):
    """The token was not issued by this stand-in, or was changed."""


class ForeignTokenError(Exception):
    """The token was issued for another set of configurations."""


class Tokens:
    """Issues and reads tokens. A stand-in accepts only its own."""

    def __init__(self) -> None:
        """Create the key that seals all tokens of this stand-in."""
        self._key = secrets.token_bytes(32)
        self._old: dict[str, bytes] = {}

    def issue(self, config_ids: Iterable[int], place: Position, form: str = "new") -> str:
        """Return the token of ``place``; equal places have equal tokens."""
        content = _PLACE.pack(*place, _digest_of(config_ids))
        if form == "old":
            token = hmac.new(self._key, b"old" + content, hashlib.md5).hexdigest()
            self._old[token] = content
            return token
        return self._sealed(content)

    def read(self, token: str, config_ids: Iterable[int]) -> Position:
        """Return the place; raises UnknownTokenError or ForeignTokenError."""
        place, digest = self._unpacked(token)
        if digest != _digest_of(config_ids):
            raise ForeignTokenError
        return place

    def place(self, token: str) -> Position:
        """Return the place, whatever the token was issued for; raises UnknownTokenError."""
        return self._unpacked(token)[0]

    def _unpacked(self, token: str) -> tuple[Position, bytes]:
        content = self._old.get(token) or self._opened(token)
        stored, load, index, digest = _PLACE.unpack(content)
        return Position(stored, load, index), digest

    def _sealed(self, content: bytes) -> str:
        seal = hmac.new(self._key, content, hashlib.sha256).digest()
        body = seal[:_SEAL_SIZE] + self._veiled(seal[:_SEAL_SIZE], content)
        text = base64.urlsafe_b64encode(body).decode().rstrip("=")
        return f"{seal[-3:].hex()[:5]};{text}"

    def _opened(self, token: str) -> bytes:
        _, _, text = token.partition(";")
        try:
            body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            raise UnknownTokenError from None
        content = self._veiled(body[:_SEAL_SIZE], body[_SEAL_SIZE:])
        if len(content) != _PLACE.size or not hmac.compare_digest(
            self._sealed(content).encode(), token.encode()
        ):
            raise UnknownTokenError
        return content

    def _veiled(self, seal: bytes, content: bytes) -> bytes:
        veil = hashlib.sha256(self._key + b"veil" + seal).digest()
        return bytes(left ^ right for left, right in zip(content, veil))


def _digest_of(config_ids: Iterable[int]) -> bytes:
    names = ";".join(str(config_id) for config_id in sorted(set(config_ids)))
    return hashlib.sha256(names.encode()).digest()[:8]
