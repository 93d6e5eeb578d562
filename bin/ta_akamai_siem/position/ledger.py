"""The numbered positions of one input in the KV store.

A save is an insert of the next number, which the KV store's captain grants once. A member that
reads may see a copy that is seconds old: what it does with it meets a number that is taken.

A number must not be inserted a second time by somebody who slept meanwhile, so documents stay for
`KEPT` seconds.
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
"""Seconds for which no number is given a second time, whatever the clocks say."""
KEPT = SURELY_KEPT + 5 * 60.0
"""Seconds by the clocks of two hosts. If they are 90 s off, each its own way, 17 minutes stay."""
_HISTORY_MAX = 5_000
"""Documents to read for a rewind: a minute and more, at 50 saves a second."""


class Ledger:
    """`key`: `<kind>:<name>`. `wait`: sleeps that many seconds, or raises when we are to stop.

    Every call raises CheckpointUnavailable once retries are used up, and CheckpointUnusable.
    """

    def __init__(self, store: KvStore, key: str, wait: Callable[[float], None]) -> None:
        self._store = store
        self._key = key
        self._wait = wait

    def history(self, newest: Entry) -> list[Entry] | None:
        """`newest` and those before it, newest first; None where the copy has another newest."""
        found = self._retried(
            lambda: self._store.find_documents(
                CHECKPOINTS, {INPUT: self._key}, sort=f"{NUMBER}:-1", limit=_HISTORY_MAX
            )
        )
        entries = [from_document(document) for document in found]
        return entries if entries and entries[0] == newest else None

    def single(self, number: int) -> list[Entry]:
        """What version 0.1.0 saved, newest first, as if that had the number `number`."""
        document = self._retried(lambda: self._store.load_document(CHECKPOINTS, self._key))
        return from_single_document(document, number) if document else []

    def append(self, entry: Entry) -> bool:
        """Insert; False where another has that number."""
        document = entry.to_document(self._key)
        if self._retried(lambda: self._store.insert_document(CHECKPOINTS, document)):
            return True
        # Where an answer was lost, the document may be ours. The copy that we read may take a
        # while to show it.
        return bool(self._retried(lambda: self._run_of(document["_key"])) == entry.run)

    def forget(self, number: int, now: float) -> None:
        """Delete what is older than `KEPT` and below `number`. Raises at once."""
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
            what = "The KV store's copy on this member does not show yet what was saved"
            raise CheckpointUnavailable(what)
        return str(found.get(RUN))

    def _retried(self, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it gives
        return retried(attempt, CheckpointUnavailable, self._wait)


def newest_document(store: KvStore, key: str) -> dict[str, Any] | None:
    """The document with the highest number, as far as this member's copy goes. Raises at once.

    Where there is none, the single document of version 0.1.0, which has no number.
    """
    # A document without a number comes behind all that have one.
    either = {"$or": [{INPUT: key}, {"_key": key}]}
    found = store.find_documents(CHECKPOINTS, either, sort=f"{NUMBER}:-1", limit=1)
    return found[0] if found else None
