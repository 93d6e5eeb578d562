"""What commands do with rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .belief import EVENTS, Belief, enough

if TYPE_CHECKING:
    from .search_api import Splunk


def _appendpipe(splunk: Splunk) -> str | None:
    rows = splunk.search(
        '| makeresults | where false() | appendpipe [stats count | eval v="x"] | table v'
    ).rows
    return None if [row.get("v") for row in rows] == ["x"] else f"rows {rows}"


def _several_values(splunk: Splunk) -> str | None:
    rows = splunk.search('| makeresults | eval v=split("b,a",",") | stats count BY v').rows
    return None if [row.get("v") for row in rows] == ["a", "b"] else f"rows {rows}"


def _later_rows(splunk: Splunk) -> str | None:
    value = splunk.search(
        '| makeresults | eval v="1" | appendpipe [eval v="2"] | stats first(v) AS v'
    ).value("v")
    return None if value == "1" else f"first() is {value!r}"


def _subsearch_range(splunk: Splunk) -> str | None:
    enough(splunk)
    minute = "[| makeresults | eval earliest=now()-60, latest=now() | fields earliest latest]"
    old = splunk.search(
        f"{EVENTS} {minute} | stats min(_time) AS first "
        '| eval old=if(first<now()-600,"yes","no") | table old'
    ).value("old")
    return "events of all of the time range are found" if old == "yes" else None


BELIEFS = (
    Belief(
        "several values",
        "`stats … BY field` counts an event once for each value of the field",
        "the alert *rule stopped denying*",
        "counts by a field of two values",
        "Put `| mvexpand signature_id_all` before `stats` in the alert",
        _several_values,
    ),
    Belief(
        "first",
        "`stats first()` gives the value of the first row, in the order in which `sort` left them",
        "which host, result and client a row of an alert shows; not whether it fires",
        "takes the first of two rows",
        "Open the search behind the alert to see the others",
        _later_rows,
    ),
    Belief(
        "appendpipe",
        "`appendpipe` runs although there are no rows",
        "that the alerts *spike* and *new attacking client* learn on a quiet site",
        "runs it without rows",
        "On a site without denied requests, expect these two to begin learning with the first one",
        _appendpipe,
    ),
    Belief(
        "range of a subsearch",
        "`earliest` and `latest` in the row of a subsearch are the range of the search around it",
        "Investigation by a reference number, whose time is taken from it",
        "searches a minute that a subsearch names, and looks for older events",
        "Set the time range of the view to the time of the request",
        _subsearch_range,
    ),
)
