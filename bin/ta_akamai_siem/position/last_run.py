"""Stores how an input's last run ended, for the input's row on the inputs page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ta_akamai_siem.errors import CollectionError, Leave, NeedsPerson
from ta_akamai_siem.splunk.names import RUNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ta_akamai_siem.splunk.kv_store import KvStore

WELL, PERSON, AGAIN, LEFT = "well", "needs_person", "try_again", "left"


class LastRun(NamedTuple):
    """`began_at`, `ended_at`: this host's clock, epoch seconds. `how`: WELL, PERSON, AGAIN or LEFT.
    `newest`: start of the newest event, None if no run has collected any event yet. `first_at`:
    when the first run began, of the input or since its position was reset. `dropped`: events.
    """

    began_at: float
    ended_at: float
    how: str
    result: str
    message: str
    events: int
    drained: bool
    newest: Optional[float]
    first_at: float
    dropped: int = 0

    def to_document(self, key: str) -> dict[str, Any]:
        return {"_key": key, **self._asdict()}


def how_ended(error: Optional[CollectionError]) -> str:
    """WELL, PERSON, AGAIN or LEFT."""
    if error is None:
        return WELL
    if isinstance(error, Leave):
        return LEFT
    return PERSON if isinstance(error, NeedsPerson) else AGAIN


def ended(
    error: Optional[CollectionError],
    began_at: float,
    events: int,
    newest: Optional[float],
    *,
    drained: bool,
) -> LastRun:
    """The record of a run that has just ended. `error`: what ended it."""
    return LastRun(
        began_at=began_at,
        ended_at=time.time(),
        how=how_ended(error),
        result=error.code if error else "ok",
        message=str(error) if error else "",
        events=events,
        drained=drained,
        newest=newest,
        first_at=began_at,
    )


def record(store: KvStore, key: str, run: LastRun) -> None:
    """Save the record. A run without events keeps the newest event of earlier runs, and since when
    there has been none.

    Raises CheckpointUnavailable, CheckpointUnusable at once.
    """
    document = run.to_document(key)
    if run.newest is None:
        before = store.load_document(RUNS, key) or {}
        document["newest"] = before.get("newest")
        document["first_at"] = before.get("first_at") or run.first_at
    store.save_document(RUNS, document)


def read(document: Mapping[str, Any]) -> LastRun | None:
    """None if the document has another format."""
    try:
        newest, ended_at = document.get("newest"), float(document["ended_at"])
        began_at = float(document.get("began_at") or ended_at)
        return LastRun(
            began_at=began_at,
            ended_at=ended_at,
            how=str(document["how"]),
            result=str(document["result"]),
            message=str(document["message"]),
            events=int(document["events"]),
            drained=bool(document["drained"]),
            newest=None if newest is None else float(newest),
            first_at=float(document.get("first_at") or began_at),
            dropped=int(document.get("dropped") or 0),
        )
    except (KeyError, TypeError, ValueError):
        return None
