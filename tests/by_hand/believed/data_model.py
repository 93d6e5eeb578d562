"""What the data model counts, and what its summaries take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .belief import ENOUGH, EVENTS, Belief, Unclear, enough

if TYPE_CHECKING:
    from .search_api import Splunk

SUMMARY_BYTES = 250
_SUMMARISED = 100_000
"""Fewer say nothing about the size of summaries: the list of values weighs too much."""


def _model(splunk: Splunk) -> str | None:
    total = enough(splunk)
    counted = splunk.search("| tstats count FROM datamodel=Akamai_SIEM.Requests")
    count = int(counted.value("count") or 0)
    # Some may have come between the two searches.
    return None if abs(count - total) <= total // 50 else f"it counts {count} of {total} events"


def _rules(splunk: Splunk) -> str | None:
    fired = splunk.search(f"{EVENTS} rule_all=* | stats sum(eval(mvcount(rule_all))) AS rules")
    total = int(fired.value("rules") or 0)
    if total < ENOUGH:
        raise Unclear(f"needs {ENOUGH} rules of the last hour; there are {total}")
    counted = splunk.search("| tstats count FROM datamodel=Akamai_SIEM.Rules")
    count = int(counted.value("count") or 0)
    return None if abs(count - total) <= total // 50 else f"it counts {count} of {total} rules"


def _summary_size(splunk: Splunk) -> str | None:
    """https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/use-data-summaries-to-accelerate-searches/accelerate-data-models"""
    size = splunk.search(
        "| rest /services/admin/summarization by_tstats=true splunk_server=local count=0 "
        '| search summary.id="DM_TA_akamai_siem_Akamai_SIEM" | stats sum(summary.size) AS bytes'
    ).value("bytes")
    events = splunk.search(
        "| tstats summariesonly=true allow_old_summaries=true count "
        "FROM datamodel=Akamai_SIEM.Requests",
        "0",
    ).value("count")
    if not float(size or 0) or int(events or 0) < _SUMMARISED:
        raise Unclear(f"needs an accelerated model with {_SUMMARISED:,} events in its summaries")
    each = float(size) / int(events)
    return f"{each:.0f} bytes for each event" if each > SUMMARY_BYTES else None


BELIEFS = (
    Belief(
        "model",
        "`tstats` over the data model counts every event, accelerated or not: a calculated field "
        "of the model may have the name of the field that it is calculated from",
        "all numbers of the views but those of Operations and Investigation",
        "compares the model's count of the last hour with the events'",
        "Rebuild the model's summaries (*Settings > Data models*). If the numbers differ without "
        "acceleration too, report it and use docs/searches.md instead of the views",
        _model,
    ),
    Belief(
        "row for each rule",
        "A root search dataset may have `mvexpand` and `rex`, and gives a row for each rule",
        "the view Tuning",
        "compares the dataset's count of the last hour with the rules of the events",
        "Report it. Use search 3 of docs/searches.md instead of Tuning",
        _rules,
    ),
    Belief(
        "size of summaries",
        f"An accelerated data model takes at most {SUMMARY_BYTES} bytes for each event in it",
        "how much disk docs/views.md tells you to plan; no result",
        "divides the size that Splunk reports of the model's summaries by the events in them",
        "Plan with the figure that this line shows, or shorten the summary range",
        _summary_size,
    ),
)
