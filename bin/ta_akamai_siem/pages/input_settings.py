"""An input's settings as its row shows them: with names, units and absolute times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ta_akamai_siem.backfill.settings import read_range
from ta_akamai_siem.settings import Problems
from ta_akamai_siem.splunk.names import BACKFILL_KIND, KIND, NAMES_KIND
from ta_akamai_siem.timestamps import utc

from .configuration_names import named
from .input_searches import drop_search, events_search, log_search

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = {KIND: "Continuous", BACKFILL_KIND: "Backfill", NAMES_KIND: "Names"}
_ALL = "all that the account can see"
_AROUND = 3_600
"""Seconds around a backfill's range for the search of its events: the range is of storage time."""


def shown_settings(
    kind: str, name: str, stanza: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Fields of a row. `names`: of security configurations, as `configuration_names` knows them."""
    of_account = names.get(str(stanza.get("account") or ""), {})
    index = str(stanza.get("index") or "").strip()
    fields = {
        "kind": _KINDS[kind],
        "configurations": named(str(stanza.get("config_ids") or ""), of_account)
        or (_ALL if kind == NAMES_KIND else ""),
        "every": _with_unit(str(stanza.get("interval") or "").strip()),
        "range": "",
        "events_search": events_search(kind, name, index),
        "drop_search": drop_search(kind, name, index, str(stanza.get("drop") or "")),
        "events_earliest": "-24h",
        "events_latest": "now",
        "log_search": log_search(kind, name),
    }
    if kind == BACKFILL_KIND:
        problems = Problems()
        since, until = read_range(stanza, problems)
        if not problems.sentences:
            fields["range"] = f"{utc(since)} to {utc(until)}"
            fields["events_earliest"] = str(since - _AROUND)
            fields["events_latest"] = str(until + _AROUND)
    return fields


def _with_unit(interval: str) -> str:
    """Seconds with their unit; a cron schedule as it is."""
    return interval if " " in interval or not interval else f"{interval} s"
