"""The cursor in the KV store. Fails closed: without it nothing is fetched, ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Protocol, TypeVar

from . import cursor as cursors
from .errors import CheckpointUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .cursor import Cursor

COLLECTION = "ta_akamai_siem_checkpoints"
PATIENCE = 120.0
"""Seconds to wait for a KV store that is starting, or that fails between two pages."""
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 10.0
_Result = TypeVar("_Result")


class DocumentStore(Protocol):
    """Where documents live; both raise CheckpointUnavailable and CheckpointUnusable."""

    def load_document(self, collection: str, key: str) -> dict[str, Any] | None: ...

    def save_document(self, collection: str, document: Mapping[str, Any]) -> None: ...


class Checkpoint:
    """The cursor of one input. `wait`: sleeps that many seconds, or raises when we are to stop."""

    def __init__(self, store: DocumentStore, key: str, wait: Callable[[float], None]) -> None:
        self._store = store
        self._key = key
        self._wait = wait

    def load(self) -> Cursor | None:
        """None where the input has never run. Raises CheckpointUnavailable once out of patience,
        CheckpointUnusable.
        """
        document = self._patiently(lambda: self._store.load_document(COLLECTION, self._key))
        return None if document is None else cursors.from_document(document)

    def save(self, cursor: Cursor, saved_at: float) -> None:
        """`saved_at`: this host's clock. Raises as `load` does."""
        document = {"_key": self._key, **cursor.to_document(), "saved_at": saved_at}
        self._patiently(lambda: self._store.save_document(COLLECTION, document))

    def _patiently(self, attempt: Callable[[], _Result]) -> _Result:
        waited, pause = 0.0, _FIRST_WAIT
        while True:
            try:
                return attempt()
            except CheckpointUnavailable:
                if waited >= PATIENCE:
                    raise
            self._wait(pause)
            waited += pause
            pause = min(pause * 2, _LONGEST_WAIT)
