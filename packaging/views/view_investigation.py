"""Investigation: who is this client (or JA4, user, ASN, host, rule), and what did it do."""

from __future__ import annotations

from data_model import NAME, REQUESTS
from filters import DAY, DROPPED, left_out
from studio import (
    Base,
    Link,
    Panel,
    Row,
    View,
    choice,
    link_to_search,
    link_to_view,
    row,
    text,
    time_range,
)

KINDS = {
    "Client (address)": "src",
    "Reference # of a block page": "request_id",
    "JA4": "ja4",
    "User": "user",
    "ASN": "src_asn",
    "Host": "dest",
    "Rule": "signature_id",
    "Path": "uri_path",
    "Country": "src_country",
}
"""Fields by label: the index finds the events of a value of each, but for the country."""
EVENTS_MAX = 10_000
_FIELDS = (
    *("src", "src_country", "src_asn", "ja4", "user", "dest", "http_method", "uri_path"),
    *("status", "action", "signature_id", "signature", "signature_selector", "signature_data"),
    *("rule_score", "rule_score_threshold", "attack_family", "bot_score", "bot_segment"),
    *("client_reputation", "http_user_agent_decoded", "request_id", "config_id", "policy_id"),
)
_KINDS = [kind for kind in KINDS.values() if kind != "request_id"]
ENTITY = (
    "[| makeresults | eval kind=$kind|s$, value=$value|s$ "
    '| eval parts=split(replace(value,"^.*#",""),"."), time=mvindex(parts,-2) | eval '
    + ", ".join(f'{kind}=if(kind="{kind}",value,null())' for kind in _KINDS)
    + ', request_id=if(kind="request_id",trim(mvindex(parts,-1)),null()), '
    # A reference names the moment: the time range is an hour around it.
    'seconds=if(kind="request_id" AND match(time,"^1[0-9]{9}") AND len(time)=10,'
    "tonumber(time),null()), "
    "earliest=seconds-3600, latest=seconds+3600 "
    f"| fields {' '.join(_KINDS)} request_id earliest latest]"
)
"""What was asked for, as the terms of a search."""
_EVENTS = f"`akamai_siem_events` {ENTITY}"
_TIME = 'eval time=strftime(_time,"%Y-%m-%d %H:%M:%S")'
_STORY = "time src dest http_method uri_path status action signature_id signature"
_STORY_NAMES = (
    "rename time AS Time, src AS Client, dest AS Host, http_method AS Method, uri_path AS Path, "
    "status AS Status, action AS Action, signature_id AS Rule, signature AS Message"
)


def _of(kind: str, column: str) -> Link:
    return link_to_view("investigation", "Investigation", kind=kind, value=row(column))


VIEW = View(
    name="investigation",
    label="Investigation",
    question="Who is this client, and what did it do? Choose what you have and type its value. "
    "A blocked customer has a Reference #: paste all of it",
    inputs={
        "input_time": time_range(DAY),
        "input_kind": choice("What you have", "kind", KINDS, "src"),
        "input_value": text("Its value", "value", default=None),
    },
    bases=(
        Base("events", f"{_EVENTS} | head {EVENTS_MAX} | table _time {' '.join(_FIELDS)}"),
        Base(
            "same_ja4",
            f"| `akamai_siem_tstats` count sum({REQUESTS}.blocked) AS blocked "
            f"min(_time) AS first max(_time) AS last FROM datamodel={NAME}.{REQUESTS} "
            f"WHERE [search {_EVENTS} ja4=* | stats count BY ja4 | sort 3 -count "
            f'| rename ja4 AS "{REQUESTS}.ja4" | fields "{REQUESTS}.ja4"] '
            f"BY {REQUESTS}.ja4 {REQUESTS}.src {REQUESTS}.src_country "
            f"| rename {REQUESTS}.* AS * | sort 200 -count",
        ),
        Base("dropped", DROPPED),
    ),
    rows=(
        left_out("dropped"),
        Row(
            110,
            (
                Panel(
                    "found",
                    "number",
                    "Requests",
                    "The newest 10,000 at most",
                    "events",
                    "stats count AS requests",
                    width=300,
                    link=link_to_search(_EVENTS, "these events"),
                ),
                Panel(
                    "found_blocked",
                    "number",
                    "Blocked",
                    "Share of these requests",
                    "events",
                    'eval blocked=if(action="blocked",1,0) | stats count AS requests sum(blocked) '
                    "AS blocked | fillnull value=0 blocked "
                    "| eval share=if(requests>0,round(100*blocked/requests,1),0) | fields share",
                    width=300,
                    options={"unit": "%"},
                    link=link_to_search(f"{_EVENTS} action=blocked", "those that were blocked"),
                ),
                Panel(
                    "found_clients",
                    "number",
                    "Clients",
                    "Different addresses",
                    "events",
                    "stats dc(src) AS clients",
                    width=300,
                    link=link_to_search(
                        f"{_EVENTS} | stats count BY src | sort 1000 -count",
                        "the addresses, with their requests",
                    ),
                ),
                Panel(
                    "found_hosts",
                    "number",
                    "Hosts",
                    "That were asked for",
                    "events",
                    "stats dc(dest) AS hosts",
                    width=300,
                    link=link_to_search(
                        f"{_EVENTS} | stats count BY dest | sort 1000 -count",
                        "the hosts, with their requests",
                    ),
                ),
            ),
        ),
        Row(
            260,
            (
                Panel(
                    "story",
                    "column",
                    "Actions over time",
                    "When was it there, and what did Akamai do? unknown: nothing decided",
                    "events",
                    "fillnull value=unknown action | timechart span=15m count BY action",
                    link=link_to_search(_EVENTS, "these events"),
                ),
            ),
        ),
        Row(
            340,
            (
                Panel(
                    "its_rules",
                    "table",
                    "Rules",
                    "Which rules decided, and what was done? Click: the rule",
                    "events",
                    "search signature_id=* | fillnull value=unknown action,signature "
                    "| stats count BY signature_id signature action | sort 50 -count "
                    "| rename signature_id AS Rule, signature AS Message, action AS Action, "
                    "count AS Requests",
                    width=600,
                    link=_of("signature_id", "Rule"),
                ),
                Panel(
                    "payloads",
                    "table",
                    "What the rules matched",
                    "Where they looked, and the text that the client sent",
                    "events",
                    "search signature_data=* | fillnull value=unknown signature_selector "
                    "| stats count BY signature_id signature_selector signature_data "
                    "| sort 50 -count | rename signature_id AS Rule, signature_selector AS "
                    "Selector, signature_data AS Data, count AS Requests",
                    width=600,
                    link=_of("signature_id", "Rule"),
                ),
            ),
        ),
        Row(
            340,
            (
                Panel(
                    "asked",
                    "table",
                    "What it asked for",
                    "Hosts, paths, methods and statuses. Click: the host",
                    "events",
                    "fillnull value=unknown dest,http_method,uri_path,status "
                    "| stats count BY dest http_method uri_path status "
                    "| sort 100 -count | rename dest AS Host, http_method AS Method, "
                    "uri_path AS Path, status AS Status, count AS Requests",
                    width=550,
                    link=_of("dest", "Host"),
                ),
                Panel(
                    "answered",
                    "table",
                    "What it got with 2xx",
                    "Answered requests, and what Akamai did. Click: the host",
                    "events",
                    "search status=2* | fillnull value=unknown action,uri_path,dest,signature_id "
                    "| stats count BY dest uri_path status action signature_id | sort 100 -count "
                    "| rename dest AS Host, uri_path AS Path, status AS Status, action AS Action, "
                    "signature_id AS Rule, count AS Requests",
                    width=650,
                    link=_of("dest", "Host"),
                ),
            ),
        ),
        Row(
            340,
            (
                Panel(
                    "before_block",
                    "table",
                    "Before it was blocked",
                    "The last 100 requests before the first that was blocked",
                    "events",
                    'eval blocked_at=if(action="blocked",_time,null()) '
                    "| eventstats min(blocked_at) AS first_block "
                    "| where isnull(first_block) OR _time<first_block | sort 100 -_time "
                    f"| {_TIME} | table {_STORY} | {_STORY_NAMES}",
                    link=_of("src", "Client"),
                ),
            ),
        ),
        Row(
            320,
            (
                Panel(
                    "accounts",
                    "table",
                    "Clients and accounts",
                    "Which addresses and users are behind it? Click: the client",
                    "events",
                    "fillnull value=unknown user,src,src_country,src_asn "
                    '| eval blocked=if(action="blocked",1,0) '
                    "| stats count sum(blocked) AS blocked BY src user src_country src_asn "
                    "| sort 100 -count | rename src AS Client, user AS User, src_country AS "
                    "Country, src_asn AS ASN, blocked AS Blocked, count AS Requests",
                    width=570,
                    link=_of("src", "Client"),
                ),
                Panel(
                    "who",
                    "table",
                    "Who says it is what",
                    "User agents, reputation, bot score and segment",
                    "events",
                    "fillnull value=unknown http_user_agent_decoded,client_reputation,bot_segment "
                    "| stats count max(bot_score) AS bot_score dc(src) AS clients "
                    "BY http_user_agent_decoded client_reputation bot_segment | sort 50 -count "
                    '| rename http_user_agent_decoded AS "User agent", client_reputation AS '
                    'Reputation, bot_segment AS Segment, bot_score AS "Bot score", '
                    "clients AS Clients, count AS Requests",
                    width=630,
                ),
            ),
        ),
        Row(
            340,
            (
                Panel(
                    "same_ja4",
                    "table",
                    "The same JA4 from other addresses",
                    "Its three most frequent fingerprints. Click: the client",
                    "same_ja4",
                    'eval first=strftime(first,"%Y-%m-%d %H:%M:%S"), '
                    'last=strftime(last,"%Y-%m-%d %H:%M:%S") '
                    "| table ja4 src src_country count blocked first last "
                    "| rename ja4 AS JA4, src AS Client, src_country AS Country, "
                    "count AS Requests, blocked AS Blocked, first AS First, last AS Last",
                    link=_of("src", "Client"),
                ),
            ),
        ),
        Row(
            420,
            (
                Panel(
                    "events",
                    "table",
                    "Events",
                    "The newest 200, with Akamai's reference number. Click: the event",
                    "events",
                    f"sort 200 -_time | {_TIME} | table {_STORY} request_id "
                    f"| {_STORY_NAMES}, request_id AS Reference",
                    link=link_to_search(
                        "`akamai_siem_events`", "the event", request_id=row("Reference")
                    ),
                ),
            ),
        ),
    ),
)
