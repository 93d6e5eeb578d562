"""The owner's claim in the KV store. It shows that its run is alive, or that it has ended.

A run inserts its claim after it has taken the input over, and renews it by replacing it. The next
owner deletes it: if a renewal finds no document to replace, the run has lost the input.

`_key`              `<kind>:<name>#<number of the position with which the run took the input over>`
`input`, `number`   as in the key
`run`               id of the run, as in the positions that it saves
`succession`        as in the positions
`owner`             guid of the splunkd that runs it
`host`              its name, for display only
`beat`              number of renewals
`renewed_at`        epoch seconds of the owner's clock, for display only
`released`          true: the run has ended
`read`              true: splunkd had read all that the run wrote
`so_far`            what the run has collected, for display only: see `so_far`
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any, Optional

from ta_akamai_siem.errors import CheckpointUnavailable, CollectionError, LeaseLost
from ta_akamai_siem.splunk.kv_retry import retried
from ta_akamai_siem.splunk.names import LEASES

from .entry import INPUT, NUMBER, RUN
from .so_far import MEMBER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ta_akamai_siem.splunk.kv_store import KvStore

    from .entry import Entry
    from .host import Host

HOST = "host"
RENEWAL = 5.0
"""Seconds between two renewals: the inputs page shows the progress of a run as often."""
TRUSTED = 20.0
"""Seconds for which a renewal proves that we still own the input."""
EXPIRY = 45.0
"""Seconds without a renewal after which another member may take the input over."""
_RENEWALS_AT_ONCE = 3
_LOST = "Another member of the cluster has taken this input over"


class Claim:
    """The claim of one run. `taken`: the position with which it took the input over. `so_far`: the
    document's member of that name.
    """

    def __init__(
        self,
        store: KvStore,
        key: str,
        taken: Entry,
        host: Host,
        so_far: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._store = store
        self._key = key
        self._taken = taken
        self._host = host
        self._so_far = so_far
        self._beat = 0
        self._lost = False
        self._proved = (0.0, 0.0)
        self._ended = threading.Event()
        self._write = threading.Lock()

    def insert(self) -> None:
        """Raises CheckpointUnavailable once retries are used up, CheckpointUnusable."""
        proved = self._host.moment()
        document = self._document(released=False)
        # The number is ours alone. An existing document is our own, inserted before a response was
        # lost, or was left by version 0.1.0.
        if not self._retried(lambda: self._store.insert_document(LEASES, document)):
            self._retried(lambda: self._store.replace_document(LEASES, document))
        self._proved = proved

    def keep_renewed(self) -> None:
        """Renew the claim in a thread until it is released."""
        threading.Thread(target=self._renew_until_released, daemon=True).start()

    def confirm(self) -> None:
        """Prove that we were the owner at most `TRUSTED` seconds ago.

        Raises LeaseLost, and the errors of `insert`.
        """
        for _ in range(_RENEWALS_AT_ONCE):
            if self._lost:
                raise LeaseLost(_LOST)
            if self._host.seconds_since(self._proved) <= TRUSTED:
                return
            self._retried(self._renew)
        if self._lost:
            raise LeaseLost(_LOST)
        raise CheckpointUnavailable("The KV store takes too long to answer")

    def release(self, *, read: bool) -> None:
        """Mark the run as ended. `read`: splunkd has read everything that it wrote.

        Raises CheckpointUnavailable, CheckpointUnusable at once.
        """
        self._ended.set()
        with self._write:
            self._store.replace_document(LEASES, self._document(released=True, read=read))

    def withdraw(self) -> None:
        """Delete the claim. Raises the same errors as `release`."""
        self._ended.set()
        with self._write:
            self._store.delete_documents(LEASES, {"_key": self._document(released=True)["_key"]})

    def _renew_until_released(self) -> None:
        while not self._ended.wait(RENEWAL):
            # The next write or save detects whether the KV store is still available.
            with contextlib.suppress(CollectionError):
                self._renew(unless=self._ended)

    def _renew(self, unless: Optional[threading.Event] = None) -> None:
        with self._write:
            if unless is not None and unless.is_set():
                return
            proved = self._host.moment()
            self._beat += 1
            if self._store.replace_document(LEASES, self._document(released=False)):
                self._proved = proved
            else:
                self._lost = True

    def _document(self, *, released: bool, read: bool = False) -> dict[str, Any]:
        return {
            "_key": f"{self._key}#{self._taken.number}",
            INPUT: self._key,
            NUMBER: self._taken.number,
            RUN: self._taken.run,
            "succession": self._taken.succession,
            "owner": self._taken.by.guid,
            HOST: self._host.name,
            "beat": self._beat,
            "renewed_at": self._host.now(),
            "released": released,
            "read": read,
            MEMBER: dict(self._so_far()),
        }

    def _retried(self, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it gives
        return retried(attempt, CheckpointUnavailable, self._host.wait)


def is_in_force(document: Mapping[str, Any], now: float) -> bool:
    """Whether a run holds this claim, judged by the hosts' clocks. For display only."""
    try:
        renewed = float(document.get("renewed_at") or 0.0)
    except (TypeError, ValueError):
        return False
    return not document.get("released") and renewed + EXPIRY > now
