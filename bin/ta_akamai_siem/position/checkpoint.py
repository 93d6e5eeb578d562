"""Where an input stands, in the KV store. Fails closed: without it nothing is fetched, ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Optional, TypeVar

from ta_akamai_siem.errors import CheckpointUnavailable
from ta_akamai_siem.splunk.kv_retry import retried
from ta_akamai_siem.splunk.names import CHECKPOINTS

from . import history as histories

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.splunk.kv_store import KvStore

    from .history import Codec, History, Rewind
    from .lease import Lease

_Position = TypeVar("_Position")


@dataclass(frozen=True)
class Stored(Generic[_Position]):
    """`saved_at`: this host's clock. `rewind`: set where the position is not the last one saved,
    splunkd having died since.
    """

    position: _Position
    saved_at: float
    rewind: Optional[Rewind] = None


class Checkpoint(Generic[_Position]):
    """The position of one input.

    `key`: `<kind>:<name>`. `lease`: taken already. `wait`: sleeps that many seconds, or raises
    when we are to stop.
    """

    def __init__(
        self,
        store: KvStore,
        key: str,
        codec: Codec[_Position],
        lease: Lease,
        wait: Callable[[float], None],
    ) -> None:
        self._store = store
        self._key = key
        self._codec = codec
        self._lease = lease
        self._wait = wait
        self._history: Optional[History] = None

    def load(self) -> Stored[_Position] | None:
        """None where the input has never run. A rewound position has to be saved by the caller.

        Raises CheckpointUnavailable once retries are used up, CheckpointUnusable.
        """
        document = self._retried(lambda: self._store.load_document(CHECKPOINTS, self._key))
        if document is None:
            return None
        history, rewind = histories.from_document(document), None
        lease = self._lease
        if history.is_unsafe(lease.instance, ended_cleanly=lease.before_ended_cleanly):
            history, rewind = history.rewound()
        self._history = history
        return Stored(self._codec.read(history.position), history.saved[-1].at, rewind)

    def save(self, position: _Position, saved_at: float) -> None:
        """`saved_at`: this host's clock. Raises LeaseLost, and as `load` does."""
        written, by = self._codec.write(position), self._lease.instance
        history = (
            self._history.moved(written, saved_at, by)
            if self._history
            else histories.begun(written, saved_at, by)
        )
        document = {"_key": self._key, **history.to_document()}

        def attempt() -> None:
            # Each time anew: while the KV store was away, another may have become the owner.
            self._lease.confirm()
            self._store.save_document(CHECKPOINTS, document)

        self._retried(attempt)
        self._history = history

    def start_anew(self) -> None:
        """The next position saved has no past: what was saved before belongs to something else."""
        self._history = None

    def _retried(self, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it gives
        return retried(attempt, CheckpointUnavailable, self._wait)
