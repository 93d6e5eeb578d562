"""Assumptions about Splunk that no document confirms, each with its check.

A check returns None if the assumption holds, otherwise what it found. It raises Unclear if this
Splunk lacks what the check needs. docs/believed.md is made from this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, Optional

from tests.product.search.hot_fields import HOT

if TYPE_CHECKING:
    from .search_api import Found, Splunk

SUMMARY_BYTES = 250
EVENTS = "search `akamai_siem_events`"
_ENOUGH = 500
"""From this number of events on, a check can tell whether a search read few of them or all."""
_SUMMARISED = 100_000
"""Fewer say nothing about the size of summaries: the list of values weighs too much."""


class Unclear(Exception):
    """This Splunk cannot be checked; the text names what is missing."""


@dataclass(frozen=True)
class Belief:
    """`rests`: what depends on it. `otherwise`: what to do if it is wrong. `writes`: checked only
    with --write.
    """

    name: str
    believed: str
    rests: str
    checked: str
    otherwise: str
    check: Callable[[Splunk], Optional[str]]
    writes: bool = False


def _hot_terms(splunk: Splunk) -> str | None:
    total = _enough(splunk)
    wrong = []
    for field in HOT:
        rare = splunk.search(
            f"{EVENTS} {field}=* | head 50000 | stats count BY {field} | sort 0 count | head 1"
        ).value(field)
        if rare is None or any(letter in str(rare) for letter in '"\\*'):
            continue
        one = splunk.search(f'{EVENTS} {field}="{rare}"')
        if not one.matched:
            wrong.append(f"{field}={rare} is not found")
        elif one.scanned > max(2 * one.matched, one.matched + 100, total // 100):
            wrong.append(f"{field}={rare} read {one.scanned} events for {one.matched}")
    return "; ".join(wrong) or None


def _index_time(splunk: Splunk) -> str | None:
    whole = splunk.search(f"{EVENTS} | stats count", "-24h")
    late = splunk.search(f"{EVENTS} | stats count", "-24h", index_earliest="-15m")
    if whole.scanned < _ENOUGH or late.matched > whole.matched // 2:
        raise Unclear("needs a day of events of which less than half came in the last 15 minutes")
    if late.scanned > 2 * late.matched + 100:
        return f"read {late.scanned} events for {late.matched}"
    return None


def _times(splunk: Splunk) -> str | None:
    return _none_of(
        splunk,
        '| eval start=json_extract(_raw,"httpMessage.start") '
        '| where match(start,"^[0-9]+[.][0-9]{3}$") AND abs(_time-tonumber(start))>0.001',
        "events have another time than httpMessage.start",
    )


def _whole(splunk: Splunk) -> str | None:
    return _none_of(
        splunk,
        '| where NOT (match(_raw,"^[{]") AND match(_raw,"[}]$"))',
        "events are not one whole JSON object",
    )


def _patterns(splunk: Splunk) -> str | None:
    return _none_of(
        splunk,
        '| eval said=json_extract(_raw,"attackData.clientIP") '
        '| where match(said,"^[0-9A-Fa-f.:]+$") AND NOT coalesce(src,"")=said',
        "events have another src than clientIP",
    )


def _nested(splunk: Splunk) -> str | None:
    return _none_of(
        splunk,
        '| where (isnotnull(src) AND NOT coalesce(src_ip,"")=src) '
        "OR (isnotnull(rule) AND isnull(signature_id) AND isnull(signature))",
        "events have a field, and not the one within it",
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
    _enough(splunk)
    count = int(warned.value("count") or 0)
    if count > int(untimed.value("count") or 0):
        return f"splunkd found no time in {count} events"
    return None


def _long_records(splunk: Splunk) -> str | None:
    path = 'isnotnull(json_extract(_raw,"httpMessage.path"))'
    long = f"{EVENTS} | where len(_raw)>40000 AND {path}"
    if not int(splunk.search(f"{long} | stats count", "-24h").value("count") or 0):
        raise Unclear("needs an event of more than 40,000 bytes within 24 hours")
    lost = splunk.search(f"{long} AND (isnull(uri_path) OR isnull(src)) | stats count", "-24h")
    count = int(lost.value("count") or 0)
    return f"{count} long events lack src or uri_path" if count else None


def _earlier_field(splunk: Splunk) -> str | None:
    return _none_of(
        splunk,
        '| eval said=mvjoin(json_array_to_mv(json_extract(_raw,"attackData.rules{}.action")),"") '
        '| where said!="" AND isnull(vendor_action)',
        "events have rules with an action, and no vendor_action",
    )


def _escapes(splunk: Splunk) -> str | None:
    found = splunk.search(f"{EVENTS} http_user_agent=* | head 50000 | table http_user_agent")
    values = [str(row.get("http_user_agent")) for row in found.rows]
    value = next((each for each in values if "\\" in each), None)
    if value is None:
        raise Unclear("needs an event whose http_user_agent holds a quotation mark or a backslash")
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("*", "\\*")
    matched = splunk.search(f'{EVENTS} http_user_agent="{quoted}"').matched
    return None if matched else f"{value} is not found"


def _reverse(splunk: Splunk) -> str | None:
    total = _enough(splunk)
    found = splunk.search(f"{EVENTS} action=blocked")
    if not found.matched or found.matched > total // 2:
        raise Unclear("needs blocked events, and fewer than others")
    if found.scanned > 2 * found.matched + 100:
        return f"read {found.scanned} events for {found.matched}"
    return None


def _event_types(splunk: Splunk) -> str | None:
    _enough(splunk)
    if not splunk.search(f"{EVENTS} rule=* | head 1").rows:
        raise Unclear("needs an event with a rule")
    kinds = "NOT eventtype=akamai_siem_rule NOT eventtype=akamai_siem_rule_watched"
    lacking = splunk.search(f"{EVENTS} rule=* {kinds} | stats count")
    count = int(lacking.value("count") or 0)
    return f"{count} events with rules lack their event type" if count else None


def _in_event_type(splunk: Splunk) -> str | None:
    _enough(splunk)
    watched = f"{EVENTS} rule=* NOT action=blocked NOT attack_tag=* "
    watched += "(attack_family=bot OR attack_family=rate OR attack_family=reputation)"
    if not splunk.search(f"{watched} | head 1").rows:
        raise Unclear("needs an event with a bot, rate or reputation rule that only alerted")
    lacking = splunk.search(f"{watched} NOT eventtype=akamai_siem_rule_watched | stats count")
    count = int(lacking.value("count") or 0)
    return f"{count} events lack the event type akamai_siem_rule_watched" if count else None


def _keywords(splunk: Splunk) -> str | None:
    _enough(splunk)
    if not splunk.search(f"{EVENTS} http_user_agent=* | head 1").rows:
        raise Unclear("needs an event with a user agent")
    return None if splunk.search(f"{EVENTS} user agent | head 1").rows else "user is not found"


def _every_rule(splunk: Splunk) -> str | None:
    return _none_of(
        splunk,
        '| eval n=mvcount(json_array_to_mv(json_extract(_raw,"attackData.rules"))) '
        "| where n!=coalesce(mvcount(rule_all),0)",
        "events do not have each rule in rule_all",
    )


def _first_pattern(splunk: Splunk) -> str | None:
    return _none_of(
        splunk,
        '| eval said=json_extract(_raw,"attackData.appliedAction") '
        '| where match(said,"^[a-z_]+$") AND NOT coalesce(vendor_action,"")=said',
        "events have another vendor_action than appliedAction",
    )


def _own_log(splunk: Splunk) -> str | None:
    found = splunk.search(
        "search index=_internal source=*ta_akamai_siem_*.log* | stats count BY sourcetype", "-24h"
    )
    if not found.rows:
        raise Unclear("the add-on's log is not in _internal, or may not be searched")
    kinds = [str(row["sourcetype"]) for row in found.rows]
    return None if kinds == ["akamai:siem:log"] else f"source types {', '.join(kinds)}"


def _evaluated(expression: str, expected: str) -> Callable[[Splunk], Optional[str]]:
    def check(splunk: Splunk) -> str | None:
        value = splunk.search(f"| makeresults | eval v={expression} | table v").value("v")
        return None if value == expected else f"{value!r} instead of {expected!r}"

    return check


def _odd_text(splunk: Splunk) -> str | None:
    text = 'urldecode("%7B%22v%22%3A%22a%5Cu0000b%5Cud800%22%7D")'
    value = splunk.search(
        f'| makeresults | eval v=coalesce(json_extract({text},"v"),"none") | table v'
    ).value("v")
    return None if value else "the field is empty"


def _first_row(splunk: Splunk) -> str | None:
    category = splunk.search(
        '| makeresults | eval category_key="/CUSTOM/SQL_INJECTION/ /60001/ |SQL Injection" '
        "| lookup akamai_siem_category category_key OUTPUT category | table category"
    ).value("category")
    return None if category == "Custom Rule" else f"category={category}"


def _null_in_lookup(splunk: Splunk) -> str | None:
    action = splunk.search(
        "| makeresults | eval vendor_action=null() "
        "| lookup akamai_siem_action vendor_action OUTPUT action | table action"
    ).value("action")
    return None if action in (None, "") else f"action={action}"


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


def _table(splunk: Splunk) -> str | None:
    """Adds a row that belongs to no host, finds it with its listed fields only, and removes it."""
    table, row = "akamai_siem_usual_denied", '| eval dest="believed.invalid", usual=1, runs=1, no=1'
    read = f"| inputlookup {table}"
    passed = splunk.search(
        f"| makeresults {row} | fields - _time | inputlookup append=true {table} "
        f'| outputlookup {table} | search dest="believed.invalid"'
    )
    kept = splunk.search(f'{read} | search dest="believed.invalid"')
    splunk.search(f'{read} | search dest!="believed.invalid" | outputlookup {table}')
    left = splunk.search(f'{read} | search dest="believed.invalid"')
    if not passed.rows:
        return "outputlookup does not hand rows on"
    if len(kept.rows) != 1 or "no" in kept.rows[0]:
        return f"the table holds {kept.rows}"
    return f"the row stays: {left.rows}" if left.rows else None


def _model(splunk: Splunk) -> str | None:
    total = _enough(splunk)
    counted = splunk.search("| tstats count FROM datamodel=Akamai_SIEM.Requests")
    count = int(counted.value("count") or 0)
    # Some may have come between the two searches.
    return None if abs(count - total) <= total // 50 else f"it counts {count} of {total} events"


def _rules(splunk: Splunk) -> str | None:
    fired = splunk.search(f"{EVENTS} rule_all=* | stats sum(eval(mvcount(rule_all))) AS rules")
    total = int(fired.value("rules") or 0)
    if total < _ENOUGH:
        raise Unclear(f"needs {_ENOUGH} rules of the last hour; there are {total}")
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


def _subsearch_range(splunk: Splunk) -> str | None:
    _enough(splunk)
    minute = "[| makeresults | eval earliest=now()-60, latest=now() | fields earliest latest]"
    old = splunk.search(
        f"{EVENTS} {minute} | stats min(_time) AS first "
        '| eval old=if(first<now()-600,"yes","no") | table old'
    ).value("old")
    return "events of all of the time range are found" if old == "yes" else None


def _none_of(splunk: Splunk, commands: str, what: str) -> str | None:
    _enough(splunk)
    found = splunk.search(f"{EVENTS} | head 100000 {commands} | stats count")
    count = int(found.value("count") or 0)
    return f"{count} {what}" if count else None


def _enough(splunk: Splunk) -> int:
    whole: Found = splunk.search(f"{EVENTS} | stats count")
    total = int(whole.value("count") or 0)
    if total < _ENOUGH:
        raise Unclear(f"needs {_ENOUGH} events of the last hour; there are {total}")
    return total


BELIEFS = (
    Belief(
        "hot fields",
        "A search for a value of a field that an extraction of that name gives, or an alias "
        "of one, reads only the events that hold the value as a term",
        "the speed of searches for `src`, `dest`, `user` and the other hot fields, not the results",
        "takes a rare value of each and compares the events read with those found",
        "Add the value as a term yourself: `TERM(192.0.2.7) src=192.0.2.7`. Report which fields",
        _hot_terms,
    ),
    Belief(
        "index time",
        "Bounds of the index time are applied before events are read",
        "the cost of the four alerts on events, not the results",
        "compares events read and found for the last 15 minutes of index time in 24 hours",
        "Set `dispatch.earliest_time = -30m` in these alerts. Events that arrive later are missed",
        _index_time,
    ),
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
        "patterns",
        "A transform without FORMAT takes named groups only; recursion and conditionals of PCRE "
        "work",
        "every field that is extracted",
        "compares `src` with `attackData.clientIP`",
        "Report it with the line `Regex` of search.log. Until then search Splunk's own JSON "
        "fields, such as `attackData.clientIP`",
        _patterns,
    ),
    Belief(
        "nested groups",
        "A named group within another gives a field of its own, and the outer one gives the whole",
        "`src_ip`, `applied_action`, `status`, `http_referrer_domain`, the keys of `rule`",
        "looks for events with `src` and another `src_ip`, or with `rule` and no key of it",
        "Report which field is missing. In local/props.conf, `FIELDALIAS-src_ip = src ASNEW "
        "src_ip` gives that one; for a rule, use `attackData.rules{}.id`",
        _nested,
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
        "long records",
        "MATCH_LIMIT of a transform's stanza counts for a REPORT, and possessive repetition does "
        "not count for DEPTH_LIMIT",
        "fields of events of more than 40,000 bytes",
        "looks for long events without `src` or `uri_path`",
        "Raise DEPTH_LIMIT in the `akamai_siem_` stanzas of local/transforms.conf",
        _long_records,
    ),
    Belief(
        "earlier field",
        "A transform may read (SOURCE_KEY) a field that an earlier one gave; REPORT classes go by "
        "ASCII order",
        "`vendor_action` where Akamai sends no appliedAction, `rule_score`",
        "looks for events with actions of rules and without `vendor_action`",
        "Use `rule_action_all`, the actions of all rules",
        _earlier_field,
    ),
    Belief(
        "escaped values",
        "A value with JSON escapes is found by its other terms",
        "searches by `user`, `uri_path`, `http_user_agent` with quotation marks or backslashes",
        "searches for a user agent that holds one",
        "Search the field whose name ends in `_decoded`",
        _escapes,
    ),
    Belief(
        "reverse lookup",
        "A search for what a lookup gives (`action=blocked`) becomes one for its exact rows",
        "the speed of searches by `action`, not the results",
        "compares the events read with those found",
        "Search `vendor_action` instead",
        _reverse,
    ),
    Belief(
        "event types",
        "`field=*` in an event type holds for every event that has the extracted field",
        "event types, tags and data models",
        "looks for rule events without their event type",
        "In local/eventtypes.conf, write `ids_type=application` for `rule=*`",
        _event_types,
    ),
    Belief(
        "IN",
        "An event type may hold `field IN (…)`",
        "the models of bot, rate and reputation rules that only alerted",
        "looks for such events without the event type `akamai_siem_rule_watched`",
        "Write the values with OR in local/eventtypes.conf",
        _in_event_type,
    ),
    Belief(
        "keywords",
        "A word behind a quotation mark is found by keyword",
        "keyword searches for names of headers; no field",
        "searches for `user agent`",
        "Search by field",
        _keywords,
    ),
    Belief(
        "every rule",
        "A transform with MV_ADD matches again where the last match ended, and `\\G` is that place",
        "`rule_all`, `signature_id_all` and the other lists; the deciding rule is found without it",
        "counts the rules of each event in the JSON and in `rule_all`",
        "Use Splunk's own JSON fields, `attackData.rules{}.id`, in events of up to 5,000 bytes",
        _every_rule,
    ),
    Belief(
        "first pattern",
        "Of the transforms of one REPORT that give the same field, the first that matches wins",
        "`vendor_action`, and so `action` and `severity`",
        "compares `vendor_action` with `attackData.appliedAction`",
        "In local/props.conf, calculate it: "
        "`EVAL-vendor_action = coalesce('attackData.appliedAction',vendor_action)`",
        _first_pattern,
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
    Belief(
        "json_extract",
        "json_extract() of a string returns its text without quotation marks and escapes",
        "fields beside the hot ones that hold escapes; where it gives nothing they stay as in JSON",
        "unescapes a quotation mark, a line end and a non-ASCII letter",
        "Search for such values as they are in the JSON, escapes included",
        _evaluated(
            'json_extract(urldecode("%7B%22v%22%3A%22a%5C%22b%5Cn%5Cu00fc%22%7D"),"v")',
            'a"b\n\u00fc',
        ),
    ),
    Belief(
        "odd text",
        "json_extract() of a string with U+0000 or half of a surrogate pair gives some text or "
        "nothing, and no error",
        "how such text is shown, in fields beside the hot ones",
        "unescapes such a string",
        "Search for such values as they are in `_raw`",
        _odd_text,
    ),
    Belief(
        "urldecode",
        "urldecode() reads escaped bytes as UTF-8",
        "`uri_path_decoded` and other decoded fields, beside those as sent",
        "decodes a letter of two bytes",
        "Use the fields as sent; the decoded ones are wrong for such values",
        _evaluated('urldecode("%C3%BC%20b")', "\u00fc b"),
    ),
    Belief(
        "first row",
        "Of several rows of a table that match, with wildcards or without, a lookup with "
        "`max_matches = 1` gives the first of the file",
        "`category`, `attack_family`, `severity`",
        "looks up a customer's tag that a later row knows too",
        "Use `signature_tag`; put a table without overlapping rows beside ours and name it in "
        "local/transforms.conf",
        _first_row,
    ),
    Belief(
        "nothing in a lookup",
        "A lookup whose input field is missing writes nothing",
        "that `action` is absent where nothing was decided",
        "looks up the action of a row without one",
        "Read `action=unknown` as no action",
        _null_in_lookup,
    ),
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
        "range of a subsearch",
        "`earliest` and `latest` in the row of a subsearch are the range of the search around it",
        "Investigation by a reference number, whose time is taken from it",
        "searches a minute that a subsearch names, and looks for older events",
        "Set the time range of the view to the time of the request",
        _subsearch_range,
    ),
    Belief(
        "size of summaries",
        f"An accelerated data model takes at most {SUMMARY_BYTES} bytes for each event in it",
        "how much disk docs/views.md tells you to plan; no result",
        "divides the size that Splunk reports of the model's summaries by the events in them",
        "Plan with the figure that this line shows, or shorten the summary range",
        _summary_size,
    ),
    Belief(
        "tables of alerts",
        "`outputlookup` to the KV store replaces the table, keeps listed fields only, and passes "
        "its rows on",
        "the three alerts that store tables",
        "only with --write: adds a row to `akamai_siem_usual_denied`, reads it, removes it",
        "Disable the three alerts and report it; the others store nothing",
        _table,
        writes=True,
    ),
)
