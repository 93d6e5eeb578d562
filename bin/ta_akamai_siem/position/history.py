"""The last saved positions of an input, and which of them is safe after splunkd has died.

A record counts as delivered when splunkd's pipe has taken it. What was in the pipe or in splunkd's
queues when splunkd died is lost to it, though the checkpoint has moved past. So the checkpoint
document keeps positions that were saved a while before the last one, and a run that finds that
splunkd may have died goes back to one of them: duplicates rather than a hole.

All times are those of this host's clock, in epoch seconds. A position is whatever JSON object an
input keeps; nothing here looks inside.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Generic, NamedTuple, TypeVar

from ta_akamai_siem.errors import CheckpointDamaged
from ta_akamai_siem.splunk.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SAFE_AGE = 30.0
"""Seconds before the last save after which splunkd has surely stored what it was given."""
STOP_AGE = 60.0
"""Seconds between the last save and splunkd's start that an orderly stop has to leave."""
SPACING = 5.0
"""Seconds between two positions kept; pages may be saved several times a second."""
HISTORY = "history"
SAVED_AT = "saved_at"
SAVED_BY = "saved_by"
SPLUNKD_STARTED = "splunkd_started"
_Position = TypeVar("_Position")


@dataclass(frozen=True)
class Codec(Generic[_Position]):
    """How a kind of input writes its position down. `read` raises CheckpointUnusable."""

    write: Callable[[_Position], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], _Position]


@contextlib.contextmanager
def reading(document: Mapping[str, Any], version: int | None = None) -> Iterator[None]:
    """For code that reads a document: what it stumbles over becomes CheckpointUnusable.

    `version`: the only one that the document may have; None where it has none.
    """
    try:
        if version is not None and document["version"] != version:
            what = f"The checkpoint has version {document['version']}, known is {version}"
            raise CheckpointDamaged(what)
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        what = f"The checkpoint is not one of this add-on ({type(error).__name__}: {error})"
        raise CheckpointDamaged(what) from error


class Saved(NamedTuple):
    """A position and when it was saved."""

    position: Mapping[str, Any]
    at: float


class Rewind(NamedTuple):
    """From the position saved last back to one that is safe; times of their saves."""

    to: float
    last: float


@dataclass(frozen=True)
class History:
    """`saved`: oldest first, the last one is where the input stands. `by`: who saved that."""

    saved: tuple[Saved, ...]
    by: Instance

    @property
    def position(self) -> Mapping[str, Any]:
        return self.saved[-1].position

    def moved(self, position: Mapping[str, Any], at: float, by: Instance) -> History:
        """The history once `position` is saved too."""
        spaced = self.saved
        if len(spaced) > 1 and max(at - spaced[-1].at, spaced[-1].at - spaced[-2].at) < SPACING:
            spaced = spaced[:-1]
        oldest = max((n for n, saved in enumerate(spaced) if saved.at <= at - SAFE_AGE), default=0)
        return History((*spaced[oldest:], Saved(position, at)), by)

    def rewound(self) -> tuple[History, Rewind]:
        """Back to the newest position saved `SAFE_AGE` before the last one, or the oldest kept."""
        last = self.saved[-1].at
        safe = [n for n, saved in enumerate(self.saved) if saved.at <= last - SAFE_AGE]
        kept = self.saved[: (safe[-1] if safe else 0) + 1]
        return History(kept, self.by), Rewind(to=kept[-1].at, last=last)

    def is_unsafe(self, now: Instance, *, ended_cleanly: bool) -> bool:
        """Whether splunkd may have died with records that count as delivered.

        `now`: the splunkd that runs us. `ended_cleanly`: the last run said that it ended.
        """
        if now.guid != self.by.guid:
            # Another host's splunkd took those records; of its end we know only this.
            return not ended_cleanly
        if now.started is None or self.by.started is None or now.started == self.by.started:
            return False
        return not ended_cleanly or self.saved[-1].at > now.started - STOP_AGE

    def to_document(self) -> dict[str, Any]:
        """The members of the checkpoint document, those of the position among them."""
        *earlier, last = self.saved
        return {
            **last.position,
            SAVED_AT: last.at,
            SAVED_BY: self.by.guid,
            SPLUNKD_STARTED: self.by.started,
            HISTORY: [{**saved.position, SAVED_AT: saved.at} for saved in earlier],
        }


def begun(position: Mapping[str, Any], at: float, by: Instance) -> History:
    """The history of an input whose first position is saved."""
    return History((Saved(position, at),), by)


def from_document(document: Mapping[str, Any]) -> History:
    """The history that `to_document` wrote. Raises CheckpointUnusable for anything else."""
    with reading(document):
        started = document.get(SPLUNKD_STARTED)
        by = Instance(
            str(document.get(SAVED_BY) or ""), None if started is None else float(started)
        )
        saved = [_saved(entry) for entry in document.get(HISTORY) or []]
        return History((*saved, _saved(document)), by)


def _saved(document: Mapping[str, Any]) -> Saved:
    ours = (SAVED_AT, SAVED_BY, SPLUNKD_STARTED, HISTORY)
    position = {
        key: value for key, value in document.items() if key not in ours and not key.startswith("_")
    }
    return Saved(position, float(document[SAVED_AT]))
