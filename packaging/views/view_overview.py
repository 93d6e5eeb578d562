"""Overview: what is happening, and is anything new."""

from __future__ import annotations

from data_model import NAME, REQUESTS
from filters import COUNTED, WITH_DROPPED, WITH_MARKS, count, inputs, left_out, marks, named
from studio import (
    SERIES,
    SHADES,
    Base,
    Panel,
    Row,
    View,
    link_to_counted,
    link_to_search,
    link_to_view,
    row,
    world,
)

BLOCKED = f"sum({REQUESTS}.blocked) AS blocked"
_SUMS = "stats sum(count) AS requests sum(blocked) AS blocked"
_ZEROES = "fillnull value=0 requests,blocked"
_SHARE = "eval share=if(requests>0,round(100*blocked/requests,1),0)"


def _top(names: str = "", more: str = "", **named: str) -> str:
    """The twenty values with most requests. `named`: the title of each column, by field. `names`:
    commands that look something up, into the columns `more`.
    """
    titles = ", ".join(f"{name} AS {title}" for name, title in named.items())
    looked_up = f"| {names} " if names else ""
    return (
        f"{_SUMS} BY {' '.join(named)} | {_SHARE} | sort 20 -requests {looked_up}"
        f"| table {' '.join(named)} {more} requests share "
        f'| rename {titles}, requests AS Requests, share AS "Blocked %"'
    )


_NEW_CLIENTS = (
    count(
        REQUESTS,
        "src",
        functions="count min(_time) AS first",
        more=(f"{REQUESTS}.blocked=1",),
        accelerated=True,
    )
    + ' | where first>=relative_time(now(),"@d") | sort 20 -count'
)
"""Only clients that were blocked, and of them twenty: a week has too many others."""


VIEW = View(
    name="overview",
    label="Overview",
    question="What is happening, and is anything new?",
    inputs=inputs("targets"),
    bases=(
        Base(
            "timeline",
            count(REQUESTS, "_time span=1m action attack_family", functions=f"count {BLOCKED}")
            + WITH_MARKS
            + WITH_DROPPED,
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
            )
            + f" | append [{_NEW_CLIENTS}]",
            earliest="-7d@d",
        ),
    ),
    rows=(
        left_out("timeline"),
        Row(
            110,
            (
                Panel(
                    "requests",
                    "number",
                    "Requests",
                    "Reported by Akamai",
                    "timeline",
                    f"{COUNTED} | {_SUMS} | {_ZEROES} | fields requests",
                    width=300,
                    link=link_to_counted("all events of the time range"),
                ),
                Panel(
                    "blocked",
                    "number",
                    "Blocked",
                    "Share of the requests",
                    "timeline",
                    f"{COUNTED} | {_SUMS} | {_ZEROES} | {_SHARE} | fields share",
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
                    link=link_to_search(
                        f'| from datamodel:"{NAME}.{REQUESTS}" '
                        "| stats count BY src | sort 1000 -count",
                        "the addresses, with their requests",
                    ),
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
                    "What did Akamai do? unknown: nothing decided. Lines: activations",
                    "timeline",
                    f"{COUNTED} | timechart sum(count) AS requests BY action",
                    width=700,
                    marks=marks(60),
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
            320,
            (
                Panel(
                    "map",
                    "map",
                    "Where blocked requests come from",
                    "By country. Click: the blocked requests from it",
                    "clients",
                    "stats sum(blocked) AS blocked BY src_country | where blocked>0",
                    width=560,
                    options=world("src_country", "blocked"),
                    context=SHADES,
                    link=link_to_counted(
                        "the blocked requests from the country",
                        src_country=SERIES,
                        action="blocked",
                    ),
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
                    width=640,
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
            240,
            (
                Panel(
                    "families",
                    "area",
                    "Attack families",
                    "Which kinds of rules fired? Lines: activations",
                    "timeline",
                    f"{COUNTED} NOT attack_family IN (none, unknown) "
                    "| timechart limit=0 sum(count) AS requests BY attack_family",
                    marks=marks(60),
                    link=link_to_counted("the events of this family", attack_family=SERIES),
                ),
            ),
        ),
        Row(
            380,
            (
                Panel(
                    "top_clients",
                    "table",
                    "Top clients",
                    "Who asks most? Click: the client",
                    "clients",
                    _top(src="Client", src_country="Country", src_asn="ASN", ja4="JA4"),
                    width=755,
                    link=link_to_view(
                        "investigation", "Investigation", kind="src", value=row("Client")
                    ),
                ),
                Panel(
                    "policies",
                    "table",
                    "Policies",
                    "Which policy blocks how much? Click: this view of the policy",
                    "targets",
                    _top(
                        f"{named('config')} | {named('policy')}",
                        "_policy",
                        config_id="Configuration",
                        policy_id="Policy",
                    ),
                    width=445,
                    link=link_to_view("overview", "this view of the policy", policy=row("_policy")),
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
                    _top(dest="Host", uri_path_start="Path"),
                    width=520,
                    link=link_to_view(
                        "investigation", "Investigation", kind="dest", value=row("Host")
                    ),
                ),
                Panel(
                    "top_rules",
                    "table",
                    "Top rules",
                    "Which rules decide most? Click: the rule",
                    "rules",
                    "search NOT signature_id=unknown | "
                    + _top(
                        "`akamai_siem_rule_title(signature_id)` | rename rule_title AS Title",
                        "Title",
                        signature_id="Rule",
                        attack_family="Family",
                    ),
                    width=680,
                    link=link_to_view(
                        "investigation", "Investigation", kind="signature_id", value=row("Rule")
                    ),
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
                    width=660,
                    link=link_to_view(
                        "investigation", "Investigation", kind="signature_id", value=row("Rule")
                    ),
                ),
                Panel(
                    "first_seen",
                    "table",
                    "First seen today",
                    "And not in the seven days before; clients if blocked. Needs acceleration",
                    "first_seen",
                    'eval seen=mvappend("signature_id ".signature_id,"dest ".dest,'
                    '"src_country ".src_country,"src ".src) '
                    "| stats min(first) AS first sum(count) AS requests BY seen "
                    '| where first>=relative_time(now(),"@d") '
                    '| eval _kind=mvindex(split(seen," "),0), value=replace(seen,"^[a-z_]+ ","") '
                    '| where value!="unknown" | eval kind=case(_kind="signature_id","rule",'
                    '_kind="dest","host",_kind="src","client",true(),"country"), '
                    'first=strftime(first,"%H:%M:%S") '
                    "| sort 100 -requests | table kind value first requests _kind "
                    "| rename kind AS Kind, value AS Value, first AS First, requests AS Requests",
                    width=540,
                    link=link_to_view(
                        "investigation", "Investigation", kind=row("_kind"), value=row("Value")
                    ),
                ),
            ),
        ),
    ),
)
