"""One collector an input: a lease in the KV store.

In a search head cluster every member runs every input, and they share a KV store. Each run takes
the input's lease; who does not get it leaves. A lease is a document of its own, numbered. Taking
one is inserting the next number, which the KV store grants to one caller only; the highest number
is the lease in force. Its owner renews it while it runs, looks before each save whether a higher
number has appeared, and says in it that the run has ended.

A lease of the same splunkd is taken over at once, released or not: splunkd runs an input once at a
time, so a run that did not release it is dead. Another's is, once it has not been renewed for
`EXPIRY` seconds.

Each lease hands on the `succession`, a word that was made with the first one: hosts whose leases
have the same one share a KV store, and collect the same input in turn. The log tells it.
"""

from __future__ import annotations

import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

from ta_akamai_siem.errors import CheckpointUnavailable, CollectionError, LeaseHeld, LeaseLost
from ta_akamai_siem.splunk.kv_retry import retried
from ta_akamai_siem.splunk.names import LEASES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ta_akamai_siem.splunk.instance import Instance
    from ta_akamai_siem.splunk.kv_store import KvStore

EXPIRY = 45.0
"""Seconds without a renewal after which another may take the lease."""
RENEWAL = 10.0
"""Seconds between two renewals."""
FRESH = 2.0
"""Seconds after taking it in which a first save needs no look: it expires only much later."""


class Lease:
    """The lease of one input, for one run.

    `key`: `<kind>:<name>`. `instance`: the splunkd that runs us. `now`: this host's clock, epoch
    seconds. `wait`: sleeps that many seconds, or raises when we are to stop.
    `before_ended_cleanly`: the run that had the lease before said that it ended.
    `succession`: see above; "" as long as it is not known.
    """

    def __init__(
        self,
        store: KvStore,
        key: str,
        instance: Instance,
        now: Callable[[], float],
        wait: Callable[[float], None],
    ) -> None:
        self._store = store
        self._key = key
        self.instance = instance
        self.before_ended_cleanly = True
        self.succession = ""
        self._now = now
        self._wait = wait
        self._run = uuid.uuid4().hex
        self._number = 0
        self._taken = 0.0
        self.monotonic: Callable[[], float] = time.monotonic
        self._ended = threading.Event()
        self._write = threading.Lock()

    def take(self) -> None:
        """Become the owner, and keep the lease renewed from then on.

        Raises LeaseHeld, CheckpointUnavailable once retries are used up, CheckpointUnusable.
        """
        before = max(
            self._retried(lambda: self._store.find_documents(LEASES, {"input": self._key})),
            key=_number,
            default=None,
        )
        self.succession = _succession(before)
        if before and self._is_in_force(before):
            who = before.get("owner")
            raise LeaseHeld(f"Another member of the cluster collects this input ({who})")
        self._number = _number(before) + 1 if before else 1
        handed_on, self.succession = self.succession, self.succession or _new_succession()
        if not self._retried(self._insert):
            # The document of that number is the other's: it is not ours to release.
            self._number, self.succession = 0, handed_on
            raise LeaseHeld("Another member of the cluster has just taken this input")
        self._taken = self.monotonic()
        self.before_ended_cleanly = not before or bool(before.get("released"))
        threading.Thread(target=self._renew_until_released, daemon=True).start()

    def confirm(self) -> None:
        """Look whether we still are the owner.

        Raises LeaseLost, CheckpointUnavailable at once, CheckpointUnusable.
        """
        taken, self._taken = self._taken, 0.0
        if taken and self.monotonic() - taken < FRESH:
            return
        higher = {"input": self._key, "number": {"$gt": self._number}}
        if self._store.find_documents(LEASES, higher):
            raise LeaseLost("Another member of the cluster has taken this input over")

    def release(self) -> None:
        """Say that the run has ended. Raises CheckpointUnavailable, CheckpointUnusable at once."""
        self._ended.set()
        if self._number:
            with self._write:
                self._store.replace_document(LEASES, self._document(released=True))
            earlier = {"input": self._key, "number": {"$lt": self._number}}
            self._store.delete_documents(LEASES, earlier)

    def _insert(self) -> bool:
        document = self._document(released=False)
        if self._store.insert_document(LEASES, document):
            return True
        # Where the answer to an earlier attempt was lost, the document is ours.
        found = self._store.load_document(LEASES, document["_key"])
        return found is not None and found.get("run") == self._run

    def _is_in_force(self, document: Mapping[str, Any]) -> bool:
        return document.get("owner") != self.instance.guid and is_in_force(document, self._now())

    def _renew_until_released(self) -> None:
        while not self._ended.wait(RENEWAL):
            try:
                with self._write:
                    if not self._ended.is_set():
                        self._store.replace_document(LEASES, self._document(released=False))
            except CollectionError:  # noqa: PERF203 - the next turn is ten seconds away
                # Whoever saves next finds out whether the KV store is still there.
                continue

    def _document(self, *, released: bool) -> dict[str, Any]:
        now = self._now()
        return {
            "_key": f"{self._key}#{self._number}",
            "input": self._key,
            "number": self._number,
            "owner": self.instance.guid,
            "run": self._run,
            "succession": self.succession,
            "heartbeat_at": now,
            "expires_at": now + EXPIRY,
            "released": released,
        }

    def _retried(self, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it gives
        return retried(attempt, CheckpointUnavailable, self._wait)


def supersede(store: KvStore, key: str, now: float) -> None:
    """Take the lease from whoever has it, for nobody: a run that goes on cannot save any more.

    Raises CheckpointUnavailable, CheckpointUnusable at once.
    """
    before = max(store.find_documents(LEASES, {"input": key}), key=_number, default=None)
    number = _number(before) + 1 if before else 1
    store.insert_document(
        LEASES,
        {
            "_key": f"{key}#{number}",
            "input": key,
            "number": number,
            "owner": "",
            "run": uuid.uuid4().hex,
            "succession": _succession(before) or _new_succession(),
            "heartbeat_at": now,
            "expires_at": now,
            "released": True,
        },
    )
    store.delete_documents(LEASES, {"input": key, "number": {"$lt": number}})


def is_in_force(document: Mapping[str, Any], now: float) -> bool:
    """Whether somebody holds the lease of this document."""
    return not document.get("released") and float(document.get("expires_at") or 0.0) > now


def _number(document: Mapping[str, Any]) -> int:
    return int(document.get("number") or 0)


def _succession(document: Mapping[str, Any] | None) -> str:
    return str((document or {}).get("succession") or "")


def _new_succession() -> str:
    return uuid.uuid4().hex[:12]
