"""Where an input stands, in the KV store. Fails closed: without it nothing is fetched, ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Optional, Protocol, TypeVar

from ta_akamai_siem.errors import CheckpointUnavailable
from ta_akamai_siem.splunk.kv_retry import retried
from ta_akamai_siem.splunk.names import CHECKPOINTS

from . import history as histories

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ta_akamai_siem.splunk.instance import Instance

    from .history import Codec, History, Rewind

_Position = TypeVar("_Position")


class DocumentStore(Protocol):
    """Where documents live; both raise CheckpointUnavailable and CheckpointUnusable."""

    def load_document(self, collection: str, key: str) -> dict[str, Any] | None: ...

    def save_document(self, collection: str, document: Mapping[str, Any]) -> None: ...


class Ownership(Protocol):
    """The input's lease, as `lease.Lease`. `confirm` raises LeaseLost."""

    @property
    def instance(self) -> Instance: ...

    @property
    def before_ended_cleanly(self) -> bool: ...

    def confirm(self) -> None: ...


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

    `key`: `<kind>:<name>`. `ownership`: taken already. `wait`: sleeps that many seconds, or raises
    when we are to stop.
    """

    def __init__(
        self,
        store: DocumentStore,
        key: str,
        codec: Codec[_Position],
        ownership: Ownership,
        wait: Callable[[float], None],
    ) -> None:
        self._store = store
        self._key = key
        self._codec = codec
        self._ownership = ownership
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
        owned = self._ownership
        if history.is_unsafe(owned.instance, ended_cleanly=owned.before_ended_cleanly):
            history, rewind = history.rewound()
        self._history = history
        return Stored(self._codec.read(history.position), history.saved[-1].at, rewind)

    def save(self, position: _Position, saved_at: float) -> None:
        """`saved_at`: this host's clock. Raises LeaseLost, and as `load` does."""
        written, by = self._codec.write(position), self._ownership.instance
        history = (
            self._history.moved(written, saved_at, by)
            if self._history
            else histories.begun(written, saved_at, by)
        )
        document = {"_key": self._key, **history.to_document()}

        def attempt() -> None:
            # Each time anew: while the KV store was away, another may have become the owner.
            self._ownership.confirm()
            self._store.save_document(CHECKPOINTS, document)

        self._retried(attempt)
        self._history = history

    def start_anew(self) -> None:
        """The next position saved has no past: what was saved before belongs to something else."""
        self._history = None

    def _retried(self, attempt: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it gives
        return retried(attempt, CheckpointUnavailable, self._wait)
