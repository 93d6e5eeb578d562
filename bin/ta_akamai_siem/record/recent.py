"""Remembers what was looked up lately, within bounds.

Unlike `functools.lru_cache` it can be asked whether something is known, so that all that is unknown
is worked out together.
"""

from __future__ import annotations

from typing import Generic, Optional, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Keeps the last `size` keys that were put or asked for, and at most twice as many."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._new: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def get(self, key: Key) -> Optional[Value]:
        """None if it is not known."""
        found = self._new.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Key, value: Value) -> None:
        if len(self._new) >= self._size:
            self._old, self._new = self._new, {}
        self._new[key] = value
