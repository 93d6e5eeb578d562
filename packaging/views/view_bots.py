"""Bots and accounts: which bots, which accounts."""

from __future__ import annotations

from data_model import REQUESTS
from filters import COUNTED, WITH_DROPPED, count, inputs, left_out
from studio import SERIES, Base, Panel, Row, View, link_to_counted, link_to_view, row

_COUNTED = f"count sum({REQUESTS}.blocked) AS blocked sum({REQUESTS}.answered) AS answered"
_RULE = link_to_view("investigation", "Investigation", kind="signature_id", value=row("Rule"))
_USER = link_to_view("investigation", "Investigation", kind="user", value=row("User"))
_CLIENT = link_to_view("investigation", "Investigation", kind="src", value=row("Client"))
_HOST = link_to_view("bots", "this view of the host", host=row("Host"))
_SHARES = "eval blocked=round(100*blocked/requests,1), answered=round(100*answered/requests,1)"
_SUMS = "stats sum(count) AS requests sum(blocked) AS blocked sum(answered) AS answered"
_SHARE_NAMES = 'requests AS Requests, blocked AS "Blocked %", answered AS "2xx %"'

VIEW = View(
    name="bots",
    label="Bots and accounts",
    question="Which bots ask, and which accounts are at risk?",
    inputs=inputs("bots"),
    bases=(
        Base(
            "bots",
            count(
                REQUESTS,
                "config_id policy_id dest bot_score bot_segment_id action",
                functions=_COUNTED,
            ),
        ),
        Base(
            "rules",
            count(
                REQUESTS,
                "signature_id category dest",
                functions=f"{_COUNTED} dc({REQUESTS}.src) AS clients dc({REQUESTS}.ja4) AS ja4s",
                more=(f"{REQUESTS}.attack_family=bot",),
            )
            + " | sort 0 -count",
        ),
        Base(
            "users",
            count(
                REQUESTS,
                "user",
                functions=f"{_COUNTED} max({REQUESTS}.user_risk_score) AS risk "
                f"dc({REQUESTS}.src) AS clients dc({REQUESTS}.src_country) AS countries "
                f"dc({REQUESTS}.ja4) AS ja4s values({REQUESTS}.user_risk_reasons) AS reasons",
                more=(f"{REQUESTS}.user=*",),
            )
            + " | sort 0 -count",
        ),
        Base(
            "shared",
            count(
                REQUESTS,
                "src src_country",
                functions=f"{_COUNTED} dc({REQUESTS}.user) AS users "
                f"max({REQUESTS}.user_risk_score) AS risk",
                more=(f"{REQUESTS}.user=*",),
            )
            + " | sort 0 -users",
        ),
        Base(
            "reasons",
            count(
                REQUESTS,
                "user_risk_reasons",
                functions=f"count dc({REQUESTS}.user) AS users dc({REQUESTS}.src) AS clients",
                more=(f"NOT {REQUESTS}.user_risk_reasons=unknown",),
            ),
        ),
        Base(
            "risk",
            count(
                REQUESTS,
                "_time span=1m user_risk_score",
                functions=f"count dc({REQUESTS}.user) AS users",
                more=(f"NOT {REQUESTS}.user_risk_score=unknown",),
            )
            + WITH_DROPPED,
        ),
    ),
    rows=(
        left_out("risk"),
        Row(
            300,
            (
                Panel(
                    "scores",
                    "column",
                    "Bot scores",
                    "0 is a human, 100 a bot; in steps of 10. What was done with each?",
                    "bots",
                    "search NOT bot_score=unknown "
                    "| eval score=10*floor(min(tonumber(bot_score),99)/10) "
                    "| chart sum(count) AS requests OVER score BY action",
                    width=600,
                    link=link_to_counted(
                        "scored events of this action", action=SERIES, bot_score="*"
                    ),
                ),
                Panel(
                    "segments",
                    "bar",
                    "Response segments",
                    "Akamai's answer to the score, in words",
                    "bots",
                    "search NOT bot_segment_id=unknown "
                    "| lookup akamai_siem_bot_segment bot_segment_id OUTPUT bot_segment "
                    "| chart sum(count) AS requests OVER bot_segment BY action",
                    width=600,
                    link=link_to_counted(
                        "events with a segment, of this action", action=SERIES, bot_segment_id="*"
                    ),
                ),
            ),
        ),
        Row(
            360,
            (
                Panel(
                    "kinds",
                    "table",
                    "Bots by rule",
                    "Known bots, undeclared ones, impersonators: which, and what became of them? "
                    "Click: the rule",
                    "rules",
                    f"{_SUMS} max(clients) AS clients BY category signature_id | {_SHARES} "
                    "| sort 50 -requests | table category signature_id requests blocked answered "
                    f"clients | rename category AS Kind, signature_id AS Rule, {_SHARE_NAMES}, "
                    'clients AS "Clients of one host"',
                    width=600,
                    link=_RULE,
                ),
                Panel(
                    "hosts",
                    "table",
                    "Hosts",
                    "How much of a host's scored traffic is bots (score over 70)? Click: this view "
                    "of the host",
                    "bots",
                    "search NOT bot_score=unknown "
                    "| eval bots=if(tonumber(bot_score)>70,count,0) "
                    f"| {_SUMS} sum(bots) AS bots BY dest | {_SHARES} "
                    "| eval bots=round(100*bots/requests,1) | sort 50 -bots "
                    "| table dest requests bots blocked answered "
                    f'| rename dest AS Host, bots AS "Bots %", {_SHARE_NAMES}',
                    width=600,
                    link=_HOST,
                ),
            ),
        ),
        Row(
            220,
            (
                Panel(
                    "impersonators",
                    "table",
                    "Impersonators",
                    "Bots that pretend to be a known one. Click: the rule",
                    "rules",
                    'search category="Bot Impersonation" '
                    "| table signature_id dest count clients ja4s blocked answered | rename "
                    "signature_id AS Rule, dest AS Host, count AS Requests, clients AS Clients, "
                    "ja4s AS JA4s, blocked AS Blocked, answered AS 2xx",
                    link=_RULE,
                ),
            ),
        ),
        Row(
            300,
            (
                Panel(
                    "risky",
                    "table",
                    "Accounts by risk",
                    "Up to 25 is low, up to 50 medium, above high; with the reasons (H high, M "
                    "medium). Click: the account",
                    "users",
                    'eval rank=case(risk<=25,"low",risk<=50,"medium",risk>50,"high"), '
                    'reasons=mvjoin(mvfilter(reasons!="unknown"),", ") '
                    "| sort 50 -risk | table user risk rank reasons count clients countries ja4s "
                    "| rename user AS User, risk AS Risk, rank AS Rank, reasons AS Reasons, count "
                    "AS Requests, clients AS Clients, countries AS Countries, ja4s AS JA4s",
                    link=_USER,
                ),
            ),
        ),
        Row(
            300,
            (
                Panel(
                    "risk",
                    "area",
                    "User risk over time",
                    "Requests of accounts, by rank of their risk",
                    "risk",
                    f"{COUNTED} | eval score=tonumber(user_risk_score), "
                    'rank=case(score<=25,"low",score<=50,"medium",'
                    'score>50,"high") | timechart sum(count) AS requests BY rank',
                    width=600,
                    options={
                        "seriesColorsByField": {
                            "high": "#DC4E41",
                            "medium": "#F8BE34",
                            "low": "#5FBFA9",
                        }
                    },
                    link=link_to_counted("events with a risk", user_risk_score="*"),
                ),
                Panel(
                    "reasons",
                    "table",
                    "Reasons of risk",
                    "udfp: new device, ugp: new country, unp: new network, uasn: new ASN. Click: "
                    "the events",
                    "reasons",
                    "sort 50 -count | table user_risk_reasons count users clients "
                    "| rename user_risk_reasons AS Reason, count AS Requests, users AS Accounts, "
                    "clients AS Clients",
                    width=600,
                    link=link_to_counted("the events", user_risk_reasons=row("Reason")),
                ),
            ),
        ),
        Row(
            340,
            (
                Panel(
                    "many_users",
                    "table",
                    "Many accounts from one client",
                    "Stuffed credentials, or one address for an office. Click: the client",
                    "shared",
                    "where users>1 | sort 50 -users | table src src_country users risk count "
                    "blocked | rename src AS Client, src_country AS Country, users AS Accounts, "
                    'risk AS "Highest risk", count AS Requests, blocked AS Blocked',
                    width=600,
                    link=_CLIENT,
                ),
                Panel(
                    "many_clients",
                    "table",
                    "Many clients for one account",
                    "A shared or stolen account. Click: the account",
                    "users",
                    "where clients>1 | sort 50 -clients | table user clients countries ja4s risk "
                    "count | rename user AS User, clients AS Clients, countries AS Countries, "
                    'ja4s AS JA4s, risk AS "Highest risk", count AS Requests',
                    width=600,
                    link=_USER,
                ),
            ),
        ),
    ),
)
