r"""Calculated fields of `[akamai:siem]`.

None of the fields that people search by is calculated. Splunk has no index terms for a calculated
field and would read every event. In an eval string a backslash is written \x5c, because the meaning
of two backslashes is not documented.
"""

from __future__ import annotations

_NO_CONTROL = "%(?![0-9A-Fa-f]{2})|%(?=[01][0-9A-Fa-f])|%(?=7[Ff])"
_UTF8 = (
    "^(?:[^%]++|%++(?![0-9A-Fa-f])|%[0-7][0-9A-Fa-f]|%(?![0-9A-Fa-f]{2})"
    "|%(?:[Cc][2-9A-Fa-f]|[Dd][0-9A-Fa-f])%[89ABab][0-9A-Fa-f]"
    "|%[Ee][1-9A-Ca-c](?:%[89ABab][0-9A-Fa-f]){2}"
    "|%[Ff][1-3](?:%[89ABab][0-9A-Fa-f]){3})*+$"
)


def plain(text: str) -> str:
    """Text without JSON escapes; the text itself if the parser returns nothing."""
    parsed = rf'json_extract("{{\"v\":\"".{text}."\"}}","v")'
    return rf'if(match({text},"\x5c"),coalesce({parsed},{text}),{text})'


def unfolded(text: str) -> str:
    """The value of a header, without escapes and on one line."""
    return rf'replace({plain(text)},"\x0d?\x0a[\x20\x09]+"," ")'


def percent_decoded(text: str) -> str:
    """All escapes except those of control characters, if the result is UTF-8; `+` stays."""
    known = plain(text)
    escaped = rf'replace(replace({known},"\+","%2B"),"{_NO_CONTROL}","%25")'
    return f'if(match({known},"{_UTF8}"),urldecode({escaped}),{known})'


def each_plain(field: str) -> str:
    """The values of a field without JSON escapes, decoded as one text."""
    joined = f'mvjoin({field},"<|>")'
    return rf'if(match({joined},"\x5c"),split({plain(joined)},"<|>"),{field})'


PLAIN = (
    "api_id",
    "api_key",
    "applied_action",
    "cookie",
    "http_content_type",
    "http_method",
    "http_protocol",
    "http_referrer",
    "http_request_content_type",
    "reputation_id",
    "rule_action",
    "signature_data",
    "signature_selector",
    "signature_tag",
    "signature_version",
    "src_asn",
    "src_city",
    "src_continent",
    "src_country",
    "src_region",
    "tls_version",
    "true_client_ip",
    "uri_query",
    "user_domain",
    "user_email_domain",
    "user_general",
    "user_risk",
    "user_trust",
    "user_uuid",
    "x_forwarded_for",
)
UNFOLDED = (
    "cookie",
    "http_content_type",
    "http_referrer",
    "http_request_content_type",
    "true_client_ip",
    "x_forwarded_for",
)
LISTS = ("rule_action_all", "signature_all", "signature_id_all", "signature_tag_all")

_USUAL_PORT = (
    'isnull(dest_port) OR (dest_port="443" AND isnotnull(tls_version))'
    ' OR (dest_port="80" AND isnull(tls_version))'
)
_SENT_URL = (
    'if(isnotnull(tls_version),"https","http")."://".dest'
    f'.if({_USUAL_PORT},"",":".dest_port).coalesce(uri_path,"/")'
    '.if(isnull(uri_query),"","?".uri_query)'
)
_URL = f"if(isnull(dest),null(),{plain(f'({_SENT_URL})')})"
_BYTES_IN, _BYTES_OUT = (f'tonumber(coalesce({field},"0"))' for field in ("bytes_in", "bytes_out"))
_RULE_FIRED = "isnotnull(rule)"
_KINDS = (
    'isnotnull(slow_post_action),"SLOW_POST",'
    'isnotnull(user_risk_score) OR isnotnull(user_risk_status_id),"USER_RISK",'
    'isnotnull(client_reputation),"REPUTATION",isnotnull(bot_score),"BOT_SCORE",true(),"none"'
)
_TAG, _MESSAGE, _ID = (plain(f"signature{name}") for name in ("_tag", "", "_id"))
EVALS = {
    **{field: plain(field) for field in PLAIN if field not in UNFOLDED},
    **{field: unfolded(field) for field in UNFOLDED},
    **{field: each_plain(field) for field in LISTS},
    # Decoded text beside the fields that people search by.
    "signature_id_decoded": _ID,
    "user_decoded": plain("user"),
    "http_user_agent_decoded": unfolded("http_user_agent"),
    "http_user_agent_length": "len(http_user_agent)",
    "uri_path_decoded": percent_decoded("uri_path"),
    "uri_query_decoded": percent_decoded("uri_query"),
    # The deciding rule.
    "signature": plain("coalesce(signature,signature_id,signature_tag)"),
    "description": f'coalesce({plain("coalesce(signature,signature_id)")},"Akamai security event")',
    "ids_type": f'if({_RULE_FIRED},"application",null())',
    "rule_score_exceeded": (
        'case(isnull(rule_score) OR isnull(rule_score_threshold),"none",'
        'tonumber(rule_score)>=tonumber(rule_score_threshold),"yes",true(),"no")'
    ),
    "vendor_category": f'case({_RULE_FIRED},coalesce({_TAG},"none"),{_KINDS})',
    "category_key": (
        f'case({_RULE_FIRED},replace("/".coalesce(signature_tag,"")."/ /"'
        r'.replace(coalesce(signature_id,""),"-","_")."/ |",'
        r'"(?i)(?:_AI)?(?:_ANOMALY)?/","/").replace(coalesce(signature,""),"/"," "),'
        f"{_KINDS})"
    ),
    "detected_by": (
        'case(isnull(rule),null(),match(signature_tag,"(?i)_AI(?:_ANOMALY)?$"),"ai",'
        'match(signature_tag,"(?i)_ANOMALY$") OR match(signature_id,"(?i)-ANOMALY$"),"score",'
        'true(),"rule")'
    ),
    "dvc": f'coalesce(config_id,"unknown")."/".coalesce({plain("policy_id")},"unknown")',
    # The request.
    "url_domain": "lower(dest)",
    "site": "lower(dest)",
    "url": _URL,
    "url_length": f"len({_URL})",
    "dest_port": 'tonumber(coalesce(dest_port,if(isnotnull(tls_version),"443","80")))',
    "transport": 'if(match(http_protocol,"(?i)^(?:h3|http/3)"),"udp","tcp")',
    "bytes_in": _BYTES_IN,
    "bytes_out": _BYTES_OUT,
    "bytes": f"{_BYTES_IN}+{_BYTES_OUT}",
    # Constants.
    "vendor_product": '"Akamai SIEM"',
    "app": '"akamai"',
}
COMMENTS = {
    "applied_action": (
        "Unescaped text. Each line is the same expression on another field: json_extract of it as "
        "a JSON string if it contains a backslash, otherwise the field itself."
    ),
    "cookie": "Header values: unescaped, with folded lines joined by a blank.",
    "rule_action_all": "Lists: unescaped as one text, joined and split at <|>.",
    "signature_id_decoded": "Unescaped text beside the fields that people search by.",
    "uri_path_decoded": (
        "Percent-decoded with urldecode, if that gives UTF-8. First + and the escapes of control "
        "characters are escaped, so that they stay."
    ),
    "signature": "The deciding rule.",
    "category_key": (
        "The key for the lookup of categories: /tag/ /id/ |message, with _ for - in the id and "
        "without _AI and _ANOMALY. A / in the message does not count as one of a path. Without "
        "rules it is the kind of event."
    ),
    "dvc": "The request and the answer. Missing sizes count as 0.",
    "url": (
        "url is scheme (https if TLS was used), host, port unless it is the usual one, path and "
        "query; url_length is its length."
    ),
    "vendor_product": "Constants.",
}
"""Comments for readers of props.conf: the group that begins at a field."""
