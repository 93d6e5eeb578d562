"""A small model of splunkd: a pipe, a queue that a crash loses, a KV store that can fail."""

from __future__ import annotations

import json
import re
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, TypeVar
from xml.sax.saxutils import unescape

from ta_akamai_siem.errors import CheckpointUnavailable
from ta_akamai_siem.splunk.instance import Instance
from ta_akamai_siem.splunk.kv_store import KvStore
from ta_akamai_siem.writing.event_stream import EventStream
from tests.standins.splunk.kv_query import matches, sort_documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.oracles.models.model_akamai import Clock

_Seen = TypeVar("_Seen")
QUEUE = 25.0
"""Seconds for which splunkd may keep a record before it is stored."""
_DATA = re.compile(r"<data>(.*?)</data>")


class Killed(BaseException):
    """The process is killed at this point: none of its handlers may save anything."""


@dataclass
class Fate:
    """The number of steps of the run's surroundings after which the process is killed; -1:
    never.
    """

    steps: int = -1

    @property
    def dead(self) -> bool:
        return self.steps == 0

    def step(self) -> None:
        if self.steps == 0:
            raise Killed
        self.steps -= 1
        if self.steps == 0:
            raise Killed


@dataclass
class Nap(Fate):
    """The process is suspended once, at that step: `meanwhile` happens, then it continues."""

    meanwhile: Callable[[], None] = lambda: None

    def step(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            self.meanwhile()


@dataclass
class ModelSplunkd(EventStream):
    """One splunkd. `taken`: what its pipe accepted, and when, as long as it may not be stored
    yet.
    """

    name: str
    clock: Clock
    started: float = 0.0
    stored: Counter[str] = field(default_factory=Counter)
    taken: list[tuple[float, str]] = field(default_factory=list)
    fate: Fate = field(default_factory=Fate)
    written: int = 0
    wrote_at: float | None = None

    @property
    def instance(self) -> Instance:
        return Instance(self.name, self.started)

    def write(self, elements: bytes) -> None:
        """Like the event stream. A kill happens before a write, or when half of it is written."""
        records = [unescape(data) for data in _DATA.findall(elements.decode())]
        half = len(records) // 2
        self._take(records[:half])
        self.fate.step()
        self._take(records[half:])

    def unread(self, _: float) -> int:
        """It reads its pipe at once."""
        return 0

    def has_left(self) -> bool:
        return False

    def wait_until_read(self, check: Callable[[], None]) -> None: ...

    def _take(self, records: list[str]) -> None:
        self.taken += [(self.clock.now, record) for record in records]
        self.wrote_at = self.clock.now

    def settle(self) -> None:
        """Store what is old enough."""
        safe = [record for at, record in self.taken if at <= self.clock.now - QUEUE]
        self.stored.update(safe)
        self.taken = self.taken[len(safe) :]

    def stop(self) -> None:
        """An orderly stop: everything is stored."""
        self.stored.update(record for _, record in self.taken)
        self.taken = []

    def crash(self) -> None:
        """A crash: what was not stored yet is lost."""
        self.settle()
        self.taken = []


@dataclass
class Captain:
    """The content of the KV store's captain. `changes`: true time, collection, key, document or
    None for a deletion; oldest first.
    """

    documents: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    changes: list[tuple[float, str, str, dict[str, Any] | None]] = field(default_factory=list)

    def of(self, collection: str) -> dict[str, dict[str, Any]]:
        return self.documents.setdefault(collection, {})

    def put(self, at: float, collection: str, document: Mapping[str, Any]) -> bool:
        kept = json.loads(json.dumps(dict(document)))
        self.of(collection)[kept["_key"]] = kept
        self.changes.append((at, collection, kept["_key"], kept))
        return True

    def remove(self, at: float, collection: str, key: str) -> None:
        del self.of(collection)[key]
        self.changes.append((at, collection, key, None))

    def as_of(self, moment: float, collection: str) -> dict[str, dict[str, Any]]:
        seen: dict[str, dict[str, Any]] = {}
        for at, where, key, document in self.changes:
            if at > moment:
                break
            if where == collection:
                seen.pop(key, None)
                if document is not None:
                    seen[key] = document
        return seen


@dataclass
class ModelKv(KvStore):
    """The KV store as seen by one member: writes go to the captain, reads to a copy `lag` seconds
    old.

    `trouble`: for the next writes, "before" or "after" they took effect, or "". `away`: it never
    responds.
    """

    captain: Captain = field(default_factory=Captain)
    clock: Clock | None = None
    lag: float = 0.0
    trouble: list[str] = field(default_factory=list)
    away: bool = False
    fate: Fate = field(default_factory=Fate)

    @property
    def documents(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The captain's."""
        return self.captain.documents

    def load_document(self, collection: str, key: str) -> dict[str, Any] | None:
        return self._look(lambda: deepcopy(self._copy(collection).get(key)))

    def find_documents(
        self, collection: str, query: Mapping[str, Any], *, sort: str = "", limit: int = 0
    ) -> list[dict[str, Any]]:
        return self._look(lambda: self._find(self._copy(collection), query, sort, limit))

    def save_document(self, collection: str, document: Mapping[str, Any]) -> None:
        self._change(lambda: self.captain.put(self._now(), collection, document))

    def insert_document(self, collection: str, document: Mapping[str, Any]) -> bool:
        return self._change(
            lambda: (
                document["_key"] not in self.captain.of(collection)
                and self.captain.put(self._now(), collection, document)
            )
        )

    def replace_document(self, collection: str, document: Mapping[str, Any]) -> bool:
        return self._change(
            lambda: (
                document["_key"] in self.captain.of(collection)
                and self.captain.put(self._now(), collection, document)
            )
        )

    def delete_documents(self, collection: str, query: Mapping[str, Any]) -> None:
        def delete() -> bool:
            for document in self._find(self.captain.of(collection), query):
                self.captain.remove(self._now(), collection, document["_key"])
            return True

        self._change(delete)

    @staticmethod
    def _find(
        documents: Mapping[str, dict[str, Any]],
        query: Mapping[str, Any],
        sort: str = "",
        limit: int = 0,
    ) -> list[dict[str, Any]]:
        found = [each for each in documents.values() if matches(each, dict(query))]
        return deepcopy(sort_documents(found, sort)[: limit or None])

    def _copy(self, collection: str) -> dict[str, dict[str, Any]]:
        if not self.lag:
            return self.captain.of(collection)
        return self.captain.as_of(self._now() - self.lag, collection)

    def _now(self) -> float:
        return self.clock.now if self.clock else 0.0

    def _answer(self) -> None:
        if self.away:
            raise CheckpointUnavailable("away")

    def _look(self, look: Callable[[], _Seen]) -> _Seen:
        self._answer()
        self.fate.step()
        found = look()
        self.fate.step()
        return found

    def _change(self, effect: Any) -> bool:
        self._answer()
        self.fate.step()
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "before":
            raise CheckpointUnavailable("down")
        done = bool(effect())
        self.fate.step()
        if trouble == "after":
            raise CheckpointUnavailable("no answer")
        return done
