"""Fields that patterns take out of `_raw`, by object. A member or a header is one line here."""

from __future__ import annotations

from pieces import (
    BEFORE_ATTACK,
    END,
    HTTP_MESSAGE,
    MITIGATED,
    MORE,
    RULES,
    SOME,
    STRING,
    VALUE,
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
"""A host, without port and final dot."""
USER = rf'"(?:(?<user_domain>[^"\\]++)\\\\(?=[^"]))?+(?<user>{SOME})"'
STATUS = r'"?+(?<vendor_status>(?<status>[1-5][0-9]{2}(?![0-9]))|[0-9]{1,15}+)"?+(?=[,}])'
REPUTATION = (
    r'"(?:(?:ID=(?<reputation_id>[^;"\\]++)|WEBATCK=(?<reputation_web_attackers>[0-9.]++)'
    r"|DOSATCK=(?<reputation_dos_attackers>[0-9.]++)|SCANTL=(?<reputation_scanning_tools>[0-9.]++)"
    rf'|WEBSCRP=(?<reputation_web_scrapers>[0-9.]++)|[^;"\\]++|\\.);?+)*+"'
)

ATTACK = {
    "configId": number("config_id"),
    "policyId": text("policy_id"),
    "clientIP": CLIENT,
    "appliedAction": f'"(?<vendor_action>(?<applied_action>{SOME}))"',
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
    r"(?<http_referrer>(?:[A-Za-z][A-Za-z0-9+.-]*+://(?:[^/?#@\"\\]*+@)?+"
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
_ANOMALY = (
    rf'\{{"id":{STRING}(?:(?<=-ANOMALY"),"version":{STRING},"message":{STRING},"tag":{STRING}'
    rf'|,"version":{STRING},"message":{STRING},"tag":{STRING}(?<=_ANOMALY")),"data":'
)
SCORE = (
    r'"(?:Vector )?+Score: (?<rule_score>[0-9]++)'
    r"(?:, [A-Za-z]++ threshold: (?<rule_score_threshold>[0-9]++))?+"
)
_PASSED = (
    rf'"(?!{MITIGATED})(?<rule_passed>(?i:alert)(?=")|(?(<rule_passed>)(?!)|{SOME}))?+{MORE}"'
)
PATTERNS = {
    "attack": BEFORE_ATTACK + members(ATTACK, but="rules"),
    "rule": (
        rf"{RULES}(?:{rule(action=_PASSED)},)*+(?<rule>"
        + rule(
            id=optional("signature_id"),
            version=optional("signature_version"),
            message=optional("signature"),
            tag=optional("signature_tag"),
            data=optional("signature_data"),
            selector=optional("signature_selector"),
            action=optional("rule_action"),
        )
        + ")"
    ),
    "score": (
        RULES
        + "(?:"
        + rule(id=rf'{STRING}(?<!-ANOMALY")', tag=rf'{STRING}(?<!_ANOMALY")')
        + f",)*+{_ANOMALY}{SCORE}"
    ),
    "all_rules": (
        rf"(?:{RULES}|\G,)(?<rule_all>"
        + rule(
            id=optional("signature_id_all"),
            message=optional("signature_all"),
            tag=optional("signature_tag_all"),
            action=optional("rule_action_all"),
        )
        + ")"
    ),
    "client": r"^\{"
    + members(
        {
            "geo": whole(members(GEO)),
            "botData": whole(members(BOT)),
            "clientData": whole(members(CLIENT_DATA)),
            "userRiskData": whole(members(USER_RISK)),
            "identity": whole(members(IDENTITY)),
        },
        but="httpMessage",
    ),
    "http": HTTP_MESSAGE + members(HTTP) + END,
}
