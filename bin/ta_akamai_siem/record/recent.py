"""Remembers what was looked up lately, within bounds.

Unlike `functools.lru_cache` it can be asked whether something is known, so that all that is unknown
is worked out together.
"""

from __future__ import annotations

from typing import Generic, Optional, TypeVar

ENOUGH = 16
"""Keys by which it is judged, at least."""
_NEARLY_ALL = 0.9
LEFT_ALONE = 1_000
"""Keys."""

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Keeps the last `size` keys that were put or asked for, and at most twice as many.

    `pays`: whether to ask, because keys come again often enough.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._left_alone = 0
        self._new: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    @property
    def pays(self) -> bool:
        return not self._left_alone

    def asked(self, times: int, new: int) -> None:
        """Note how many of some keys were new. After nearly all were, asking does not pay for a
        while. Call it for keys that were not asked for too.
        """
        if self._left_alone:
            self._left_alone = max(0, self._left_alone - times)
        elif times >= ENOUGH and new > _NEARLY_ALL * times:
            self._left_alone = LEFT_ALONE

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
