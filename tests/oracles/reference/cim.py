"""What the search-time fields of a record have to be, computed from its JSON by plain Python.

Shares nothing with the configuration: no pattern looks at raw text, nothing is un-escaped by hand.
`None` stands for a field that must not be there.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

MITIGATING = ("deny", "abort", "tarpit", "block", "drop", "reject", "serve_alt", "captcha")
PASSING = ("alert", "monitor", "allow", "ignore", "delay", "slow")
RULE_KEYS = ("id", "version", "message", "tag", "data", "selector", "action")
ALL_RULES = {
    "signature_id_all": "id",
    "signature_all": "message",
    "signature_tag_all": "tag",
    "rule_action_all": "action",
}
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE")


def fields(raw: str) -> dict[str, str | list[str] | None]:
    """Fields by name, as text; several values as a list."""
    record = json.loads(raw, parse_int=str, parse_float=str)
    http = _object(record, "httpMessage")
    attack = _object(record, "attackData")
    made = {**_web(http), **_client(record, attack), **_rule(attack)}
    made["action"] = _action(str(made["vendor_action"] or "none"))
    return made


def is_mitigated(action: str) -> bool:
    """Whether an action of Akamai's kept the request from its origin."""
    lower = action.lower()
    return lower.startswith(MITIGATING) or re.match(r"([a-z]+_)*challenge", lower) is not None


def _action(vendor: str) -> str:
    if is_mitigated(vendor):
        return "blocked"
    return "allowed" if vendor == "none" or vendor.lower().startswith(PASSING) else "unknown"


def _web(http: dict[str, Any]) -> dict[str, str | None]:
    request, response = _headers(http, "requestHeaders"), _headers(http, "responseHeaders")
    host, path, query = (_text(http, name) for name in ("host", "path", "query"))
    secure = _text(http, "tls") is not None
    port = _digits(http, "port") or ("443" if secure else "80")
    agent = request.get("user-agent", "unknown")
    size_in = request.get("content-length", "0")
    size_in = size_in if re.fullmatch(r"\d{1,15}", size_in) else "0"
    size_out = _digits(http, "bytes") or "0"
    url = None
    if host:
        usual = port == ("443" if secure else "80")
        url = f"http{'s' if secure else ''}://{host}{'' if usual else ':' + port}{path or '/'}"
        url += f"?{query}" if query else ""
    method, status = _text(http, "method"), _digits(http, "status") or ""
    referrer = request.get("referer")
    return {
        "dest": host or "unknown",
        "dest_port": str(int(port)),
        "url_domain": host or "unknown",
        "site": host,
        "url": url,
        "url_length": str(len(url)) if url else None,
        "uri_path": path,
        "uri_query": query,
        "uri_path_decoded": _decoded(path),
        "uri_query_decoded": _decoded(query),
        "http_method": method if method in METHODS else None,
        "status": status if re.fullmatch("[1-5][0-9][0-9]", status) else None,
        "bytes_in": str(int(size_in)),
        "bytes_out": str(int(size_out)),
        "bytes": str(int(size_in) + int(size_out)),
        "http_user_agent": agent,
        "http_user_agent_length": str(len(agent)),
        "http_referrer": referrer,
        "http_referrer_domain": _domain(referrer),
        "cookie": request.get("cookie"),
        "x_forwarded_for": request.get("x-forwarded-for"),
        "http_content_type": response.get("content-type"),
        "transport": "udp" if (_text(http, "protocol") or "").lower()[:2] == "h3" else "tcp",
    }


def _client(record: dict[str, Any], attack: dict[str, Any]) -> dict[str, str | None]:
    geo, bot = _object(record, "geo"), _object(record, "botData")
    risk, identity = _object(record, "userRiskData"), _object(record, "identity")
    return {
        "src": _text(attack, "clientIP") or "unknown",
        "src_country": _text(geo, "country"),
        "src_region": _text(geo, "regionCode"),
        "src_city": _text(geo, "city"),
        "src_asn": _text(geo, "asn"),
        "bot_score": _number(bot, "botScore"),
        "user": _text(risk, "username"),
        "user_id": _text(risk, "originUserId") or _text(risk, "uuid"),
        "user_risk_score": _text(risk, "score"),
        "ja4": _text(identity, "ja4"),
        "dvc": f"{attack.get('configId') or 'unknown'}/{_whole(attack.get('policyId'))}",
        "vendor_product": "Akamai SIEM",
    }


def _rule(attack: dict[str, Any]) -> dict[str, str | list[str] | None]:
    rules = attack.get("rules")
    slow = {"A": "abort", "W": "alert"}.get(attack.get("slowPostAction", ""), "none")
    applied = _text(attack, "appliedAction")
    if not isinstance(rules, list) or not rules or not isinstance(rules[0], dict):
        rules = []
    if not rules or list(rules[0]) != list(RULE_KEYS):
        return {
            "vendor_action": applied or slow,
            "signature": None,
            "ids_type": None,
            **dict.fromkeys(ALL_RULES),
        }
    deciding = next((rule for rule in rules if is_mitigated(rule["action"])), rules[-1])
    strongest = deciding["action"]
    alerting = [rule for rule in rules if rule["action"].lower() == "alert"]
    if not is_mitigated(strongest) and alerting:
        strongest = "alert"
    score = re.match(r"(?:Vector )?Score: (\d+)", deciding["data"])
    threshold = re.match(r"(?:Vector )?Score: \d+, [A-Za-z]+ threshold: (\d+)", deciding["data"])
    return {
        "vendor_action": applied or strongest or slow,
        "signature": deciding["message"] or deciding["id"] or deciding["tag"] or "unknown",
        "signature_id": deciding["id"] or None,
        "signature_tag": deciding["tag"] or None,
        "rule_score": score[1] if score else None,
        "rule_score_threshold": threshold[1] if threshold else None,
        "ids_type": "application",
        **{name: _all(rules, key) for name, key in ALL_RULES.items()},
    }


def _all(rules: list[dict[str, str]], key: str) -> str | list[str] | None:
    """Of every rule that has it."""
    found = [text for text in (_text(rule, key) for rule in rules) if text]
    return found if len(found) > 1 else found[0] if found else None


def _headers(http: dict[str, Any], name: str) -> dict[str, str]:
    """The first of each name, in lower case; folded lines are one."""
    found: dict[str, str] = {}
    block = re.sub(r"\r?\n[ \t]+", " ", _text(http, name) or "")
    for line in re.split(r"\r?\n", block):
        key, colon, value = line.partition(":")
        value = value.strip(" \t")
        if colon:
            found.setdefault(key.lower(), value)
    return {name: value for name, value in found.items() if value}


def _decoded(text: str | None) -> str | None:
    """All escapes but those of control characters, if the whole is UTF-8 then."""
    if text is None:
        return None
    kept = re.sub(r"%(?=[01][0-9A-Fa-f]|7[Ff])|%(?![0-9A-Fa-f]{2})", "%25", text)
    try:
        return unquote_to_bytes(kept.encode("utf-8", "surrogatepass")).decode(
            "utf-8", "surrogatepass"
        )
    except UnicodeDecodeError:
        return text


def _domain(referrer: str | None) -> str | None:
    if referrer is None or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://[^/:?#]", referrer):
        return None
    return urlsplit(referrer).netloc.partition(":")[0]


def _object(value: dict[str, Any], name: str) -> dict[str, Any]:
    member = value.get(name)
    return member if isinstance(member, dict) else {}


def _text(value: dict[str, Any], name: str) -> str | None:
    member = value.get(name)
    if not isinstance(member, str) or not member:
        return None
    # What XML cannot carry stays escaped: a search sees the escape.
    return re.sub("[\ud800-\udfff\ufffe\uffff]", lambda one: f"\\u{ord(one[0]):04x}", member)


def _whole(value: Any) -> str:
    """A name without characters that JSON escapes."""
    plain = isinstance(value, str) and value and json.dumps(value) == f'"{value}"'
    return value if plain else "unknown"


def _number(value: dict[str, Any], name: str) -> str | None:
    text = str(value.get(name, ""))
    return text if re.fullmatch(r"\d[\d.]*", text) else None


def _digits(value: dict[str, Any], name: str) -> str | None:
    text = str(value.get(name, ""))
    return text if re.fullmatch(r"\d{1,15}", text) else None
