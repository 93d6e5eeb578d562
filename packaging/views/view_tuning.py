"""Tuning: which rule hurts real users."""

from __future__ import annotations

from data_model import REQUESTS, RULES
from filters import (
    COUNTED,
    DAY,
    WITH_DROPPED,
    WITH_MARKS,
    count,
    inputs,
    left_out,
    marks,
    named,
)
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

_COUNTED = f"sum({RULES}.blocked) AS blocked sum({RULES}.answered) AS answered"
_PEOPLE = (
    f"dc({RULES}.src) AS clients dc({RULES}.user) AS users dc({RULES}.src_country) AS countries"
)
_TITLE = "`akamai_siem_rule_title(fired_rule)`"
_RULE = link_to_view("investigation", "Investigation", kind="signature_id", value=row("Rule"))
_SHARES = "eval blocked=round(100*blocked/count,1), answered=round(100*answered/count,1)"

VIEW = View(
    name="tuning",
    label="Tuning",
    question="Which rule hurts real users? Alert first, look for false positives, then deny: many "
    "clients in many countries with few requests each are people, one client with many is a "
    "scanner",
    inputs=inputs("places", DAY),
    bases=(
        Base(
            "places",
            count(
                RULES,
                "config_id policy_id fired_rule fired_selector dest uri_path_start",
                functions=f"count {_COUNTED} sum({RULES}.fired_alone) AS alone {_PEOPLE}",
            )
            + " | sort 0 -clients",
        ),
        Base(
            "rules",
            count(
                RULES,
                "fired_rule policy_id fired_action",
                functions=f"count {_COUNTED} dc({RULES}.src) AS clients",
            )
            + " | sort 0 -count",
        ),
        Base(
            "timeline",
            count(RULES, "_time span=1h fired_action") + WITH_MARKS + WITH_DROPPED,
        ),
        Base(
            "scores",
            count(
                REQUESTS,
                "rule_score rule_score_threshold action policy_id",
                functions=f"count sum({REQUESTS}.answered) AS answered",
                more=(f"NOT {REQUESTS}.rule_score=unknown",),
            ),
        ),
        Base(
            "new_rules",
            count(
                RULES,
                "fired_rule policy_id",
                functions=f"count min(_time) AS first {_COUNTED}",
                accelerated=True,
            ),
            earliest="-7d@d",
        ),
        Base(
            "exceptions",
            count(
                RULES,
                "fired_rule fired_selector",
                functions=f"count {_COUNTED} sum({RULES}.fired_alone) AS alone {_PEOPLE}",
                more=(f"NOT {RULES}.fired_selector=unknown",),
            )
            + " | sort 0 -count",
        ),
    ),
    rows=(
        left_out("timeline"),
        Row(
            460,
            (
                Panel(
                    "places",
                    "table",
                    "Where each rule fires",
                    "Rule, selector, host and path, most clients first: share of 2xx (real users "
                    "get answers) and of blocked. Click: events of the rule on this host",
                    "places",
                    f"{_SHARES} | sort 100 -clients | {_TITLE} | {named('policy')} "
                    "| table fired_rule rule_title fired_selector dest "
                    "uri_path_start policy_id count clients users countries answered blocked "
                    "_policy "
                    "| rename fired_rule AS Rule, rule_title AS Title, "
                    "fired_selector AS Selector, dest AS Host, "
                    "uri_path_start AS Path, policy_id AS Policy, count AS Events, clients AS "
                    'Clients, users AS Users, countries AS Countries, answered AS "2xx %", '
                    'blocked AS "Blocked %"',
                    link=link_to_search(
                        "`akamai_siem_events`",
                        "events of the rule on this host",
                        signature_id_all=row("Rule"),
                        dest=row("Host"),
                    ),
                ),
            ),
        ),
        Row(
            240,
            (
                Panel(
                    "fired",
                    "column",
                    "Rules that fired, by action",
                    "What did they do, before and after a change? Lines: activations",
                    "timeline",
                    f"{COUNTED} | timechart span=1h limit=0 sum(count) AS rules BY fired_action",
                    marks=marks(3_600),
                    link=link_to_counted(
                        "the rules of this action", dataset=RULES, fired_action=SERIES
                    ),
                ),
            ),
        ),
        Row(
            300,
            (
                Panel(
                    "scores",
                    "column",
                    "Anomaly scores by action",
                    "In steps of 5, from the score named. Where would another threshold cut?",
                    "scores",
                    "eval score=5*floor(tonumber(rule_score)/5) "
                    "| chart sum(count) AS requests OVER score BY action",
                    width=600,
                    link=link_to_counted(
                        "scored events of this action", action=SERIES, rule_score="*"
                    ),
                ),
                Panel(
                    "thresholds",
                    "table",
                    "Thresholds",
                    "How many scored requests reach it, and are not blocked. Click: this view of "
                    "the policy",
                    "scores",
                    "search NOT rule_score_threshold=unknown | eval over=if(tonumber(rule_score)>="
                    'tonumber(rule_score_threshold),count,0), through=if(action="blocked",0,over) '
                    "| stats sum(count) AS scored sum(over) AS over sum(through) AS through "
                    f"BY policy_id rule_score_threshold | sort 50 -through | {named('policy')} "
                    "| table policy_id rule_score_threshold scored over through _policy "
                    "| rename policy_id AS Policy, rule_score_threshold AS Threshold, scored AS "
                    'Scored, over AS "Over it", through AS "Let through"',
                    width=600,
                    link=link_to_view("tuning", "this view of the policy", policy=row("_policy")),
                ),
            ),
        ),
        Row(
            340,
            (
                Panel(
                    "exceptions",
                    "table",
                    "What an exception would take away",
                    "Of a rule at a selector: all its events, those in which no other rule fired, "
                    "and whom it concerns. Click: the rule",
                    "exceptions",
                    f"{_SHARES} | sort 100 -clients | {_TITLE} "
                    "| table fired_rule rule_title fired_selector count alone "
                    "clients users countries answered blocked "
                    "| rename fired_rule AS Rule, rule_title AS Title, fired_selector AS Selector, "
                    "count AS Events, "
                    'alone AS "No other rule", clients AS Clients, users AS Users, countries AS '
                    'Countries, answered AS "2xx %", blocked AS "Blocked %"',
                    link=_RULE,
                ),
            ),
        ),
        Row(
            340,
            (
                Panel(
                    "only_alerting",
                    "table",
                    "Rules that only ever alert",
                    "In no policy did they do more. Ready to deny, or to switch off? Click: the "
                    "rule",
                    "rules",
                    'eval acts=if(match(fired_action,"^(?i:alert|monitor|unknown)"),0,1) '
                    "| stats sum(count) AS events max(acts) AS acts max(clients) AS clients "
                    "dc(policy_id) AS policies BY fired_rule | where acts=0 | sort 100 -events "
                    f"| {_TITLE} | table fired_rule rule_title events policies clients "
                    "| rename fired_rule AS Rule, rule_title AS Title, "
                    'events AS Events, policies AS Policies, clients AS "Clients of one policy"',
                    width=530,
                    link=_RULE,
                ),
                Panel(
                    "new_rules",
                    "table",
                    "New rules",
                    "First seen in a policy in the last 24 hours, after a change for example. "
                    "Needs acceleration",
                    "new_rules",
                    "where first>=now()-86400 "
                    '| eval first=strftime(first,"%Y-%m-%d %H:%M:%S") | sort 100 -count '
                    f"| {_TITLE} | {named('policy')} "
                    "| table fired_rule rule_title policy_id first count blocked "
                    "| rename fired_rule AS Rule, rule_title AS Title, policy_id AS Policy, "
                    "first AS First, "
                    "count AS Events, blocked AS Blocked",
                    width=670,
                    link=_RULE,
                ),
            ),
        ),
        Row(
            380,
            (
                Panel(
                    "actions",
                    "table",
                    "Rules and their actions",
                    "What does each rule do in each policy, and what is configured? Click: the "
                    "rule",
                    "rules",
                    "stats sum(count) AS events sum(blocked) AS blocked BY fired_rule policy_id "
                    "fired_action | sort 100 -events "
                    "| `akamai_siem_rule_configured(fired_rule,policy_id)` "
                    f"| {_TITLE} | {named('policy')} | table fired_rule rule_title policy_id "
                    "fired_action configured_action events blocked "
                    "| rename fired_rule AS Rule, rule_title AS Title, policy_id AS Policy, "
                    "fired_action AS Action, configured_action AS Configured, events AS Events, "
                    'blocked AS "In blocked requests"',
                    link=_RULE,
                ),
            ),
        ),
    ),
)
