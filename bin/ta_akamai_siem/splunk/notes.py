"""Documents in the KV store that only the pages of this host show.

If the KV store fails, a page shows less. So nothing here raises an error.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from ta_akamai_siem.errors import CollectionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .kv_store import KvStore


class Notes:
    """Those of one collection."""

    def __init__(self, store: KvStore, collection: str) -> None:
        self._store = store
        self._collection = collection

    def save(self, key: str, content: Mapping[str, Any]) -> None:
        with contextlib.suppress(CollectionError):
            self._store.save_document(self._collection, {"_key": key, **content})

    def delete(self, key: str) -> None:
        with contextlib.suppress(CollectionError):
            self._store.delete_documents(self._collection, {"_key": key})

    def delete_all(self) -> None:
        with contextlib.suppress(CollectionError):
            self._store.delete_documents(self._collection, {})

    def all(self) -> dict[str, dict[str, Any]]:
        """The documents by key. Empty if they cannot be read."""
        try:
            found = self._store.find_documents(self._collection, {})
        except CollectionError:
            return {}
        return {str(each.get("_key")): each for each in found}
