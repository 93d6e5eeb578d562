"""The objects of one snapshot, on disk, with their number and digest. docs/names.md has the format.

Nothing is written to splunkd before all answers of a configuration are here.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Optional

from ta_akamai_siem.record.event import json_text

from .values import cleaned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .answers import Configuration
    from .values import Object

_DIGITS = 16


@dataclass(frozen=True)
class About:
    """What a snapshot is of. `configuration`: None for the account. `kinds`: listed completely.
    `missing`: operations that were refused, `hint`: what to do about it.
    """

    config_id: int
    kinds: Sequence[str]
    configuration: Optional[Configuration] = None
    missing: Sequence[str] = ()
    hint: str = ""


@dataclass
class Body:
    """`file`: the end of each event's line, without what depends on the time. `counts`: by kind."""

    file: IO[bytes]
    digest: str
    events: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[bytes]:
        """Each without its line end."""
        self.file.seek(0)
        for line in self.file:
            yield line[:-1]


def body(about: About, objects: Iterable[tuple[str, Object | str]], file: IO[bytes]) -> Body:
    """Write `objects` to `file`: kind, and the object or its JSON text."""
    digest = hashlib.sha256(json.dumps([about.kinds, about.missing]).encode())
    found = Body(file, "")
    for kind, each in objects:
        content = each if isinstance(each, str) else json_text(each)
        found.events += 1
        found.counts[kind] += 1
        rest = content[1:].encode()
        digest.update(b"%s\t%s\n" % (kind.encode(), rest))
        file.write(b'"kind":"%s","seq":%d,%s\n' % (kind.encode(), found.events, rest))
    if about.configuration:
        digest.update(repr(closing_members(about, found)).encode())
    found.digest = "d" + digest.hexdigest()[:_DIGITS]
    return found


def closing_members(about: About, found: Body) -> dict[str, Any]:
    """Of the closing record, without its digest."""
    of = about.configuration
    return {
        "kind": "snapshot_end",
        **(cleaned({"name": of.name, "version": of.version, "network": of.network}) if of else {}),
        "events": found.events,
        "kinds": list(about.kinds),
        "counts": {kind: found.counts[kind] for kind in about.kinds},
        **cleaned({"missing": list(about.missing), "missing_hint": about.hint}),
    }


def closing(about: About, found: Body) -> bytes:
    """The end of the closing record's line."""
    return json_text({**closing_members(about, found), "digest": found.digest})[1:].encode()


def new_name() -> str:
    """A word that names a snapshot. The letter keeps it from looking like a number."""
    return "n" + uuid.uuid4().hex[: _DIGITS - 1]


def head(seen_at: float, snapshot: str, config_id: int) -> bytes:
    """The beginning of each line of a snapshot."""
    return b'{"seen_at":%.3f,"snapshot":"%s","config_id":%d,' % (
        seen_at,
        snapshot.encode(),
        config_id,
    )
