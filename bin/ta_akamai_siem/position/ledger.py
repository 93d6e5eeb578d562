"""The numbered positions of one input in the KV store.

A save is an insert of the next number, which the KV store's captain accepts only once. A member may
read a copy that is seconds old. Its insert then fails, because the number is already taken.

Documents are kept for `KEPT` seconds, so that a suspended run cannot insert a number a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ta_akamai_siem.errors import CheckpointUnavailable
from ta_akamai_siem.splunk.kv_retry import retried
from ta_akamai_siem.splunk.names import CHECKPOINTS

from .entry import INPUT, INSERTED_AT, NUMBER, RUN, from_document, from_single_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.splunk.kv_store import KvStore

    from .entry import Entry

SURELY_KEPT = 15 * 60.0
"""Seconds for which no number can be used a second time, even if hosts' clocks differ."""
KEPT = SURELY_KEPT + 5 * 60.0
"""Seconds by two hosts' clocks. If both are 90 s off in opposite directions, 17 minutes remain."""
_HISTORY_MAX = 5_000
"""Documents to read for a rewind: more than a minute at 50 saves per second."""


class Ledger:
    """`key`: `<kind>:<name>`. `wait`: sleeps that many seconds, or raises if the input is stopped.

    Every call raises CheckpointUnavailable once retries are used up, and CheckpointUnusable.
    """

    def __init__(self, store: KvStore, key: str, wait: Callable[[float], None]) -> None:
        self._store = store
        self._key = key
        self._wait = wait

    def history(self, newest: Entry) -> list[Entry] | None:
        """`newest` and earlier entries, newest first. None if the copy has another newest."""
        found = self._retried(
            lambda: self._store.find_documents(
                CHECKPOINTS, {INPUT: self._key}, sort=f"{NUMBER}:-1", limit=_HISTORY_MAX
            )
        )
        entries = [from_document(document) for document in found]
        return entries if entries and entries[0] == newest else None

    def single(self, number: int) -> list[Entry]:
        """The entries of version 0.1.0, newest first. The newest gets the number `number`."""
        document = self._retried(lambda: self._store.load_document(CHECKPOINTS, self._key))
        return from_single_document(document, number) if document else []

    def append(self, entry: Entry) -> bool:
        """Insert. False if another entry has that number."""
        document = entry.to_document(self._key)
        if self._retried(lambda: self._store.insert_document(CHECKPOINTS, document)):
            return True
        # If a response was lost, the document may be ours. It may take a while to appear in
        # the copy that we read.
        return bool(self._retried(lambda: self._run_of(document["_key"])) == entry.run)

    def forget(self, number: int, now: float) -> None:
        """Delete entries older than `KEPT` with numbers below `number`. Raises at once."""
        old = {
            INPUT: self._key,
            NUMBER: {"$lt": number},
            INSERTED_AT: {"$lt": now - KEPT},
        }
        self._store.delete_documents(CHECKPOINTS, old)

    def forget_single(self) -> None:
        """Delete the document of version 0.1.0."""
        self._retried(lambda: self._store.delete_documents(CHECKPOINTS, {"_key": self._key}))

    def _run_of(self, document_key: str) -> str:
        found = self._store.load_document(CHECKPOINTS, document_key)
        if found is None:
            what = "This member's copy of the KV store does not contain the saved position yet"
            raise CheckpointUnavailable(what)
        return str(found.get(RUN))

    def _retried(self, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it gives
        return retried(attempt, CheckpointUnavailable, self._wait)


def newest_document(store: KvStore, key: str) -> dict[str, Any] | None:
    """The document with the highest number in this member's copy. Raises at once.

    If no document has a number, the single document of version 0.1.0.
    """
    # A document without a number is sorted after all that have one.
    either = {"$or": [{INPUT: key}, {"_key": key}]}
    found = store.find_documents(CHECKPOINTS, either, sort=f"{NUMBER}:-1", limit=1)
    return found[0] if found else None
