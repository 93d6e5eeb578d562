"""The data model `Akamai_SIEM`: which fields of an event the views count by.

`Requests` has a row for each event, `Rules` one for each rule that fired. Both hold ids, no names:
summaries keep what a lookup said on the day they were made. A field that an event lacks is
`unknown`, so that each event is counted in each panel. No query, URL, request id or header is in
it, and of a path only the beginning: each different value costs disk in every summary.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

NAME = "Akamai_SIEM"
REQUESTS = "Requests"
RULES = "Rules"
UNKNOWN = "unknown"
_ABSENT = "-"
"""The event's own field, and none where it has none: so that accounts can be counted."""
_INHERITED = {"_time": "timestamp", "host": "string", "source": "string", "sourcetype": "string"}


class Field(NamedTuple):
    """`expression`: of eval; "" for the event's own field, or `unknown`. `says`: for the docs."""

    name: str
    says: str
    expression: str = ""
    kind: str = "string"


def _number(name: str, says: str, expression: str) -> Field:
    return Field(name, says, expression, "number")


PATH = Field(
    "uri_path_start",
    "the path, up to its third segment: `/api/v2/orders/*`",
    f'coalesce(replace(uri_path,"^((?:/[^/]*){{3}})/.*$","\\1/*"),"{UNKNOWN}")',
)
_OF_BOTH = (
    Field("action", "what Akamai did"),
    Field("config_id", "the security configuration"),
    Field("policy_id", "the security policy"),
    Field("src", "the client's address"),
    Field("src_country", "its country"),
    Field("src_asn", "its autonomous system"),
    Field("ja4", "fingerprint of its TLS"),
    Field("user", "the account, from account protection; absent if there is none", _ABSENT),
    Field("dest", "the host asked for"),
    PATH,
    Field("status", "the status that the client got"),
    _number("blocked", "1 if the request was blocked, else 0", 'if(action="blocked",1,0)'),
    _number("answered", "1 if the client got a status 2xx, else 0", 'if(match(status,"^2"),1,0)'),
)
FIELDS: dict[str, tuple[Field, ...]] = {
    REQUESTS: (
        *_OF_BOTH,
        Field("vendor_action", "what Akamai did, in its own word"),
        Field("severity", "severity"),
        Field("category", "the attack in words"),
        Field("attack_family", "the family it belongs to"),
        Field("signature_id", "the rule that decided"),
        Field("rule_score", "the anomaly score"),
        Field("rule_score_threshold", "the score at which the rule acts"),
        Field("rule_score_exceeded", "whether the score reached it"),
        Field("http_method", "the method"),
        Field("bot_score", "0 (human) to 100 (bot)"),
        Field("bot_segment_id", "Akamai's response segment"),
        Field("user_risk_score", "0 to 100"),
        Field(
            "user_risk_reasons",
            "the indicators of `user_risk`, with level and without value: `udfp/M`",
            f'coalesce(split(replace(user_risk,":[^/|]*",""),"|"),"{UNKNOWN}")',
        ),
        Field("slow_post_action", "outcome of Slow POST protection"),
        Field("api_id", "the API, registered at Akamai"),
        Field("api_key", "the key that the client used"),
    ),
    RULES: (
        *_OF_BOTH,
        Field("fired_rule", "id of this rule"),
        Field("fired_selector", "where this rule looked"),
        Field("fired_action", "action of this rule"),
        _number(
            "fired_alone",
            "1 if no other rule fired (anomaly rules do not count), else 0",
            "if(rules_fired=1,1,0)",
        ),
    ),
}
_READ = (
    *("src", "src_country", "src_asn", "ja4", "user", "dest", "uri_path", "status", "action"),
    *("config_id", "policy_id", "rule_all", "rule_score"),
)
"""What the rows of `Rules` keep of an event: `mvexpand` copies all of it for each rule."""
RULES_SEARCH = " | ".join(
    (
        "`akamai_siem_events` rule_all=*",
        f"fields _time host source sourcetype {' '.join(_READ)}",
        "eval rules_fired=mvcount(rule_all)-if(isnull(rule_score),0,1)",
        "mvexpand rule_all",
        # A rule's keys are always these, in this order; no text of a client can close a string.
        r'rex field=rule_all "^[{]\"id\":\"(?<fired_rule>[^\"]+)\",\"version\""',
        (
            r'rex field=rule_all "\"selector\":\"(?<fired_selector>[^\"]+)\",'
            r'\"action\":\"[^\"]*\"[}]$"'
        ),
        r'rex field=rule_all "\"action\":\"(?<fired_action>[^\"]+)\"[}]$"',
    )
)


def text() -> str:
    """default/data/models/Akamai_SIEM.json."""
    model = {
        "modelName": NAME,
        "displayName": "Akamai SIEM",
        "description": "Requests that Akamai's security products reported, and the rules that "
        "fired on them. docs/views.md says how to accelerate it.",
        "objectSummary": {"Event-Based": 1, "Transaction-Based": 0, "Search-Based": 1},
        "objects": [
            {
                **_dataset(REQUESTS, "BaseEvent", "One row for each event."),
                "constraints": [{"search": "`akamai_siem_events`", "owner": REQUESTS}],
            },
            {
                **_dataset(RULES, "BaseSearch", "One row for each rule that fired."),
                "constraints": [],
                "baseSearch": RULES_SEARCH,
            },
        ],
        "objectNameList": [REQUESTS, RULES],
    }
    return json.dumps(model, indent=2) + "\n"


def _dataset(name: str, parent: str, comment: str) -> dict[str, Any]:
    return {
        "objectName": name,
        "displayName": name,
        "parentName": parent,
        "comment": comment,
        "lineage": name,
        "fields": [
            *(_field(known, kind, parent) for known, kind in _INHERITED.items()),
            *(
                _field(field.name, field.kind, name, field.says)
                for field in FIELDS[name]
                if field.expression == _ABSENT
            ),
        ],
        "calculations": [
            _calculation(name, field) for field in FIELDS[name] if field.expression != _ABSENT
        ],
    }


def _field(name: str, kind: str, owner: str, comment: str = "") -> dict[str, Any]:
    return {
        "fieldName": name,
        "owner": owner,
        "type": kind,
        "fieldSearch": "",
        "required": False,
        "multivalue": False,
        "hidden": False,
        "editable": False,
        "displayName": name,
        "comment": comment,
    }


def _calculation(dataset: str, field: Field) -> dict[str, Any]:
    return {
        "calculationID": f"{dataset.lower()}_{field.name}",
        "calculationType": "Eval",
        "owner": dataset,
        "editable": True,
        "comment": "",
        "expression": field.expression or f'coalesce({field.name},"{UNKNOWN}")',
        "outputFields": [_field(field.name, field.kind, dataset, field.says)],
    }
