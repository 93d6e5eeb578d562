"""Definitions of Dashboard Studio: which search fills a panel, and what it gives.

Tokens have the values of their inputs' defaults unless others are given. A search with a token that
has no value does not run. `ds.chain` searches go on from the rows of another. Raises Refused for
what the browser or Splunk would not accept.
https://help.splunk.com/en/splunk-enterprise/create-dashboards-and-reports/dashboard-studio/9.4
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.oracles.search_time.spl import split
from tests.oracles.search_time.time_range import TimeRange, moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.oracles.search_time.spl import Searcher
    from tests.oracles.search_time.spl_commands import Row

_TOKEN = re.compile(r"\$(?:(\w+(?:\.\w+)?)(\|[a-z])?)?\$")
BASE_ROWS_MAX = 500_000
"""limits.conf `[search] max_count`: a chained search sees no more rows."""


class Dashboard:
    """One view. `definition`: its JSON; `label`, `description`: of the XML around it."""

    def __init__(self, path: Path) -> None:
        root = ET.fromstring(path.read_text(encoding="utf-8"))
        if root.tag != "dashboard" or root.get("version") != "2":
            raise Refused(f"{path.name} is no view of Dashboard Studio")
        self.name = path.stem
        self.label = root.findtext("label") or ""
        self.description = root.findtext("description") or ""
        self.definition: dict[str, Any] = json.loads(root.findtext("definition") or "")
        self.sources: dict[str, dict[str, Any]] = self.definition["dataSources"]
        self.panels: dict[str, dict[str, Any]] = self.definition["visualizations"]
        self.inputs: dict[str, dict[str, Any]] = self.definition.get("inputs", {})

    def tokens(self) -> dict[str, str]:
        """Those of the inputs, as the view opens."""
        made: dict[str, str] = {}
        for known in self.inputs.values():
            options = known["options"]
            value = options.get("defaultValue")
            if known["type"] == "input.timerange":
                earliest, _, latest = str(value).partition(",")
                made[f"{options['token']}.earliest"] = earliest
                made[f"{options['token']}.latest"] = latest
            elif value is not None:
                made[options["token"]] = str(value)
        return made

    def search(self, name: str, tokens: Mapping[str, str]) -> str | None:
        """The whole search of a data source, tokens replaced; None while one has no value."""
        source = self._source(name)
        query = replaced(source["options"]["query"], tokens)
        if source["type"] == "ds.search" or query is None:
            return query
        base = self.search(source["options"]["extend"], tokens)
        if not query.lstrip().startswith("|"):
            raise Refused(f"{name}: a chained search begins with a pipe")
        return None if base is None else f"{base} {query.strip()}"

    def base(self, name: str) -> str:
        """The data source that a search begins with."""
        source = self._source(name)
        return name if source["type"] == "ds.search" else self.base(source["options"]["extend"])

    def within(self, name: str, tokens: Mapping[str, str]) -> TimeRange:
        """The time range of a data source."""
        source = self._source(self.base(name))
        known = self.definition.get("defaults", {}).get("dataSources", {}).get("ds.search", {})
        options = {**known.get("options", {}), **source["options"]}
        asked = options.get("queryParameters", {})
        if set(asked) != {"earliest", "latest"}:
            raise Refused(f"{name} has no time range")
        earliest, latest = (replaced(asked[end], tokens) for end in ("earliest", "latest"))
        if earliest is None or latest is None:
            raise Refused(f"{name}: a time range of unknown tokens")
        now = CLOCK.now()
        return TimeRange(moment(earliest, now), moment(latest, now))

    def rows(
        self, name: str, searcher: Searcher, tokens: Mapping[str, str] | None = None
    ) -> list[Row] | None:
        """What a data source gives; None while it waits for a token."""
        known = {**self.tokens(), **(tokens or {})}
        search = self.search(name, known)
        if search is None:
            return None
        source, within = self._source(name), self.within(name, known)
        if source["type"] == "ds.search":
            return searcher.found_again(search, within)
        base = self.rows(source["options"]["extend"], searcher, tokens) or []
        if len(base) > BASE_ROWS_MAX:
            raise Unspecified(f"{name}: of {len(base)} rows of its base, some are missing")
        following = split(searcher.expanded(replaced(source["options"]["query"], known) or ""))
        return searcher.piped(following[1:], base, within)

    def _source(self, name: str) -> dict[str, Any]:
        if name not in self.sources:
            raise Refused(f"{self.name} has no data source {name}")
        source = self.sources[name]
        if source["type"] not in ("ds.search", "ds.chain"):
            raise NotInSubset(f"a data source of the type {source['type']}")
        return source


def replaced(text: str, tokens: Mapping[str, str]) -> str | None:
    """`$token$` and `$token|s$` by their values, `$$` by a dollar sign; None where one has none."""
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        name, filter_ = match.groups()
        if name is None:
            return "$"
        if name not in tokens:
            missing = True
            return ""
        known = tokens[name]
        if filter_ == "|s":
            return '"' + known.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if filter_ is not None:
            raise NotInSubset(f"the filter {filter_} of a token in a search")
        return known

    made = _TOKEN.sub(value, text)
    return None if missing else made


def commands(search: str) -> list[str]:
    """The names of a search's commands."""
    return [part.split()[0] for part in split(search)[1:]]
