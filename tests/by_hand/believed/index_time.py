"""What becomes of the input's output when it is indexed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .belief import EVENTS, Belief, Unclear, enough, none_of

if TYPE_CHECKING:
    from .search_api import Splunk


def _times(splunk: Splunk) -> str | None:
    return none_of(
        splunk,
        '| eval start=json_extract(_raw,"httpMessage.start") '
        '| where match(start,"^[0-9]+[.][0-9]{3}$") AND abs(_time-tonumber(start))>0.001',
        "events have another time than httpMessage.start",
    )


def _whole(splunk: Splunk) -> str | None:
    return none_of(
        splunk,
        '| where NOT (match(_raw,"^[{]") AND match(_raw,"[}]$"))',
        "events are not one whole JSON object",
    )


def _time_prefix(splunk: Splunk) -> str | None:
    untimed = splunk.search(
        f'{EVENTS} | where NOT match(json_extract(_raw,"httpMessage.start"),'
        '"^[0-9]+[.][0-9]{3}$") | stats count'
    )
    warned = splunk.search(
        "search index=_internal sourcetype=splunkd component=DateParserVerbose akamai:siem "
        "| stats count"
    )
    enough(splunk)
    count = int(warned.value("count") or 0)
    if count > int(untimed.value("count") or 0):
        return f"splunkd found no time in {count} events"
    return None


def _own_log(splunk: Splunk) -> str | None:
    found = splunk.search(
        "search index=_internal source=*ta_akamai_siem_*.log* | stats count BY sourcetype", "-24h"
    )
    if not found.rows:
        raise Unclear("the add-on's log is not in _internal, or may not be searched")
    kinds = [str(row["sourcetype"]) for row in found.rows]
    return None if kinds == ["akamai:siem:log"] else f"source types {', '.join(kinds)}"


BELIEFS = (
    Belief(
        "event time",
        "`<time>` of an event and what TIME_PREFIX finds give the same `_time`, to the millisecond",
        "`_time`; both give the same value, so either may be used",
        "compares `_time` with `httpMessage.start`",
        "Compare the `[akamai:siem]` stanza on the host that runs the input with ours: index-time "
        "settings count there",
        _times,
    ),
    Belief(
        "one record",
        "An `<event>` without `unbroken` becomes one event, whatever its length",
        "that no event is cut or merged",
        "counts events that do not begin and end as an object",
        "Check TRUNCATE and LINE_BREAKER of `[akamai:siem]` on the host that runs the input",
        _whole,
    ),
    Belief(
        "time prefix",
        "TIME_PREFIX may begin with `^` and hold groups and recursion, may be longer in the event "
        "than MAX_TIMESTAMP_LOOKAHEAD, and is not stopped before 100,000 steps",
        "`_time`, only where Splunk does not keep the `<time>` that the input sends",
        "counts splunkd's warnings that it found no time, and compares with events that have none",
        "If `event time` holds, nothing: the `<time>` of the input counts. Otherwise report it",
        _time_prefix,
    ),
    Belief(
        "own log",
        "A `[source::...]` stanza gives files of var/log/splunk a source type in `_internal`",
        "all alerts of operations, by the macro `akamai_siem_log`",
        "lists the source types of the add-on's log files",
        "Set the macro to `(index=_internal source=*ta_akamai_siem_*.log*)`. In local/props.conf, "
        "put the lines of `[akamai:siem:log]` under `[source::...ta_akamai_siem_*.log*]`",
        _own_log,
    ),
)
