"""APIs and DDoS: abuse of APIs, and floods."""

from __future__ import annotations

from data_model import REQUESTS
from filters import DROPPED, count, inputs, left_out, named
from studio import SERIES, Base, Panel, Row, View, link_to_counted, link_to_view, row

_COUNTED = f"count sum({REQUESTS}.blocked) AS blocked sum({REQUESTS}.answered) AS answered"
_RULE = link_to_view("investigation", "Investigation", kind="signature_id", value=row("Rule"))
_HOST = link_to_view("investigation", "Investigation", kind="dest", value=row("Host"))
_CLIENT = link_to_view("investigation", "Investigation", kind="src", value=row("Client"))
_API = link_to_counted("the events of the API", api_id=row("_api"))
_SUMS = "stats sum(count) AS requests sum(blocked) AS blocked sum(answered) AS answered"
_SHARES = "eval blocked=round(100*blocked/requests,1), answered=round(100*answered/requests,1)"
_SHARE_NAMES = 'requests AS Requests, blocked AS "Blocked %", answered AS "2xx %"'
_FLOODS = f"({REQUESTS}.attack_family IN (rate, ddos) OR NOT {REQUESTS}.slow_post_action=unknown)"

VIEW = View(
    name="apis",
    label="APIs and DDoS",
    question="Who abuses the APIs, and who floods the sites?",
    inputs=inputs("hosts"),
    bases=(
        Base(
            "apis",
            count(
                REQUESTS,
                "api_id api_key http_method dest uri_path_start",
                functions=f"{_COUNTED} dc({REQUESTS}.src) AS clients",
                more=(f"NOT {REQUESTS}.api_id=unknown",),
            )
            + " | sort 0 -count",
        ),
        Base(
            "constraints",
            count(
                REQUESTS,
                "api_id signature_id dest uri_path_start action",
                functions=f"{_COUNTED} dc({REQUESTS}.src) AS clients",
                more=(f"{REQUESTS}.attack_family=api",),
            )
            + " | sort 0 -count",
        ),
        Base(
            "floods",
            count(
                REQUESTS,
                "_time span=1m attack_family category signature_id slow_post_action action dest",
                functions=_COUNTED,
                more=(_FLOODS,),
            ),
        ),
        Base(
            "hosts",
            count(
                REQUESTS,
                "_time span=1s config_id policy_id dest",
                functions=f"count sum({REQUESTS}.blocked) AS blocked",
            ),
        ),
        Base(
            "flooders",
            count(
                REQUESTS,
                "_time span=1s src src_country dest",
                functions=_COUNTED,
                more=(_FLOODS,),
            ),
        ),
        Base("dropped", DROPPED),
    ),
    rows=(
        left_out("dropped"),
        Row(
            360,
            (
                Panel(
                    "apis",
                    "table",
                    "APIs",
                    "Registered at Akamai, by name or id. Click: the events",
                    "apis",
                    f"{_SUMS} max(clients) AS clients BY api_id | {_SHARES} | sort 50 -requests "
                    f"| {named('api')} | table api_id requests blocked answered clients _api "
                    "| rename api_id AS API, "
                    f'{_SHARE_NAMES}, clients AS "Clients of one path"',
                    width=430,
                    link=_API,
                ),
                Panel(
                    "calls",
                    "table",
                    "Calls",
                    "API, method, host and path. Click: the events of the API",
                    "apis",
                    f"{_SUMS} BY api_id http_method dest uri_path_start | {_SHARES} "
                    f"| sort 50 -requests | {named('api')} "
                    "| table api_id http_method dest uri_path_start requests blocked answered _api "
                    "| rename api_id AS API, http_method AS Method, dest AS "
                    f"Host, uri_path_start AS Path, {_SHARE_NAMES}",
                    width=770,
                    link=_API,
                ),
            ),
        ),
        Row(
            340,
            (
                Panel(
                    "keys",
                    "table",
                    "Keys",
                    "How often are calls with them blocked? Click: the events",
                    "apis",
                    f"search NOT api_key=unknown | {_SUMS} BY api_key api_id | {_SHARES} "
                    f"| sort 50 -requests | {named('api')} | table api_key api_id requests "
                    "blocked answered _api "
                    f"| rename api_key AS Key, api_id AS API, {_SHARE_NAMES}",
                    width=440,
                    link=link_to_counted("the events of the key", api_key=row("Key")),
                ),
                Panel(
                    "constraints",
                    "table",
                    "Constraint violations",
                    "Calls that are not as declared. Click: the rule",
                    "constraints",
                    f"sort 50 -count | {named('api')} | table api_id signature_id dest "
                    "uri_path_start action count clients "
                    "| rename api_id AS API, signature_id AS Rule, dest AS Host, "
                    "uri_path_start AS Path, action AS Action, count AS Requests, clients AS "
                    "Clients",
                    width=760,
                    link=_RULE,
                ),
            ),
        ),
        Row(
            300,
            (
                Panel(
                    "floods",
                    "area",
                    "Rate, URL protection and other floods",
                    "Requests on which such a rule decided, by kind",
                    "floods",
                    "search attack_family IN (rate, ddos) "
                    "| timechart limit=0 sum(count) AS requests BY category",
                    width=700,
                    link=link_to_counted("the events of this kind", category=SERIES),
                ),
                Panel(
                    "slow_posts",
                    "bar",
                    "Slow POSTs",
                    "Hosts with bodies that came slowly: A aborted, W warned",
                    "floods",
                    "search NOT slow_post_action=unknown "
                    "| chart sum(count) AS requests OVER dest BY slow_post_action",
                    width=500,
                    options={"seriesColorsByField": {"A": "#DC4E41", "W": "#F8BE34"}},
                    link=link_to_counted("the events", slow_post_action=SERIES),
                ),
            ),
        ),
        Row(
            360,
            (
                Panel(
                    "rate_rules",
                    "table",
                    "Rate and DDoS rules",
                    "Which rule acts where? Click: the rule",
                    "floods",
                    "search attack_family IN (rate, ddos) "
                    f"| {_SUMS} BY category signature_id action dest | {_SHARES} "
                    "| sort 50 -requests | table category signature_id action dest requests "
                    "answered | rename category AS Kind, signature_id AS Rule, action AS Action, "
                    'dest AS Host, requests AS Requests, answered AS "2xx %"',
                    width=610,
                    link=_RULE,
                ),
                Panel(
                    "flooders",
                    "table",
                    "Clients that flood",
                    "Most requests within one second and in all, on which such a rule decided. "
                    "Click: the client",
                    "flooders",
                    "stats max(count) AS peak sum(count) AS requests sum(blocked) AS blocked "
                    "dc(dest) AS hosts BY src src_country | sort 50 -peak,-requests "
                    '| rename src AS Client, src_country AS Country, peak AS "Peak a second", '
                    "requests AS Requests, blocked AS Blocked, hosts AS Hosts",
                    width=590,
                    link=_CLIENT,
                ),
            ),
        ),
        Row(
            300,
            (
                Panel(
                    "per_host",
                    "line",
                    "Requests a minute, by host",
                    "Of those that Akamai reports",
                    "hosts",
                    "timechart sum(count) AS requests BY dest",
                    width=700,
                    link=link_to_counted("the events of the host", dest=SERIES),
                ),
                Panel(
                    "peaks",
                    "table",
                    "Peaks of hosts",
                    "Most reported requests within one second. Click: the host",
                    "hosts",
                    "stats max(count) AS peak sum(count) AS requests sum(blocked) AS blocked "
                    "BY dest | sort 50 -peak,-requests | rename dest AS Host, "
                    'peak AS "Peak a second", requests AS Requests, blocked AS Blocked',
                    width=500,
                    link=_HOST,
                ),
            ),
        ),
    ),
)
