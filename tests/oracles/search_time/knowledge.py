"""An app's search-time knowledge: its shipped conf files, and the fields that they give events.

Raises immediately if Splunk could not load a part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.oracles.search_time.event_types import EventTypes
from tests.oracles.search_time.lookups import Lookup, Stored
from tests.oracles.search_time.macros import expanded
from tests.oracles.search_time.refusals import Refused
from tests.oracles.search_time.search_time import Rules
from tests.standins.splunk import conf_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.oracles.search_time.eval_values import Field
    from tests.standins.splunk.conf_file import Stanzas


@dataclass(frozen=True)
class Event:
    """What splunkd stores of an event. `time`: epoch seconds as text."""

    raw: str
    time: str
    sourcetype: str
    source: str = "akamai_siem://sample"
    host: str = "collector"
    index: str = "main"

    def base(self) -> dict[str, str]:
        """The fields that every event has."""
        return {
            "_time": self.time,
            "sourcetype": self.sourcetype,
            "source": self.source,
            "host": self.host,
            "index": self.index,
        }


class Knowledge:
    """`app`: the folder of an app, built or not. `local`: a layer above `default`."""

    def __init__(self, app: Path, local: dict[str, Stanzas] | None = None) -> None:
        self.app = app
        self._local = local or {}
        self._transforms = self.conf("transforms")
        self.stored: dict[str, list[dict[str, str]]] = {}
        """Rows of the tables in the KV store that indexers have, by lookup: for automatic ones."""
        self.props = self.conf("props")
        self._rules: dict[tuple[str, ...], Rules] = {
            (name,): self._loaded((name,)) for name in self.props
        }
        self.event_types = EventTypes(self.conf("eventtypes"), self.conf("tags"))
        self.macros = self.conf("macros")

    def conf(self, name: str) -> Stanzas:
        """The stanzas of a conf file; those of `local` override those of `default`."""
        made = conf_file.read(self.app / "default" / f"{name}.conf")
        for stanza, settings in self._local.get(name, {}).items():
            made[stanza] = {**made.get(stanza, {}), **settings}
        return made

    def rules(self, event: Event) -> Rules:
        """The matching stanzas; settings of a source override those of its sourcetype."""
        fitting = [name for name in self.props if _fits(name, event)]
        names = tuple(sorted(fitting, key=lambda name: name.startswith("source::")))
        if names not in self._rules:
            self._rules[names] = self._loaded(names)
        return self._rules[names]

    def _loaded(self, names: tuple[str, ...]) -> Rules:
        settings: dict[str, str] = {}
        for name in names:
            settings.update(self.props[name])
        return Rules.of(settings, self._transforms, self._table)

    def _table(self, name: str) -> Lookup | Stored:
        """What an automatic lookup reads, on the indexers."""
        stanza = self._transforms[name]
        if "filename" in stanza:
            return Lookup(name, stanza, self.app / "lookups")
        collection = self.conf("collections").get(stanza.get("collection", ""), {})
        if collection.get("replicate") != "true":
            raise Refused(f"lookup [{name}] on indexers: its collection is not replicated")
        return Stored(name, stanza, lambda: self.stored.get(name, []))

    def fields(self, event: Event) -> dict[str, Field]:
        """All fields of an event, `eventtype` and `tag` included."""
        found = self.rules(event).fields(event.raw, event.base())
        types, tags = self.event_types.of(found)
        if types:
            found["eventtype"] = types
        if tags:
            found["tag"] = tags
        return found

    def expanded(self, search: str) -> str:
        """A search with its macros expanded."""
        return expanded(search, self.macros)


def tags_of(fields: Mapping[str, Field]) -> set[str]:
    """An event's tags, computed from all its fields."""
    tags = fields.get("tag", [])
    assert isinstance(tags, list)
    return set(tags)


def _fits(stanza: str, event: Event) -> bool:
    kind, mark, form = stanza.partition("::")
    if not mark:
        return stanza == event.sourcetype
    if kind != "source":
        message = f"props.conf [{stanza}]"
        raise Refused(message)
    parts = re.split(r"(\.\.\.|\*)", form)
    pattern = "".join({"...": ".*", "*": "[^/\\\\]*"}.get(part, re.escape(part)) for part in parts)
    return re.fullmatch(pattern, event.source) is not None
