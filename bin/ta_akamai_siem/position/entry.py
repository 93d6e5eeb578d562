"""One saved position as a document of the KV store.

A document is inserted once and never changed. Its `_key` is `<kind>:<name>#<number>`. Its members
are those of the position and these:

`input`             `<kind>:<name>`
`number`            one more than the previous document's; the highest is the current position
`run`               id of the run that inserted it; empty if the inputs page did
`saved_by`          guid of the splunkd that ran it and had accepted all records up to the position
`splunkd_started`   start time of that splunkd, epoch seconds of its host's clock; may be null
`saved_at`          when the position was saved, epoch seconds of that host's clock. A document that
                    only takes the input over repeats the position, and keeps this time with it
`uptime`            the same moment by that host's monotonic clock, which cannot be set
`succession`        made with the first document and copied to all later ones: hosts whose positions
have the same one share a KV store and take turns to collect the input. It
appears in the log
`inserted_at`       when this document was inserted, epoch seconds of that host's clock
`reset`             true: there is no position, the input starts again
`anew`              true: earlier positions belong to other settings
`rewound_from`      the number of the document that this one went back from
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ta_akamai_siem.errors import CheckpointDamaged
from ta_akamai_siem.splunk.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NUMBER = "number"
RUN = "run"
INPUT = "input"
INSERTED_AT = "inserted_at"
_OURS = frozenset(
    {
        *(INPUT, NUMBER, RUN, INSERTED_AT),
        *("saved_by", "splunkd_started", "saved_at", "uptime"),
        *("succession", "reset", "anew", "rewound_from", "history"),
    }
)


@contextlib.contextmanager
def reading(document: Mapping[str, Any], version: int | None = None) -> Iterator[None]:
    """Convert the errors of code that reads a document to CheckpointUnusable.

    `version`: the only version that is accepted. None if the document has no version.
    """
    try:
        if version is not None and document["version"] != version:
            what = f"The checkpoint has version {document['version']}, known is {version}"
            raise CheckpointDamaged(what)
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        what = f"The checkpoint is not one of this add-on ({type(error).__name__}: {error})"
        raise CheckpointDamaged(what) from error


class Entry(NamedTuple):
    """`position`: of the input's kind, None without a position. `by`: see `saved_by` above."""

    number: int
    run: str
    by: Instance
    position: Optional[Mapping[str, Any]]
    saved_at: float
    inserted_at: float
    uptime: Optional[float] = None
    succession: str = ""
    anew: bool = False
    rewound_from: Optional[int] = None

    def to_document(self, key: str) -> dict[str, Any]:
        """`key`: `<kind>:<name>`."""
        document: dict[str, Any] = {
            **(self.position or {}),
            "_key": f"{key}#{self.number}",
            INPUT: key,
            NUMBER: self.number,
            RUN: self.run,
            "saved_by": self.by.guid,
            "splunkd_started": self.by.started,
            "saved_at": self.saved_at,
            "uptime": self.uptime,
            "succession": self.succession,
            INSERTED_AT: self.inserted_at,
        }
        if self.position is None:
            document["reset"] = True
        if self.anew:
            document["anew"] = True
        if self.rewound_from is not None:
            document["rewound_from"] = self.rewound_from
        return document

    def follows(self, before: Entry) -> bool:
        """Whether this entry continues `before`, saved under the same splunkd."""
        return (
            self.number == before.number + 1
            and self.position is not None
            and before.position is not None
            and not self.anew
            and self.rewound_from is None
            and self.by == before.by
        )

    def seconds_after(self, before: Entry) -> float:
        """Seconds between the two saves. Both are under the same splunkd, or under one whose start
        time is unknown.
        """
        if self.uptime is None or before.uptime is None or self.by.started is None:
            return self.saved_at - before.saved_at
        return self.uptime - before.uptime


def from_document(document: Mapping[str, Any]) -> Entry:
    """The entry that `to_document` wrote. Raises CheckpointUnusable for anything else."""
    with reading(document):
        uptime, rewound_from = document.get("uptime"), document.get("rewound_from")
        return Entry(
            number=int(document[NUMBER]),
            run=str(document[RUN]),
            by=_instance(document),
            position=None if document.get("reset") else _position(document),
            saved_at=float(document["saved_at"]),
            inserted_at=float(document[INSERTED_AT]),
            uptime=None if uptime is None else float(uptime),
            succession=str(document.get("succession") or ""),
            anew=bool(document.get("anew")),
            rewound_from=None if rewound_from is None else int(rewound_from),
        )


def from_single_document(document: Mapping[str, Any], number: int) -> list[Entry]:
    """The entries of version 0.1.0's single document per input, newest first.

    It held the earlier positions in a list. `number`: for the newest; the others count down.
    """
    with reading(document):
        by = _instance(document)
        saved = [document, *reversed(document.get("history") or [])]
        return [
            Entry(
                number=number - place,
                run="",
                by=by,
                position=_position(each),
                saved_at=float(each["saved_at"]),
                inserted_at=float(each["saved_at"]),
            )
            for place, each in enumerate(saved)
        ]


def _instance(document: Mapping[str, Any]) -> Instance:
    started = document.get("splunkd_started")
    return Instance(
        str(document.get("saved_by") or ""), None if started is None else float(started)
    )


def _position(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in document.items()
        if name not in _OURS and not name.startswith("_")
    }
