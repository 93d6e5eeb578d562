"""Settings for the history of Akamai's own connector, sourcetype `akamaisiem`: docs/examples.

Its records have their keys in any order, each header block in one text, and each field twice. So
fields are calculated from those that Splunk extracts by itself, from the first of several values.
"""

from __future__ import annotations

from pieces import MITIGATED

_WORDS = MITIGATED.replace("++", "+").replace("*+", "*")
_ACTIONS = "'attackData.rules{}.action'"
_DECIDING = f'coalesce(mvfind({_ACTIONS},"^{_WORDS}"),-1)'
_FIRED = f"isnotnull({_ACTIONS})"


def first(name: str) -> str:
    """The first value of a JSON field."""
    return f"mvindex('{name}',0)"


def deciding(key: str) -> str:
    """A key of the deciding rule."""
    return f"mvindex('attackData.rules{{}}.{key}',{_DECIDING})"


def header(name: str, block: str = "request") -> str:
    """The first header of a name that has a value."""
    lines = rf'replace({first(f"httpMessage.{block}Headers")},"\r?\n[ \t]+"," ")'
    found = rf'match({lines},"(?im)^{name}:[ \t]*[^ \t\r\n]")'
    value = rf'replace({lines},"(?is)^(?:.*?\n)??{name}:[ \t]*([^ \t\r\n][^\r\n]*).*$","\1")'
    return f"if({found},{value},null())"


_HOST = rf'replace({first("httpMessage.host")},"^(\[[^]]+\]|[^:]*[^:.])\.?(?::[0-9]*)?$","\1")'
_PORT, _TLS = first("httpMessage.port"), first("httpMessage.tls")
_USUAL = f'if(isnotnull({_TLS}),"443","80")'
_PATH, _QUERY = first("httpMessage.path"), first("httpMessage.query")
_URL = (
    f'if(isnotnull({_TLS}),"https://","http://").{_HOST}'
    f'.if(isnull({_PORT}) OR {_PORT}={_USUAL},"",":".{_PORT}).coalesce({_PATH},"/")'
    f'.if(isnull({_QUERY}),"","?".{_QUERY})'
)
_LENGTH = header("Content-Length")
_IN = f'tonumber(if(match({_LENGTH},"^[0-9]{{1,10}}[ \\t]*$"),trim({_LENGTH}),"0"))'
_OUT = f'tonumber(coalesce({first("httpMessage.bytes")},"0"))'
_SCORE = '"^(?:Vector )?Score: ([0-9]+), [A-Za-z]+ threshold: ([0-9]+)(?s:.*)$"'
_IS_SCORE = (
    f'(match({deciding("id")},"-ANOMALY$") OR match({deciding("tag")},"_ANOMALY$"))'
    f" AND match({deciding('data')},{_SCORE})"
)
_NUMBERS = [f'tonumber(replace({deciding("data")},{_SCORE},"\\{n}"))' for n in (1, 2)]
_SLOW = first("attackData.slowPostAction")
_KINDS = (
    f'isnotnull({_SLOW}),"SLOW_POST",isnotnull({first("userRiskData.score")})'
    f' OR isnotnull({first("userRiskData.status")}),"USER_RISK",'
    f'isnotnull({first("attackData.clientReputation")}),"REPUTATION",'
    f'isnotnull({first("botData.botScore")}),"BOT_SCORE",true(),"none"'
)
_CLIENT = (
    rf"replace({first('attackData.clientIP')},"
    r'"^\[?((?:[0-9]{1,3}\.){3}[0-9]{1,3}(?=:|$)|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+).*$","\1")'
)
_USER = first("userRiskData.username")
EVALS = {
    "src": _CLIENT,
    "src_ip": _CLIENT,
    "src_country": first("geo.country"),
    "dest": _HOST,
    "url_domain": f"lower({_HOST})",
    "site": f"lower({_HOST})",
    "dest_port": f"tonumber(coalesce({_PORT},{_USUAL}))",
    "transport": f'if(match({first("httpMessage.protocol")},"(?i)^(?:h3|http/3)"),"udp","tcp")',
    "http_method": first("httpMessage.method"),
    "status": (
        f'if(match({first("httpMessage.status")},"^[1-5][0-9][0-9]$"),'
        f"{first('httpMessage.status')},null())"
    ),
    "uri_path": _PATH,
    "uri_query": _QUERY,
    "url": _URL,
    "url_length": f"len({_URL})",
    "bytes_in": _IN,
    "bytes_out": _OUT,
    "bytes": f"{_IN}+{_OUT}",
    "http_user_agent": header("User-Agent"),
    "http_user_agent_length": f"len({header('User-Agent')})",
    "http_referrer": header("Referer"),
    "cookie": header("Cookie"),
    "http_content_type": header("Content-Type", "response"),
    "user": rf'replace({_USER},"^[^\x5c\x22]+\x5c(?=.)","")',
    "request_id": first("httpMessage.requestId"),
    "config_id": first("attackData.configId"),
    "policy_id": first("attackData.policyId"),
    "ja4": first("identity.ja4"),
    "signature": f"coalesce({deciding('message')},{deciding('id')},{deciding('tag')})",
    "signature_id": deciding("id"),
    "ids_type": f'if({_FIRED},"application",null())',
    "vendor_action": (
        f"coalesce({first('attackData.appliedAction')},"
        f'mvindex({_ACTIONS},mvfind({_ACTIONS},"^{_WORDS}")),'
        f'mvindex({_ACTIONS},mvfind({_ACTIONS},"^(?i:alert)$")),mvindex({_ACTIONS},0),{_SLOW})'
    ),
    "vendor_category": f'case({_FIRED},coalesce({deciding("tag")},"none"),{_KINDS})',
    "category_key": (
        f'case({_FIRED},replace("/".coalesce({deciding("tag")},"")."/ /"'
        f'.replace(coalesce({deciding("id")},""),"-","_")."/ |",'
        r'"(?i)(?:_AI)?(?:_ANOMALY)?/","/")'
        f'.replace(coalesce({deciding("message")},""),"/"," "),{_KINDS})'
    ),
    "rule_score_exceeded": (f'if({_IS_SCORE},if({_NUMBERS[0]}>={_NUMBERS[1]},"yes","no"),"none")'),
    "dvc": (
        f'coalesce({first("attackData.configId")},"unknown")."/"'
        f'.coalesce({first("attackData.policyId")},"unknown")'
    ),
    "vendor_product": '"Akamai SIEM"',
    "app": '"akamai"',
}
LOOKUPS = {
    "akamai_siem_a_action": "akamai_siem_action vendor_action OUTPUT action",
    "akamai_siem_b_severity": (
        "akamai_siem_severity vendor_action rule_score_exceeded OUTPUT severity"
    ),
    "akamai_siem_c_category": "akamai_siem_category category_key OUTPUT category attack_family",
}
_BOTH = "(sourcetype=akamai:siem OR sourcetype=akamaisiem)"
_RULE = "(rule=* OR ids_type=application)"
_WATCHED = "attack_family IN (bot, rate, reputation)"
EVENT_TYPES = {
    "akamai_siem_rule": (f"{_BOTH} {_RULE} (action=blocked OR attack_tag=* OR NOT {_WATCHED})"),
    "akamai_siem_rule_watched": (f"{_BOTH} {_RULE} {_WATCHED} NOT action=blocked NOT attack_tag=*"),
    "akamai_siem_rule_web": f"{_BOTH} {_RULE} NOT action=blocked",
    "akamai_siem_web": f"{_BOTH} NOT {_RULE} NOT record_kind=unparsed",
}


def files() -> dict[str, str]:
    """Name and content of each file."""
    head = "# Generated. For the history of Akamai's own connector: docs/cim.md.\n"
    props = [head, "[akamaisiem]", "KV_MODE = json"]
    props += [f"EVAL-{field} = {expression}" for field, expression in EVALS.items()]
    props += [f"LOOKUP-{name} = {lookup}" for name, lookup in LOOKUPS.items()]
    types = [f"[{name}]\nsearch = {search}\n" for name, search in EVENT_TYPES.items()]
    return {
        "props.conf": "\n".join(props) + "\n",
        "eventtypes.conf": "\n".join([head, *types]),
    }
