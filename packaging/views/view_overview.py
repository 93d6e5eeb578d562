"""Overview: what is happening, and is anything new."""

from __future__ import annotations

from data_model import REQUESTS
from filters import count, inputs
from studio import (
    SERIES,
    Base,
    Panel,
    Row,
    View,
    link_to_counted,
    link_to_search,
    link_to_view,
    row,
)

BLOCKED = f"sum({REQUESTS}.blocked) AS blocked"
_SUMS = "stats sum(count) AS requests sum(blocked) AS blocked"
_ZEROES = "fillnull value=0 requests,blocked"
_SHARE = "eval share=if(requests>0,round(100*blocked/requests,1),0)"


def _top(by: str, named: str, columns: str) -> str:
    """The twenty values with most requests."""
    return (
        f"{_SUMS} BY {by} | {_SHARE} | sort 20 -requests | table {columns} requests share "
        f'| rename {named}, requests AS Requests, share AS "Blocked %"'
    )


VIEW = View(
    name="overview",
    label="Overview",
    question="What is happening, and is anything new?",
    inputs=inputs("targets"),
    bases=(
        Base(
            "timeline",
            count(REQUESTS, "_time span=1m action attack_family", functions=f"count {BLOCKED}"),
        ),
        Base(
            "targets",
            count(
                REQUESTS,
                "config_id policy_id dest uri_path_start",
                functions=f"count {BLOCKED}",
            )
            + " | sort 0 -count",
        ),
        Base(
            "clients",
            count(REQUESTS, "src src_country src_asn ja4", functions=f"count {BLOCKED}")
            + " | sort 0 -count",
        ),
        Base(
            "rules",
            count(
                REQUESTS,
                "signature_id attack_family rule_score_exceeded action dest status",
                functions=f"count {BLOCKED}",
            )
            + " | sort 0 -count",
        ),
        Base(
            "before",
            count(REQUESTS, "_time span=1h", functions=f"count {BLOCKED}", accelerated=True),
            earliest="-7d@h",
        ),
        Base(
            "first_seen",
            count(
                REQUESTS,
                "signature_id dest src_country",
                functions="count min(_time) AS first",
                accelerated=True,
            ),
            earliest="-7d@d",
        ),
    ),
    rows=(
        Row(
            110,
            (
                Panel(
                    "requests",
                    "number",
                    "Requests",
                    "Reported by Akamai",
                    "timeline",
                    f"{_SUMS} | {_ZEROES} | fields requests",
                    width=300,
                    link=link_to_counted("all events of the time range"),
                ),
                Panel(
                    "blocked",
                    "number",
                    "Blocked",
                    "Share of the requests",
                    "timeline",
                    f"{_SUMS} | {_ZEROES} | {_SHARE} | fields share",
                    width=300,
                    options={"unit": "%"},
                    link=link_to_counted("the blocked requests", action="blocked"),
                ),
                Panel(
                    "let_through",
                    "number",
                    "Attacks let through",
                    "Over their threshold, not blocked",
                    "rules",
                    "search rule_score_exceeded=yes NOT action=blocked "
                    f"| {_SUMS} | {_ZEROES} | fields requests",
                    width=300,
                    link=link_to_view("tuning", "Tuning"),
                ),
                Panel(
                    "clients",
                    "number",
                    "Clients",
                    "Different addresses",
                    "clients",
                    "stats dc(src) AS clients",
                    width=300,
                ),
            ),
        ),
        Row(
            280,
            (
                Panel(
                    "actions",
                    "area",
                    "Requests by action",
                    "What did Akamai do? unknown: nothing decided",
                    "timeline",
                    "timechart sum(count) AS requests BY action",
                    width=700,
                    link=link_to_counted("the events of this action", action=SERIES),
                ),
                Panel(
                    "usual",
                    "line",
                    "Blocked share against the days before, in %",
                    "Last 24 hours beside the same hours of the week. Needs acceleration",
                    "before",
                    "eval hour=floor((_time%86400)/3600), recent=if(_time>=now()-86400,1,0), "
                    "requests=count*recent, blocked_now=blocked*recent, earlier=count*(1-recent), "
                    "blocked_earlier=blocked*(1-recent) | stats max(_time) AS _time "
                    "sum(requests) AS requests sum(blocked_now) AS blocked_now sum(earlier) AS "
                    "earlier sum(blocked_earlier) AS blocked_earlier BY hour "
                    "| where requests>0 AND earlier>0 "
                    "| eval today=round(100*blocked_now/requests,1), "
                    "usual=round(100*blocked_earlier/earlier,1) "
                    "| sort 0 _time | table _time today usual",
                    width=500,
                    link=link_to_counted("the blocked requests", action="blocked"),
                ),
            ),
        ),
        Row(
            300,
            (
                Panel(
                    "families",
                    "area",
                    "Attack families",
                    "Which kinds of rules fired?",
                    "timeline",
                    "search NOT attack_family IN (none, unknown) "
                    "| timechart limit=0 sum(count) AS requests BY attack_family",
                    width=700,
                    link=link_to_counted("the events of this family", attack_family=SERIES),
                ),
                Panel(
                    "countries",
                    "bar",
                    "Countries",
                    "Where do the requests come from? The twelve with most",
                    "clients",
                    f"{_SUMS} BY src_country | sort 12 -requests "
                    "| lookup akamai_siem_country src_country OUTPUT src_country_name "
                    "| eval allowed=requests-blocked "
                    "| table src_country_name blocked allowed src_country",
                    width=500,
                    options={
                        "x": '> primary | seriesByName("src_country_name")',
                        "y": '> primary | frameBySeriesNames("blocked","allowed")',
                    },
                    link=link_to_search(
                        '| from datamodel:"Akamai_SIEM.Requests" '
                        "| lookup akamai_siem_country src_country OUTPUT src_country_name | search",
                        "the events from the country",
                        src_country_name=row("src_country_name"),
                    ),
                ),
            ),
        ),
        Row(
            380,
            (
                Panel(
                    "targets",
                    "table",
                    "Top targets",
                    "What is asked for most? Click: the host",
                    "targets",
                    _top(
                        "dest uri_path_start",
                        "dest AS Host, uri_path_start AS Path",
                        "dest uri_path_start",
                    ),
                    width=480,
                    link=link_to_view(
                        "investigation", "Investigation", kind="dest", value=row("Host")
                    ),
                ),
                Panel(
                    "top_clients",
                    "table",
                    "Top clients",
                    "Who asks most? Click: the client",
                    "clients",
                    _top(
                        "src src_country src_asn ja4",
                        "src AS Client, src_country AS Country, src_asn AS ASN, ja4 AS JA4",
                        "src src_country src_asn ja4",
                    ),
                    width=720,
                    link=link_to_view(
                        "investigation", "Investigation", kind="src", value=row("Client")
                    ),
                ),
            ),
        ),
        Row(
            380,
            (
                Panel(
                    "top_rules",
                    "table",
                    "Top rules",
                    "Which rules decide most? Click: the rule",
                    "rules",
                    "search NOT signature_id=unknown | "
                    + _top(
                        "signature_id attack_family",
                        "signature_id AS Rule, attack_family AS Family",
                        "signature_id attack_family",
                    ),
                    width=600,
                    link=link_to_view(
                        "investigation", "Investigation", kind="signature_id", value=row("Rule")
                    ),
                ),
                Panel(
                    "policies",
                    "table",
                    "Policies",
                    "Which policy blocks how much? Click: this view of the policy",
                    "targets",
                    _top(
                        "config_id policy_id",
                        "config_id AS Configuration, policy_id AS Policy",
                        "config_id policy_id",
                    ),
                    width=600,
                    link=link_to_view("overview", "this view of the policy", policy=row("Policy")),
                ),
            ),
        ),
        Row(
            380,
            (
                Panel(
                    "got_through",
                    "table",
                    "What got through",
                    "Attacks over their threshold that were not blocked, with the status that the "
                    "client got. Click: the rule",
                    "rules",
                    "search rule_score_exceeded=yes NOT action=blocked "
                    "| stats sum(count) AS requests BY signature_id dest status action "
                    "| sort 50 -requests | table signature_id dest status action requests "
                    "| rename signature_id AS Rule, dest AS Host, status AS Status, "
                    "action AS Action, requests AS Requests",
                    width=700,
                    link=link_to_view(
                        "investigation", "Investigation", kind="signature_id", value=row("Rule")
                    ),
                ),
                Panel(
                    "first_seen",
                    "table",
                    "First seen today",
                    "Rules, hosts and countries that the seven days before did not have. "
                    "Needs acceleration",
                    "first_seen",
                    'eval seen=mvappend("signature_id ".signature_id,"dest ".dest,'
                    '"src_country ".src_country) '
                    "| stats min(first) AS first sum(count) AS requests BY seen "
                    '| where first>=relative_time(now(),"@d") '
                    '| eval _kind=mvindex(split(seen," "),0), value=replace(seen,"^[a-z_]+ ","") '
                    '| where value!="unknown" | eval kind=case(_kind="signature_id","rule",'
                    '_kind="dest","host",true(),"country"), '
                    'first=strftime(first,"%H:%M:%S") '
                    "| sort 50 -requests | table kind value first requests _kind "
                    "| rename kind AS Kind, value AS Value, first AS First, requests AS Requests",
                    width=500,
                    link=link_to_view(
                        "investigation", "Investigation", kind=row("_kind"), value=row("Value")
                    ),
                ),
            ),
        ),
    ),
)
