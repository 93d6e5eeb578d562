"""Stores how an input's last run ended, for the input's row on the inputs page."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Optional

from ta_akamai_siem.errors import CollectionError, Leave, NeedsPerson
from ta_akamai_siem.splunk.names import RUNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ta_akamai_siem.splunk.kv_store import KvStore

WELL, PERSON, AGAIN, LEFT = "well", "needs_person", "try_again", "left"


@dataclass(frozen=True)
class LastRun:
    """`ended_at`: this host's clock, epoch seconds. `how`: WELL, PERSON, AGAIN or LEFT.
    `newest`: start of the newest event, None if no run has collected any event yet.
    """

    ended_at: float
    how: str
    result: str
    message: str
    events: int
    drained: bool
    newest: Optional[float]

    def to_document(self, key: str) -> dict[str, Any]:
        return {"_key": key, **asdict(self)}


def how_ended(error: Optional[CollectionError]) -> str:
    """WELL, PERSON, AGAIN or LEFT."""
    if error is None:
        return WELL
    if isinstance(error, Leave):
        return LEFT
    return PERSON if isinstance(error, NeedsPerson) else AGAIN


def ended(
    error: Optional[CollectionError], events: int, lag: Optional[float], *, drained: bool
) -> LastRun:
    """The record of a run that has just ended.

    `error`: what ended it. `lag`: of its newest event, in seconds.
    """
    now = time.time()
    return LastRun(
        ended_at=now,
        how=how_ended(error),
        result=error.code if error else "ok",
        message=str(error) if error else "",
        events=events,
        drained=drained,
        newest=None if lag is None else now - lag,
    )


def record(store: KvStore, key: str, run: LastRun) -> None:
    """Save the record. A run without events keeps the newest event of earlier runs.

    Raises CheckpointUnavailable, CheckpointUnusable at once.
    """
    document = run.to_document(key)
    if run.newest is None:
        before = store.load_document(RUNS, key)
        document["newest"] = (before or {}).get("newest")
    store.save_document(RUNS, document)


def read(document: Mapping[str, Any]) -> LastRun | None:
    """None if the document has another format."""
    try:
        newest = document.get("newest")
        return LastRun(
            ended_at=float(document["ended_at"]),
            how=str(document["how"]),
            result=str(document["result"]),
            message=str(document["message"]),
            events=int(document["events"]),
            drained=bool(document["drained"]),
            newest=None if newest is None else float(newest),
        )
    except (KeyError, TypeError, ValueError):
        return None
