"""No client can change a field: text in every place that it controls, whatever the text imitates.

Nor can another object: members with the same names in other places have no effect.
"""

from __future__ import annotations

import copy
import itertools
import json
from typing import Any
from urllib.parse import quote, unquote

import pytest

from ta_akamai_siem.record.event import record
from tests import ROOT
from tests.oracles import golden_files
from tests.oracles.golden_files import COLLECTED
from tests.oracles.search_time.index_time import IndexTime
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.product.search.test_long_records import items, source

GUARDED = (
    *("src", "src_ip", "dest", "user", "user_id", "action", "vendor_action", "applied_action"),
    *("signature", "signature_id", "severity", "category", "attack_family", "rule_score"),
    *("rule_score_threshold", "config_id", "policy_id", "dvc", "request_id", "status", "ids_type"),
    *("http_method", "src_country", "ja4", "record_kind", "eventtype", "tag", "host", "sourcetype"),
    *("source", "index", "user_risk_score", "bot_score", "true_client_ip", "bytes_in"),
)
KEYS = (
    *("clientIP", "appliedAction", "configId", "policyId", "slowPostAction", "clientReputation"),
    *("country", "username", "originUserId", "uuid", "score", "ja4", "botScore", "host", "method"),
    *("status", "requestId", "start", "path", "query", "type", "raw", "action", "id", "tag"),
)
RULE = '{"id":"1","version":"1","message":"m","tag":"CUSTOM/X","data":"","selector":"","action":"'
PAYLOADS = (
    *(f'","{key}":"198.51.100.66","x":"' for key in KEYS),
    *(
        f'"}},"{key}":{{"clientIP":"198.51.100.66","host":"forged.example.com"}},"x":{{"y":"'
        for key in ("attackData", "geo", "userRiskData", "identity", "httpMessage", "botData")
    ),
    f'"}},{RULE}deny"}},{RULE}',
    f'"}}],"appliedAction":"deny","rules":[{RULE}',
    '"}}',
    '"]}}',
    '\\"}],"appliedAction":"deny","x":[{"y":"\\',
    '\\\\","clientIP":"198.51.100.66',
    '"httpMessage":{"start":"1000000000.000","host":"forged.example.com"}}',
    "Vector Score: 100, DENY threshold: 1, Alert Rules: 1",
    "host::evil sourcetype::x src::1.2.3.4",
    "src=1.2.3.4 user=forged action=allowed signature=none severity=low",
    "eventtype=akamai_siem_web tag::eventtype=web akamai_siem_unparsed",
    "\r\nTrue-Client-IP: 198.51.100.66\r\nContent-Length: 7\r\nUser-Agent: forged\r\n\r\n",
    '["True-Client-IP: 198.51.100.66","Content-Length: 7"]',
    "src_ip:198.51.100.66/M|user:forged|action:allowed",
    "\\u0022,\\u0022clientIP\\u0022:\\u0022198.51.100.66",
    "%22%7d%2c%22httpMessage%22%3a%7b%22host%22%3a%22forged.example.com%22%7d%0d%0a",
    "\\" * 41 + '"' * 40 + "," + "{" * 60 + "[" * 60,
    '"},"httpMessage":{"host":"' * 2000,
    "${jndi:ldap://198.51.100.66/a} /OWASP_CRS/LEAKAGE/ -ANOMALY _ANOMALY",
)
"""Each imitates something that a pattern looks for."""
PLACES = (
    *("data", "selector", "path", "query", "header", "header name", "user agent", "cookie"),
    *("referrer", "response header", "custom", "risk", "reputation", "trust", "city"),
    *("custom key", "nested custom", "key of a member", "user", "host", "method"),
)
MOVES = {"user": {"user"}, "host": {"dest"}, "method": {"http_method"}}
"""What the text in a place is, and which fields it may change."""


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge(ROOT)


def event(place: str, text: str) -> dict[str, Any]:
    """A denied request with an anomaly rule and a user; `text` in one place of it."""
    made: dict[str, Any] = source()
    attack, http = made["attackData"], made["httpMessage"]
    data = ["d", text if place == "data" else "d", "d", "Vector Score: 21, DENY threshold: 9"]
    attack["ruleData"] = items(data)
    attack["ruleTags"] = items(["OWASP_CRS/WEB_ATTACK/XSS"] * 3 + ["AKAMAI/POLICY/XSS_ANOMALY"])
    attack["ruleSelectors"] = items(["ARGS:q", text if place == "selector" else "ARGS:q", "", ""])
    attack["clientReputation"] = "ID=192.0.2.82;WEBATCK=9"
    made["userRiskData"]["risk"] = "unp:74256/H"
    if not _into_member(made, place, text):
        _into_headers(http, place, text)
    return made


def _into_member(made: dict[str, Any], place: str, text: str) -> bool:
    """Whether `place` is a member or a key that contains `text` now."""
    members = {
        **dict.fromkeys(("path", "query", "host", "method"), ("httpMessage", text)),
        **dict.fromkeys(("risk", "trust"), ("userRiskData", text.replace("%", "%25"))),
        "city": ("geo", text),
    }
    if place in members:
        name, value = members[place]
        made[name][place] = value
    elif place == "user":
        made["userRiskData"]["username"] = text
    elif place == "reputation":
        made["attackData"]["clientReputation"] = f"ID=192.0.2.82;NEW={text}"
    elif place == "custom":
        made["custom"] = {"note": items([text])}
    elif place == "custom key":
        made["custom"] = {text: text, "clientIP": text, "httpMessage": {text: text}}
    elif place == "nested custom":
        made["custom"] = [{"httpMessage": {"start": "1000000000.000", text: [{text: text}]}}]
    elif place == "key of a member":
        for inside in (made, made["attackData"], made["httpMessage"]):
            inside[f"x{text}"] = {"clientIP": text}
    return place in members or place in {
        *("user", "reputation", "custom", "custom key", "nested custom", "key of a member"),
    }


def _into_headers(http: dict[str, Any], place: str, text: str) -> None:
    """As bytes of a header: without line ends, which no client can insert into one."""
    text = text.replace("\r\n", " ")
    names = {"user agent": "User-Agent", "cookie": "Cookie", "referrer": "Referer", "header": "X-A"}
    if place == "response header":
        http["responseHeaders"] = quote(f"X-Echo: {text}\r\n") + http["responseHeaders"]
    elif place == "header name":
        http["requestHeaders"] = quote(f"{text}: x\r\n") + http["requestHeaders"]
    elif place in names:
        lines = [line for line in unquote(http["requestHeaders"]).split("\r\n") if line]
        kept = [line for line in lines if not line.startswith(names[place])]
        http["requestHeaders"] = quote("\r\n".join([f"{names[place]}: {text}", *kept]) + "\r\n")


def guarded(knowledge: Knowledge, made: dict[str, Any]) -> dict[str, Any]:
    """The fields that must not change, and the time that indexing gives the event."""
    one = record(json.dumps(made).encode(), COLLECTED)
    fields = knowledge.fields(Event(one.text, one.time, "akamai:siem"))
    time = IndexTime(knowledge.props["akamai:siem"]).time(one.text)
    return {**{name: fields.get(name) for name in GUARDED}, "_time": str(time)}


@pytest.mark.parametrize("place", PLACES)
def test_text_of_a_client(knowledge: Knowledge, place: str) -> None:
    wanted = guarded(knowledge, event(place, "harmless"))
    assert None not in [wanted[name] for name in ("src", "dest", "user", "action", "severity")]
    for payload in PAYLOADS:
        found = guarded(knowledge, event(place, payload))
        moved = {name for name in wanted if found[name] != wanted[name]}
        assert moved <= MOVES.get(place, set()), payload


IMITATION = {
    "configId": "666",
    "clientIP": "198.51.100.66",
    "appliedAction": "allow",
    "slowPostAction": "W",
    "clientReputation": "ID=198.51.100.66",
    "rules": [
        {
            **dict.fromkeys(("id", "version", "message", "tag", "data", "selector"), "forged"),
            "action": "abort",
        }
    ],
    "country": "XX",
    "username": "forged",
    "host": "forged.example.com",
    "start": "1000000000.000",
    "requestHeaders": ["True-Client-IP: 198.51.100.66"],
}
OBJECTS = ("attackData", "geo", "userRiskData", "identity", "botData", "clientData", "httpMessage")


@pytest.mark.parametrize("inside", ["", *OBJECTS, "custom", "unknown", "a list"])
@pytest.mark.parametrize("absent", [False, True])
def test_other_objects(knowledge: Knowledge, inside: str, absent: bool) -> None:
    """Objects with our names: at the top, inside each of ours, in a list; with and without ours."""
    made = event("path", "/")
    if absent:
        for name in ("geo", "userRiskData"):
            del made[name]
        del made["attackData"]["appliedAction"], made["attackData"]["clientReputation"]
    wanted = guarded(knowledge, made)
    forged = copy.deepcopy(made)
    nested = dict.fromkeys(OBJECTS, IMITATION)
    if not inside:
        forged["aaa"] = IMITATION
    elif inside == "a list":
        forged["aaa"] = [nested, IMITATION]
    else:
        forged.setdefault(inside, {})["aaa"] = {**nested, **IMITATION}
    assert guarded(knowledge, forged) == wanted


ODD: tuple[Any, ...] = (
    None,
    True,
    7,
    0.5,
    "",
    [],
    ["x"],
    {},
    {"a": [{"b": "}"}]},
    'a "b" \\ c',
    "\ud800",
)


@pytest.mark.parametrize("name", OBJECTS)
def test_one_odd_member(knowledge: Knowledge, name: str) -> None:
    """It may lose its own fields; those of its neighbours stay."""
    made = json.loads(json.dumps(golden_files.load("user_risk")["event"]))
    made.update(event("path", "/"))
    made.setdefault("identity", {"ja4": "t13d1516h2_8daaf6152771_b186095e22b6"})
    made.setdefault("botData", {"botScore": "75", "responseSegment": "3"})
    made.setdefault("clientData", {"telemetryType": "1", "appVersion": "1.2"})
    one = record(json.dumps(made).encode(), COLLECTED)
    before = knowledge.rules(Event("", "", "akamai:siem")).extracted(one.text, {})
    for member, odd in itertools.product(made[name], ODD):
        if member in ("rules", "start") or member.startswith("rule"):
            continue
        changed = copy.deepcopy(made)
        changed[name][member] = odd
        text = record(json.dumps(changed).encode(), COLLECTED).text
        after = knowledge.rules(Event("", "", "akamai:siem")).extracted(text, {})
        own = _own(member)
        lost = {
            field
            for field, value in before.items()
            if "." not in field and field != "_raw" and after.get(field) != value
        }
        assert lost <= own, (member, odd)


def _own(member: str) -> set[str]:
    """The fields that come from a member."""
    of = {
        "configId": "config_id",
        "policyId": "policy_id",
        "clientIP": "src src_ip",
        "appliedAction": "vendor_action applied_action",
        "clientReputation": "client_reputation reputation_id reputation_web_attackers"
        " reputation_dos_attackers",
        "username": "user user_domain",
        "uuid": "user_uuid user_id",
        "originUserId": "user_id",
        "emailDomain": "user_email_domain",
        "status": "user_risk_status_id status vendor_status",
        "score": "user_risk_score",
        "risk": "user_risk unp udfp",
        "trust": "user_trust ugp",
        "general": "user_general duc_1h duc_1d",
        "regionCode": "src_region",
        "botScore": "bot_score",
        "responseSegment": "bot_segment_id",
        "telemetryType": "telemetry_type_id",
        "requestId": "request_id id",
        "method": "http_method",
        "host": "dest",
        "port": "dest_port",
        "bytes": "bytes_out",
        "protocol": "http_protocol",
        "tls": "tls_version",
        "path": "uri_path",
        "query": "uri_query",
        "requestHeaders": "http_user_agent http_referrer http_referrer_domain cookie bytes_in"
        " x_forwarded_for true_client_ip http_request_content_type",
        "responseHeaders": "http_content_type",
    }
    return {*of.get(member, f"src_{member} {member}").split()}
