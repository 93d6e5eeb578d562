"""Fields that patterns extract from `_raw`, by object. A member or a header is one line here."""

from __future__ import annotations

from pieces import (
    BEFORE_ATTACK,
    BEHIND_TAG,
    END,
    HTTP_MESSAGE,
    MITIGATED,
    MORE,
    RULES,
    SOME,
    STRING,
    TEXTS,
    WATCHED,
    digits,
    headers,
    members,
    number,
    optional,
    rule,
    text,
    whole,
)

_IPV4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?=[:\"])"
_IPV6 = r"[0-9A-Fa-f]*+:[0-9A-Fa-f:.]++"
CLIENT = rf'"\[?+(?<src>(?<src_ip>{_IPV4}|{_IPV6}))[^"\\]*+"'.replace('\\"', '"')
"""An address, without brackets, port and zone."""
_PORT = r'\.?+(?::[0-9]*+)?+"'
HOST = (
    rf'"(?<dest>\[[^\]"\\]++\](?={_PORT})|(?:[^":\\.]++|\\.|\.(?!{_PORT}))++(?={_PORT})|{SOME})'
    rf'(?:{_PORT}|")'
)
"""A host without port and final dot."""
USER = rf'"(?:(?<user_domain>[^"\\]++)\\\\(?=[^"]))?+(?<user>{SOME})"'
STATUS = r'"?+(?<vendor_status>(?<status>[1-5][0-9]{2}(?![0-9]))|[0-9]{1,15}+)"?+(?=[,}])'
REPUTATION = (
    r'"(?<client_reputation>(?!")(?:(?:ID=(?<reputation_id>[^;"\\]++)|WEBATCK=(?<reputation_web_attackers>[0-9.]++)'
    r"|DOSATCK=(?<reputation_dos_attackers>[0-9.]++)|SCANTL=(?<reputation_scanning_tools>[0-9.]++)"
    r'|WEBSCRP=(?<reputation_web_scrapers>[0-9.]++)|[^;"\\]++|\\.);?+)*+)"'
)

ATTACK_IDS = {
    "configId": number("config_id"),
    "policyId": text("policy_id"),
    "clientIP": CLIENT,
}
"""They precede the rules, except in an `attackData` that was kept unchanged."""
ATTACK = {
    "appliedAction": f'"(?<vendor_action>(?<applied_action>{SOME}))"',
    "apiId": text("api_id"),
    "apiKey": text("api_key"),
    "slowPostAction": text("slow_post_action"),
    "clientReputation": REPUTATION,
}
GEO = {
    "continent": text("src_continent"),
    "country": text("src_country"),
    "regionCode": text("src_region"),
    "city": text("src_city"),
    "asn": text("src_asn"),
}
BOT = {"botScore": number("bot_score"), "responseSegment": number("bot_segment_id")}
CLIENT_DATA = {"telemetryType": number("telemetry_type_id")}
USER_RISK = {
    "status": number("user_risk_status_id"),
    "score": number("user_risk_score"),
    "uuid": text("user_uuid"),
    "username": USER,
    "originUserId": text("user_id"),
    "emailDomain": text("user_email_domain"),
    "risk": text("user_risk"),
    "trust": text("user_trust"),
    "general": text("user_general"),
}
IDENTITY = {"ja4": text("ja4")}
_BLANKS = r"(?:[ ]|\\t)*+"
REFERRER = (
    r"(?<http_referrer>(?:[A-Za-z][A-Za-z0-9+.-]*+://(?:[^/?#@\"\\]*+@)*+"
    r"(?<http_referrer_domain>\[[0-9A-Fa-f:.]++\]|[^/:?#@\"\\]++))?+"
    rf"(?!\"){MORE})"
).replace('\\"', '"')
REQUEST_HEADERS = {
    "User-Agent": ("http_user_agent", f"(?<http_user_agent>{SOME})"),
    "Referer": ("http_referrer", REFERRER),
    "Cookie": ("cookie", f"(?<cookie>{SOME})"),
    "X-Forwarded-For": ("x_forwarded_for", f"(?<x_forwarded_for>{SOME})"),
    "True-Client-IP": ("true_client_ip", f"(?<true_client_ip>{SOME})"),
    "Content-Type": ("http_request_content_type", f"(?<http_request_content_type>{SOME})"),
    "Content-Length": ("bytes_in", rf'(?<bytes_in>[0-9]{{1,10}}+){_BLANKS}(?=")'),
}
RESPONSE_HEADERS = {
    "Content-Type": ("http_content_type", f"(?<http_content_type>{SOME})"),
}
HTTP = {
    "method": text("http_method"),
    "host": HOST,
    "port": digits("dest_port"),
    "status": STATUS,
    "bytes": digits("bytes_out"),
    "protocol": text("http_protocol"),
    "tls": text("tls_version"),
    "requestId": text("request_id"),
    "path": text("uri_path"),
    "query": text("uri_query"),
    "requestHeaders": headers(REQUEST_HEADERS),
    "responseHeaders": headers(RESPONSE_HEADERS),
}
_LINE = r'(?:[^"\\]++|\\(?:["\\/bft]|u[0-9a-f]{4})|\\r(?!\\n)|(?:\\r)?+\\n(?=[ ]|\\t))'
"""A piece of a header line inside one string, as 0.1.0 wrote all headers; a folded line is whole.
"""


def _in_one_string(patterns: dict[str, tuple[str, str]]) -> str:
    """Headers in one string, in one pass; the first header of a name counts."""
    known = "".join(
        f"(?(<{field}>)(?!)|(?i:{name}):{_BLANKS}){value.replace(SOME, _LINE + '++')}|"
        for name, (field, value) in patterns.items()
    )
    return rf'"(?:(?:{known}{_LINE}*+)(?:(?:\\r)?+\\n|(?=")))*+"'.replace(
        f'(?!"){MORE}', f"{_LINE}++"
    )


_HEADERS_BEFORE = {
    "requestHeaders": _in_one_string(
        {
            **REQUEST_HEADERS,
            "Content-Length": ("bytes_in", rf"(?<bytes_in>[0-9]{{1,10}}+){_BLANKS}(?=\"|\\[rn])"),
        }
    ),
    "responseHeaders": _in_one_string(RESPONSE_HEADERS),
}

_UP_TO_TAG = rf',"version":{STRING},"message":{STRING},"tag":{STRING}'
ANOMALY = (
    rf'\{{"id":{STRING}(?:(?<=-ANOMALY"){_UP_TO_TAG}|{_UP_TO_TAG}(?<=_ANOMALY")),"data":'
    r'"(?:Vector )?+Score: (?<rule_score>[0-9]++)'
    r"(?:, [A-Za-z]++ threshold: (?<rule_score_threshold>[0-9]++))?+"
)
"""Only an anomaly rule can give a score. What other rules matched is text that a client sent."""
_NO_ANOMALY = rule(id=rf'{STRING}(?<!-ANOMALY")', tag=rf'{STRING}(?<!_ANOMALY")')
_NOT_MITIGATED = (
    rf'"(?!{MITIGATED})(?<rule_passed>(?i:alert)(?=")|(?(<rule_passed>)(?!)|{SOME}))?+{MORE}"'
)
"""Of the rules before the deciding one: `alert` if there is one, otherwise the first action."""
_LATER = rf'"(?<rule_later>(?i:alert)(?=")|(?(<rule_later>)(?!)|{SOME}))?+{MORE}"'
"""Of the rules after the deciding one: `alert` if there is one, otherwise the first action."""
_ONLY_WATCHED = rule(tag=rf'"(?={WATCHED}){MORE}"', action=f'"(?!{MITIGATED}){MORE}"')
_OTHER_TAG = (
    rf'(?>"(?={WATCHED}){MORE}"|"(?<attack_tag>{SOME})?+"'
    rf"(?(<attack_tag>)(?!{BEHIND_TAG}(?:,{_ONLY_WATCHED})++\])))"
)
"""Of the rules before the deciding one: a tag that is not of a bot, rate or reputation rule. This
rule decides if all rules after it are of these families and only alerted.
"""
_PASSED = rule(tag=_OTHER_TAG, action=_NOT_MITIGATED)
_DECIDING = rule(
    id=optional("signature_id"),
    version=optional("signature_version"),
    message=optional("signature"),
    tag=optional("signature_tag"),
    data=optional("signature_data"),
    selector=optional("signature_selector"),
    action=rf'"(?<rule_action>(?:(?={MITIGATED}|(?i:alert)")())?+{SOME})?+"',
)
_REST = rf"(?(-1)|(?:,{rule(action=_LATER)})*+)"
"""The rules after the deciding one, unless its action is the strongest anyway."""
_ANY = rule(
    id=optional("signature_id_all"),
    message=optional("signature_all"),
    tag=optional("signature_tag_all"),
    action=optional("rule_action_all"),
)
_INDICATOR = r"(?:^|\|)(udfp|unp|ugp|duc_1[hd]):([^|]++)"
_OBJECTS = {
    # The rules have patterns of their own.
    "attackData": whole(members({**ATTACK, "rules": TEXTS})),
    "geo": whole(members(GEO)),
    "botData": whole(members(BOT)),
    "clientData": whole(members(CLIENT_DATA)),
    "userRiskData": whole(members(USER_RISK)),
    "identity": whole(members(IDENTITY)),
}
TIME_PREFIX = rf'^\{{{members({}, but="httpMessage")}"httpMessage":\{{"start":"'
PATTERNS = {
    "unparsed": r'^\{"type":"akamai_siem_(?<record_kind>unparsed)"',
    "attack": BEFORE_ATTACK
    + members(ATTACK_IDS, but="rules", once=("src", "config_id", "policy_id")),
    "objects": rf"^\{{{members(_OBJECTS, but='(?:custom|httpMessage)')}",
    # The first rule that mitigated, otherwise the last one. But if all rules at the end are bot,
    # rate or reputation rules that only alerted, an attack rule before them decides.
    "rule": rf"{RULES}(?:{_PASSED},)*+(?<rule>{_DECIDING}){_REST}",
    "all_rules": rf"(?:{RULES}|\G,)(?<rule_all>{_ANY})",
    "score": f"^{ANOMALY}",
    "other_score": f"{RULES}(?:{_NO_ANOMALY},)*+{ANOMALY}",
    "http": HTTP_MESSAGE + members(HTTP) + END,
    # Records of version 0.1.0 have all headers in one string.
    "http_before": HTTP_MESSAGE + members(_HEADERS_BEFORE, but="(?:request|response)Headers") + END,
    "action_decided": rf"^(?<vendor_action>(?i:alert$)|{MITIGATED}.*+)",
    "action_later_alert": "^(?<vendor_action>(?i:alert)$)",
    "action_passed": "^(?<vendor_action>.++)",
    "action_last": "^(?<vendor_action>.++)",
    "action_later": "^(?<vendor_action>.++)",
    "action_slow_post": "^(?<vendor_action>.++)",
    "user_by_uuid": "^(?<user_id>.++)",
    "user_risk": _INDICATOR,
    "user_trust": _INDICATOR,
    "user_general": _INDICATOR,
}
SOURCES = {
    "score": "rule",
    "action_decided": "rule_action",
    "action_passed": "rule_passed",
    "action_last": "rule_action",
    "action_later_alert": "rule_later",
    "action_later": "rule_later",
    "action_slow_post": "slow_post_action",
    "user_by_uuid": "user_uuid",
    "user_risk": "user_risk",
    "user_trust": "user_trust",
    "user_general": "user_general",
}
"""Patterns that read an extracted field instead of `_raw`."""
NAMED_BY_TEXT = ("user_risk", "user_trust", "user_general")
REPEATED = ("all_rules", *NAMED_BY_TEXT)
"""Patterns that take all matches."""
COMMENTS = {
    "unparsed": "A line from Akamai that is not JSON: record_kind.",
    "attack": (
        "Members of attackData before the rules: the client's address (without brackets, port and "
        "zone), configuration and policy. Ends at the rules once all three are found."
    ),
    "objects": (
        "The small objects, from the start of the record to custom or httpMessage: attackData (the "
        "rules passed over), geo, botData, clientData, userRiskData, identity. One alternative for "
        "each member, its field in it."
    ),
    "rule": (
        "The deciding rule, whole and by its keys. It skips rules that did not mitigate, unless "
        "only bot, rate and reputation rules that alerted follow. Before it: attack_tag, "
        "rule_passed; after it: rule_later."
    ),
    "all_rules": "Each rule of the list, whole and by its keys: one match for each rule.",
    "score": (
        "The score, if the deciding rule is an anomaly rule: its id ends in -ANOMALY or its tag in "
        "_ANOMALY. What other rules matched is text that the client sent."
    ),
    "other_score": "Otherwise the score of the first anomaly rule of the list.",
    "http": (
        "Members of httpMessage, anchored at the end of the record. The two header lists are read "
        "line by line: the first header of a name counts."
    ),
    "http_before": "The same headers in records of version 0.1.0, which has them in one string.",
    "action_decided": "The action of the deciding rule, if it mitigated or is an alert.",
    "action_later_alert": "Otherwise an alert of a later rule,",
    "action_passed": "the action of an earlier rule,",
    "action_last": "any other action of the deciding rule,",
    "action_later": "the action of a later rule,",
    "action_slow_post": "and if there is none, the outcome of a slow POST.",
    "user_by_uuid": "user_id if there is no originUserId.",
    "user_risk": "Indicators of user risk, by these names only: name:value|name:value.",
    "user_trust": "The same in userRiskData.trust.",
    "user_general": "The same in userRiskData.general.",
}
"""Comments for readers of transforms.conf: what a pattern extracts."""
