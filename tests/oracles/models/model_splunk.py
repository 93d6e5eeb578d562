"""splunkd in a few lines: a pipe, a queue that dies with it, a KV store that can fail."""

from __future__ import annotations

import json
import re
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import unescape

from ta_akamai_siem.errors import CheckpointUnavailable
from ta_akamai_siem.splunk.instance import Instance
from ta_akamai_siem.splunk.kv_store import KvStore
from ta_akamai_siem.writing.event_stream import EventStream
from tests.standins.splunk.kv_query import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.oracles.models.model_akamai import Clock

QUEUE = 25.0
"""Seconds for which splunkd may keep a record before it is stored."""
_DATA = re.compile(r"<data>(.*?)</data>")


class Killed(BaseException):
    """The process is gone at this very point: no handler of it may save anything any more."""


@dataclass
class Fate:
    """After how many steps of the run's surroundings the process is killed; -1: never."""

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
class ModelSplunkd(EventStream):
    """One splunkd. `taken`: when and what its pipe took and is not surely stored yet."""

    name: str
    clock: Clock
    started: float = 0.0
    stored: Counter[str] = field(default_factory=Counter)
    taken: list[tuple[float, str]] = field(default_factory=list)
    fate: Fate = field(default_factory=Fate)
    written: int = 0

    @property
    def instance(self) -> Instance:
        return Instance(self.name, self.started)

    def write(self, elements: bytes) -> None:
        """As the event stream: a kill strikes before it, or once half of it is written."""
        records = [unescape(data) for data in _DATA.findall(elements.decode())]
        half = len(records) // 2
        self._take(records[:half])
        self.fate.step()
        self._take(records[half:])

    def _take(self, records: list[str]) -> None:
        self.taken += [(self.clock.now, record) for record in records]

    def settle(self) -> None:
        """What is old enough is stored."""
        safe = [record for at, record in self.taken if at <= self.clock.now - QUEUE]
        self.stored.update(safe)
        self.taken = self.taken[len(safe) :]

    def stop(self) -> None:
        """In order: everything is stored."""
        self.stored.update(record for _, record in self.taken)
        self.taken = []

    def crash(self) -> None:
        """What was not stored yet is gone."""
        self.settle()
        self.taken = []


@dataclass
class ModelKv(KvStore):
    """`trouble`: for the next writes, "before" or "after" they took effect, or "".

    `away`: it answers nothing at all.
    """

    documents: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)
    away: bool = False
    fate: Fate = field(default_factory=Fate)

    def load_document(self, collection: str, key: str) -> dict[str, Any] | None:
        self._answer()
        return deepcopy(self._of(collection).get(key))

    def find_documents(self, collection: str, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        self._answer()
        found = self._of(collection).values()
        return [deepcopy(document) for document in found if matches(document, dict(query))]

    def save_document(self, collection: str, document: Mapping[str, Any]) -> None:
        self._change(lambda: self._put(collection, document))

    def insert_document(self, collection: str, document: Mapping[str, Any]) -> bool:
        return self._change(
            lambda: document["_key"] not in self._of(collection) and self._put(collection, document)
        )

    def replace_document(self, collection: str, document: Mapping[str, Any]) -> bool:
        return self._change(
            lambda: document["_key"] in self._of(collection) and self._put(collection, document)
        )

    def delete_documents(self, collection: str, query: Mapping[str, Any]) -> None:
        def delete() -> bool:
            for document in self.find_documents(collection, query):
                del self._of(collection)[document["_key"]]
            return True

        self._change(delete)

    def _answer(self) -> None:
        if self.away:
            raise CheckpointUnavailable("away")

    def _change(self, effect: Any) -> bool:
        self._answer()
        self.fate.step()
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "before":
            raise CheckpointUnavailable("down")
        done = bool(effect())
        if trouble == "after":
            raise CheckpointUnavailable("no answer")
        self.fate.step()
        return done

    def _put(self, collection: str, document: Mapping[str, Any]) -> bool:
        self._of(collection)[document["_key"]] = json.loads(json.dumps(dict(document)))
        return True

    def _of(self, collection: str) -> dict[str, dict[str, Any]]:
        return self.documents.setdefault(collection, {})
