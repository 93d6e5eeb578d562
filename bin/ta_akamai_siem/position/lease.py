"""Ensures one collector per input, even if members' clocks and copies of the KV store differ.

In a search head cluster every member runs every input, and they share a KV store. A run takes the
input over by inserting the next number with the position that it found (`ledger`). The KV store
accepts each number only once, so a member that read an old copy is refused. From then on the
previous owner cannot save, because its next number is taken, and cannot renew its claim (`claim`),
because that is deleted.

A member decides by its own copy of the KV store whether to take the input over:

the newest position was saved under our own splunkd   take it: splunkd runs an input once at a time,
                                                      so that run has ended, or is dead
the page has reset the input                          take it
the run that saved it has released its claim          take it
anything else                                         watch it, and take it once it has not changed
                                                      for `EXPIRY` seconds of our own clock

An owner writes and saves only within `TRUSTED` seconds of a renewal. Another member takes the input
over no earlier than `EXPIRY` seconds after the last renewal that it saw.
"""

from __future__ import annotations

import contextlib
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ta_akamai_siem.errors import (
    CheckpointUnavailable,
    CheckpointUnusable,
    LeaseHeld,
    LeaseLost,
)
from ta_akamai_siem.splunk.instance import Instance
from ta_akamai_siem.splunk.kv_retry import retried
from ta_akamai_siem.splunk.names import CHECKPOINTS, LEASES

from . import history as histories
from .claim import EXPIRY, HOST, Claim
from .entry import INPUT, NUMBER, RUN, Entry, from_document
from .ledger import Ledger, newest_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ta_akamai_siem.splunk.kv_store import KvStore

    from .history import Rewind
    from .host import Host

_TAKEN_WITHIN = 30.0
"""Seconds within which a run must complete the takeover. Other members wait for longer."""
_LOOK = 5.0
"""Seconds between two checks of a claim if the file that records them is unusable."""
_NOBODY = Instance("", None)
_RESET_TRIES = 200
"""Attempts of a reset to insert a number: the owner may save at the same time."""


class _Found(NamedTuple):
    """The state in this member's copy. `newest_first`: the newest position and, for version 0.1.0,
    the others of its document. `claim`: of the run that saved it, None without a claim.
    """

    newest_first: list[Entry]
    claim: Optional[Mapping[str, Any]]
    is_single: bool = False

    @property
    def newest(self) -> Entry | None:
        return self.newest_first[0] if self.newest_first else None

    @property
    def owner(self) -> str:
        """The guid of the splunkd whose run last owned the input; empty if there was none."""
        by = self.newest.by.guid if self.newest else ""
        return str((self.claim or {}).get("owner") or by)

    @property
    def holder(self) -> str:
        """The name of the owner's host; its guid if the claim lacks it."""
        return str((self.claim or {}).get(HOST) or self.owner)

    @property
    def ended_cleanly(self) -> bool:
        return self.claim is not None and bool(self.claim.get("released"))

    @property
    def succession(self) -> str:
        """See `entry`; empty if there was none."""
        known = self.newest.succession if self.newest else ""
        return known or str((self.claim or {}).get("succession") or "")

    @property
    def sign(self) -> str:
        """A text that changes with every renewal and every save."""
        claim, newest = self.claim or {}, self.newest
        seen = (newest.number, newest.run, newest.saved_at) if newest else ()
        return repr((seen, claim.get(RUN), claim.get("beat", claim.get("heartbeat_at"))))


class Lease:
    """The right to collect one input, for one run. `key`: `<kind>:<name>`. `so_far`: called for
    each renewal, for what the claim shows of the run. `holder`: the host that has the lease, this
    or another one; "" if unknown.
    """

    def __init__(
        self,
        store: KvStore,
        key: str,
        host: Host,
        so_far: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        self._store = store
        self._key = key
        self._host = host
        self._so_far = so_far
        self._ledger = Ledger(store, key, host.wait)
        self._run = uuid.uuid4().hex
        self._newest: Optional[Entry] = None
        self._found = _Found([], None)
        self._first = 0
        self._looked = (0.0, 0.0)
        self._claim: Optional[Claim] = None
        self.rewind: Optional[Rewind] = None
        self.succession = ""
        self.holder = ""

    @property
    def instance(self) -> Instance:
        return self._host.instance

    @property
    def newest(self) -> Entry:
        """The current position: the one that was found, gone back to, or saved last."""
        if self._newest is None:
            raise LeaseLost("The input was not taken over")
        return self._newest

    def take(self) -> None:
        """Become the owner and start to renew the claim.

        Raises LeaseHeld, CheckpointUnavailable once retries are used up, CheckpointUnusable.
        """
        found = self._look()
        self.succession = found.succession
        if not self._is_free(found):
            found = self._watched(found)
        entry, rewind = self._resumed(found)
        if not self._ledger.append(entry):
            raise LeaseHeld("Another member of the cluster has just taken this input")
        if found.is_single:
            self._ledger.forget_single()
        if found.newest and not found.ended_cleanly:
            # Checked before anything is written: the previous owner may only be suspended.
            self._forget_claims(entry.number)
        claim = Claim(self._store, self._key, entry, self._host, self._so_far)
        claim.insert()
        if self._host.seconds_since(self._looked) > _TAKEN_WITHIN:
            with contextlib.suppress(CheckpointUnavailable, CheckpointUnusable):
                claim.withdraw()
            raise LeaseHeld("The takeover took so long that another member may own the input")
        self.succession, self._found = entry.succession, found
        self._claim, self._newest, self.rewind, self._first = claim, entry, rewind, entry.number
        self.holder = self._host.name
        self._host.watch.forget()
        claim.keep_renewed()

    def confirm(self) -> None:
        """Call before each write. Raises LeaseLost, and the errors of `take`."""
        if self._claim is None:
            raise LeaseLost("The input was not taken over")
        self._claim.confirm()

    def save(self, position: Mapping[str, Any], saved_at: float, *, anew: bool) -> None:
        """`saved_at`: this host's clock. `anew`: earlier positions belong to other settings.

        Raises LeaseLost, and the errors of `take`.
        """
        self.confirm()
        entry = Entry(
            number=self.newest.number + 1,
            run=self._run,
            by=self._host.instance,
            position=position,
            saved_at=saved_at,
            inserted_at=self._host.now(),
            uptime=self._host.monotonic(),
            succession=self.newest.succession,
            anew=anew,
        )
        if not self._ledger.append(entry):
            raise LeaseLost("Another member of the cluster has saved a position of this input")
        self._newest = entry

    def release(self, *, read: bool = False) -> None:
        """Mark the run as ended. `read`: splunkd has read everything that it wrote.

        Raises CheckpointUnavailable, CheckpointUnusable at once.
        """
        if self._claim is None:
            return
        self._claim.release(read=read)
        self._ledger.forget(self._first, self._host.now())
        self._store.delete_documents(LEASES, self._claims_before(self._first))

    def has_stored(self, started: float) -> bool:
        """Whether the splunkd that started then is proved to have stored all that the last run
        wrote. Epoch seconds; another splunkd than the one that runs us.
        """
        last = self._found.newest
        if last is None or last.by != Instance(self.instance.guid, started):
            return False
        return self._found.ended_cleanly and self._stopped_in_order(self._found)

    def _look(self) -> _Found:
        def newest_now() -> dict[str, Any] | None:
            self._looked = self._host.moment()
            return newest_document(self._store, self._key)

        document = self._retried(newest_now)
        if document is None:
            return _Found([], None)
        if NUMBER not in document:
            return self._look_at_single()
        newest = from_document(document)
        claims = self._find_claims({INPUT: self._key, RUN: newest.run}) if newest.run else []
        return _Found([newest], claims[0] if claims else None)

    def _look_at_single(self) -> _Found:
        """Read the document of version 0.1.0, which numbered its leases, not its positions."""
        claim = max(self._find_claims({INPUT: self._key}), key=_number, default=None)
        # Its leases and our claims share keys, so our numbers continue from its numbers.
        entries = self._ledger.single(_number(claim or {}))
        return _Found(entries, claim, is_single=True)

    def _find_claims(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        return list(self._retried(lambda: self._store.find_documents(LEASES, query)))

    def _is_free(self, found: _Found) -> bool:
        newest = found.newest
        if newest is None or found.ended_cleanly:
            return True
        is_reset = newest.position is None and not newest.run
        return is_reset or found.owner == self._host.instance.guid

    def _watched(self, found: _Found) -> _Found:
        """The result, once it has not changed for long enough. Raises LeaseHeld before that."""
        seconds = self._host.watch.unchanged_for(found.sign)
        if seconds is None:
            return self._watched_here(found)
        if seconds < EXPIRY:
            raise self._held(found)
        return found

    def _watched_here(self, found: _Found) -> _Found:
        began = self._host.monotonic()
        while self._host.monotonic() - began < EXPIRY:
            self._host.wait(_LOOK)
            again = self._look()
            if self._is_free(again):
                return again
            if again.sign != found.sign:
                raise self._held(again)
        return found

    def _held(self, found: _Found) -> LeaseHeld:
        self.holder = found.holder
        return LeaseHeld(f"Another member of the cluster collects this input ({found.holder})")

    def _resumed(self, found: _Found) -> tuple[Entry, Rewind | None]:
        """The position for the takeover: the newest, or a safe one before it."""
        newest, succession = found.newest, found.succession or _new_succession()
        if newest is None:
            now, by = self._host.now(), self._host.instance
            return Entry(1, self._run, by, None, now, now, succession=succession), None
        target, rewind = newest, None
        if self._may_be_lost(newest, found):
            history = found.newest_first if found.is_single else self._ledger.history(newest)
            if history is None:
                raise LeaseHeld("This member's copy of the KV store is changing")
            target = histories.newest_safe(history)
            rewind = histories.Rewind(to=target.saved_at, last=newest.saved_at)
        taken = target._replace(
            number=newest.number + 1,
            run=self._run,
            by=self._host.instance,
            inserted_at=self._host.now(),
            succession=succession,
            anew=False,
            rewound_from=newest.number if rewind else None,
        )
        return taken, rewind

    def _may_be_lost(self, newest: Entry, found: _Found) -> bool:
        return histories.is_unsafe(
            newest,
            self._host.instance,
            ended_cleanly=found.ended_cleanly,
            stopped_in_order=lambda: self._stopped_in_order(found),
        )

    def _stopped_in_order(self, found: _Found) -> bool:
        """Whether splunkd had read all that the last run wrote, and then stopped in order."""
        claim = found.claim or {}
        ended, started = claim.get("renewed_at"), self._host.instance.started
        if not claim.get("read") or not isinstance(ended, (int, float)) or started is None:
            return False
        return self._host.stopped_in_order(float(ended), started)

    def _claims_before(self, number: int) -> dict[str, Any]:
        return {INPUT: self._key, NUMBER: {"$lt": number}}

    def _forget_claims(self, number: int) -> None:
        before = self._claims_before(number)
        self._retried(lambda: self._store.delete_documents(LEASES, before))

    def _retried(self, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it gives
        return retried(attempt, CheckpointUnavailable, self._host.wait)


def reset(store: KvStore, key: str, now: float) -> int:
    """Remove the position, and end the lease of a running collector. Returns the reset's number.

    Raises CheckpointUnavailable, CheckpointUnusable at once.
    """
    document = newest_document(store, key) or {}
    claims = store.find_documents(LEASES, {INPUT: key})
    first = max(map(_number, [document, *claims])) + 1
    known = next((each["succession"] for each in (document, *claims) if each.get("succession")), "")
    succession = str(known) or _new_succession()
    for number in range(first, first + _RESET_TRIES):
        entry = Entry(number, "", _NOBODY, None, now, now, succession=succession)
        if store.insert_document(CHECKPOINTS, entry.to_document(key)):
            store.delete_documents(LEASES, {INPUT: key, NUMBER: {"$lte": number}})
            store.delete_documents(CHECKPOINTS, {"_key": key})
            return number
    raise CheckpointUnavailable("The input saves faster than it can be reset")


def delete(store: KvStore, key: str, now: float) -> None:
    """Reset, and keep only the reset's document: a run that is still active can no longer save.

    Raises the same errors as `reset`.
    """
    number = reset(store, key, now)
    store.delete_documents(CHECKPOINTS, {INPUT: key, NUMBER: {"$lt": number}})


def _new_succession() -> str:
    return uuid.uuid4().hex[:12]


def _number(document: Mapping[str, Any]) -> int:
    try:
        return int(document.get(NUMBER) or 0)
    except (TypeError, ValueError):
        return 0
