"""The event types and tags of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.oracles.search_time.eval_values import as_field
from tests.oracles.search_time.refusals import NotInSubset, Refused
from tests.oracles.search_time.search_expressions import SearchExpression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.oracles.search_time.eval_values import Field
    from tests.standins.splunk.conf_file import Stanzas

_KNOWN = {"search", "disabled", "description", "color", "priority"}


class EventTypes:
    """From eventtypes.conf and tags.conf. Raises Refused for what Splunk refuses in them."""

    def __init__(self, event_types: Stanzas, tags: Stanzas) -> None:
        self._searches: dict[str, SearchExpression] = {}
        for name, stanza in event_types.items():
            unknown = set(stanza) - _KNOWN
            if unknown:
                message = f"event type [{name}] has {', '.join(sorted(unknown))}"
                raise NotInSubset(message)
            search = stanza["search"]
            if any(mark in search for mark in "|`["):
                message = f"event type [{name}] with a pipe, a macro or a subsearch: {search}"
                raise Refused(message)
            if stanza.get("disabled", "0") not in ("1", "true"):
                self._searches[name] = SearchExpression(search)
        self._tags: dict[tuple[str, str], list[str]] = {}
        for stanza_name, stanza in tags.items():
            field, _, value = stanza_name.partition("=")
            value = unquote(value)
            if field == "eventtype" and value not in event_types:
                message = f"tags.conf: there is no event type {value}"
                raise Refused(message)
            states = set(stanza.values())
            if states - {"enabled", "disabled"}:
                message = f"tags.conf [{stanza_name}]: {', '.join(sorted(states))}"
                raise Refused(message)
            self._tags[field, value] = [tag for tag, on in stanza.items() if on == "enabled"]

    @property
    def fields(self) -> set[str]:
        """The fields that decide which event types an event has."""
        return {name for search in self._searches.values() for name in search.fields}

    def of(self, fields: Mapping[str, Field]) -> tuple[list[str], list[str]]:
        """An event's event types and tags, each in alphabetical order."""
        types = sorted(name for name, search in self._searches.items() if search.holds(fields))
        known: dict[str, Field] = {**fields, "eventtype": types}
        tags: set[str] = set()
        for (field, value), names in self._tags.items():
            values = known.get(field)
            if isinstance(values, (str, list)) and value in (as_field(values) or []):
                tags.update(names)
        return types, sorted(tags)
