"""Operations: is everything collected, how far behind is it, how long until events are lost."""

from __future__ import annotations

from filters import DAY
from studio import SERIES, Base, Panel, Row, View, link_to_search, row, text, time_range

RETENTION_S = 12 * 3600
"""Akamai retains an event that long: `limits.RETENTION`."""
CREDENTIAL_DAYS = 730
"""Akamai's credentials expire after two years unless somebody chose another date.
https://docs.databricks.com/gcp/en/ingestion/lakeflow-connect/akamai-waf-troubleshoot
"""
_LOG = link_to_search("`akamai_siem_log`", "the log of the input", input=row("Input"))
_OF_INPUT = "input=$input|s$ host=$collector|s$"
_STATE = (
    "eval behind=round(now()-reach), silent=now()-last_success, "
    "age=round(now()-coalesce(position,reach)), "
    f'loss=if(kind="akamai_siem_names",null(),max(0,{RETENTION_S}-age)), state=case('
    'how="needs_person","needs you", silent>max(900,3*interval),"not collecting", '
    'behind>max(600,3*interval),"behind", result!="ok","trying again", true(),"collecting")'
)
"""Of the rows of `akamai_siem_input_states`; a finished backfill is silent, and well."""
_WATCHED = 'where kind="akamai_siem" OR result!="ok"'

_RUNS = "search event=run.finished"

VIEW = View(
    name="operations",
    label="Operations",
    question="Is everything collected, how far behind, and how long until events are lost? From "
    "the add-on's own log in _internal, which your role must be allowed to search",
    inputs={
        "input_time": time_range(DAY),
        "input_input": text("Input", "input"),
        "input_collector": text("Host of the input", "collector"),
    },
    bases=(
        Base(
            "states",
            f"`akamai_siem_input_states` | search {_OF_INPUT} | {_WATCHED} | {_STATE} "
            "| lookup akamai_siem_result result OUTPUT advice",
            earliest="-24h",
        ),
        Base(
            "pages",
            f"`akamai_siem_log` (event=page.collected OR event=window.collected) {_OF_INPUT} "
            "| table _time input kind host events bytes seconds fetch_seconds write_seconds "
            "blocked_seconds limit repeated masked untimed unparsed dropped left_out_bytes",
        ),
        Base(
            "runs",
            f"`akamai_siem_log` (event=run.finished OR event=events.dropped) {_OF_INPUT} "
            "| table _time event input kind host holder credential_age_days result rule count "
            "bytes",
        ),
        Base(
            "troubles",
            f"`akamai_siem_log` (log_level=WARNING OR log_level=ERROR) {_OF_INPUT} "
            "| table _time input kind host event reason attempt wait_seconds since until cause "
            "saved_at last_saved_at log_level",
        ),
        Base(
            "licence",
            "index=_internal source=*license_usage.log* type=Usage "
            '(st="akamai:siem" OR st="akamai:siem:names") '
            "| stats sum(b) AS bytes BY s st idx | sort 0 -bytes",
        ),
    ),
    rows=(
        Row(
            110,
            (
                Panel(
                    "collecting",
                    "number",
                    "Inputs that collect",
                    "Without trouble, and not behind",
                    "states",
                    "search state=collecting | stats count AS inputs",
                    width=300,
                    link=link_to_search("`akamai_siem_input_states`", "the state of each input"),
                ),
                Panel(
                    "in_trouble",
                    "number",
                    "Inputs in trouble",
                    "Not collecting, behind, or waiting for you",
                    "states",
                    "search NOT state=collecting | stats count AS inputs",
                    width=300,
                    link=link_to_search(
                        "`akamai_siem_log` event=run.finished NOT result=ok",
                        "the runs that did not end well",
                    ),
                ),
                Panel(
                    "time_to_loss",
                    "number",
                    "Time to data loss",
                    "Of the input that is nearest to it, in hours",
                    "states",
                    "stats min(loss) AS loss | eval hours=round(loss/3600,1) | fields hours",
                    width=300,
                    options={"unit": "h"},
                    link=link_to_search(
                        "`akamai_siem_log` event=run.finished "
                        "| stats latest(position_age_seconds) AS seconds BY input kind host "
                        "| sort 0 -seconds",
                        "the age of each position",
                    ),
                ),
                Panel(
                    "gaps",
                    "number",
                    "Gaps",
                    "Periods whose events are lost",
                    "troubles",
                    "search event=gap.recorded | stats count AS gaps",
                    width=300,
                    link=link_to_search("`akamai_siem_log` event=gap.recorded", "the gaps"),
                ),
            ),
        ),
        Row(
            320,
            (
                Panel(
                    "states",
                    "table",
                    "Inputs",
                    "Hosts that share a KV store collect an input in turn and are one row. Behind: "
                    "what happened later is not collected. Click: the input's log",
                    "states",
                    "sort 0 loss "
                    '| eval behind=tostring(round(behind/60,1))." min", '
                    'loss=tostring(round(loss/3600,1))." h", '
                    'last_success=strftime(last_success,"%Y-%m-%d %H:%M:%S"), '
                    'advice=if(state="collecting","",advice) '
                    "| table input kind host state behind loss last_success result advice "
                    '| rename input AS Input, kind AS "Kind of input", host AS Host, '
                    'state AS State, behind AS Behind, loss AS "Time to data loss", '
                    'last_success AS "Last success", result AS "Last result", '
                    'advice AS "What to do"',
                    link=_LOG,
                ),
            ),
        ),
        Row(
            280,
            (
                Panel(
                    "events",
                    "area",
                    "Events collected",
                    "By input, when they were collected",
                    "pages",
                    "eval events=tonumber(events) | timechart sum(events) AS events BY input",
                    width=600,
                    link=link_to_search(
                        "`akamai_siem_log` event=page.collected", "the pages", input=SERIES
                    ),
                ),
                Panel(
                    "bytes",
                    "area",
                    "Megabytes received",
                    "By input, from Akamai, before compression",
                    "pages",
                    "eval megabytes=tonumber(bytes)/1048576 "
                    "| timechart sum(megabytes) AS megabytes BY input",
                    width=600,
                    link=link_to_search(
                        "`akamai_siem_log` event=page.collected", "the pages", input=SERIES
                    ),
                ),
            ),
        ),
        Row(
            300,
            (
                Panel(
                    "pages",
                    "table",
                    "Pages",
                    "How large, how long, and what Splunk made them wait (blocked). "
                    "Click: the input's log",
                    "pages",
                    "stats count AS pages sum(events) AS events avg(events) AS size "
                    "avg(seconds) AS seconds max(seconds) AS longest avg(fetch_seconds) AS fetch "
                    "avg(blocked_seconds) AS blocked max(limit) AS limit BY input host "
                    "| eval size=round(size), seconds=round(seconds,2), fetch=round(fetch,2), "
                    "blocked=round(blocked,2) | sort 100 -pages "
                    "| table input host pages events size seconds longest fetch blocked limit "
                    "| rename input AS Input, host AS Host, pages AS Pages, events AS Events, "
                    'size AS "Events a page", seconds AS "Seconds a page", longest AS Longest, '
                    "fetch AS Fetching, blocked AS Blocked, limit AS Limit",
                    link=_LOG,
                ),
            ),
        ),
        Row(
            220,
            (
                Panel(
                    "quality",
                    "table",
                    "Dropped, masked, odd",
                    "Dropped and left out by your settings; delivered twice by a repeated page; "
                    "masked values; events without a time; lines that are no events. Click: the "
                    "input's log",
                    "pages",
                    "fillnull value=0 repeated,masked,untimed,unparsed,dropped,left_out_bytes "
                    "| stats sum(events) AS events sum(dropped) AS dropped sum(left_out_bytes) AS "
                    "left sum(repeated) AS repeated sum(masked) AS masked sum(untimed) AS "
                    "untimed sum(unparsed) AS unparsed BY input host | sort 100 input "
                    '| eval share=tostring(round(100*dropped/max(1,events+dropped),1))." %", '
                    "left=round(left/1048576,1) "
                    "| table input host dropped share left repeated masked untimed unparsed "
                    "| rename input AS Input, host AS Host, dropped AS Dropped, share AS "
                    '"Dropped (%)", left AS "MB left out", repeated AS Repeated, masked AS '
                    'Masked, untimed AS "Without time", unparsed AS Unparsed',
                    link=_LOG,
                ),
            ),
        ),
        Row(
            240,
            (
                Panel(
                    "dropped",
                    "table",
                    "Dropped by rule",
                    "Events and megabytes as Akamai sent them. sample=N keeps one of N. Click: the "
                    "input's log",
                    "runs",
                    "search event=events.dropped "
                    "| stats sum(count) AS events sum(bytes) AS bytes BY input rule "
                    "| eval megabytes=round(bytes/1048576,1) | sort 100 -events "
                    "| table input rule events megabytes "
                    '| rename input AS Input, rule AS "Rule of drop", events AS Events, '
                    "megabytes AS Megabytes",
                    width=740,
                    link=_LOG,
                ),
                Panel(
                    "licence",
                    "table",
                    "Licence by input",
                    "Counted by Splunk, from license_usage.log of its manager",
                    "licence",
                    "eval megabytes=round(bytes/1048576,1) | table s idx megabytes "
                    "| rename s AS Source, idx AS Index, megabytes AS Megabytes",
                    width=460,
                ),
            ),
        ),
        Row(
            280,
            (
                Panel(
                    "results",
                    "column",
                    "Runs by result",
                    "ok, and what ended the others",
                    "runs",
                    f"{_RUNS} | timechart count BY result",
                    width=600,
                    options={"seriesColorsByField": {"ok": "#5FBFA9"}},
                    link=link_to_search(
                        "`akamai_siem_log` event=run.finished", "the runs", result=SERIES
                    ),
                ),
                Panel(
                    "waits",
                    "table",
                    "Retries and waits",
                    "Repeated requests (request.limited is 429), and the waits. Click: the input's "
                    "log",
                    "troubles",
                    "search attempt=* | stats count AS retries sum(wait_seconds) AS waited "
                    "BY event input host | eval waited=round(waited) | sort 100 -retries "
                    "| rename event AS Reason, input AS Input, host AS Host, retries AS Retries, "
                    'waited AS "Seconds waited"',
                    width=600,
                    link=_LOG,
                ),
            ),
        ),
        Row(
            260,
            (
                Panel(
                    "credentials",
                    "table",
                    "Leases and credentials",
                    "Which host has the lease of each input, and how old its credential is. "
                    f"Akamai's expire after {CREDENTIAL_DAYS} days unless you chose another date. "
                    "Click: the input's log",
                    "runs",
                    f"{_RUNS} | stats max(_time) AS last latest(holder) AS holder "
                    "latest(result) AS result latest(credential_age_days) AS age "
                    f"BY input kind host | eval left={CREDENTIAL_DAYS}-tonumber(age), "
                    "last=strftime(last,"
                    '"%Y-%m-%d %H:%M:%S"), age=coalesce(age,"unknown") '
                    "| sort 100 left | table input kind host last result holder age left "
                    '| rename input AS Input, kind AS "Kind of input", host AS Host, '
                    'last AS "Last run", result AS "Last result", holder AS "Lease holder", '
                    'age AS "Credential age (days)", left AS "Days left"',
                    link=_LOG,
                ),
            ),
        ),
        Row(
            360,
            (
                Panel(
                    "messages",
                    "table",
                    "Warnings and errors",
                    "What they mean for the data, and what to do. Click: the input's log",
                    "troubles",
                    "stats count AS lines max(_time) AS last latest(reason) AS reason "
                    "BY event input host | rename event AS result "
                    "| lookup akamai_siem_result result OUTPUT advice "
                    '| eval last=strftime(last,"%Y-%m-%d %H:%M:%S") | sort 100 -lines '
                    "| table result input host lines last reason advice "
                    "| rename result AS Code, input AS Input, host AS Host, lines AS Lines, "
                    'last AS Last, reason AS Reason, advice AS "What to do"',
                    link=_LOG,
                ),
            ),
        ),
        Row(
            300,
            (
                Panel(
                    "lost",
                    "table",
                    "Gaps and replays",
                    "Lost: events that Akamai no longer had. Replayed: collected again after a "
                    "crash of splunkd or an expired offset. Click: the input's log",
                    "troubles",
                    "search event IN (gap.recorded, checkpoint.rewound, offset.expired, "
                    "range.expired, pipe.unread) "
                    '| eval what=if(event="gap.recorded","lost","replayed"), '
                    "begin=tonumber(coalesce(since,saved_at)), "
                    "end=tonumber(coalesce(until,last_saved_at)), "
                    'begin=strftime(begin,"%Y-%m-%d %H:%M:%S"), '
                    'end=strftime(end,"%Y-%m-%d %H:%M:%S"), '
                    'at=strftime(_time,"%Y-%m-%d %H:%M:%S") | sort 100 -_time '
                    "| table at input host what event begin end "
                    "| rename at AS Noticed, input AS Input, host AS Host, what AS What, event AS "
                    'Code, begin AS "From", end AS "To"',
                    link=_LOG,
                ),
            ),
        ),
    ),
)
