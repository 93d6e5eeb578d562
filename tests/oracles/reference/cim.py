"""The expected search-time fields of a record, computed from its JSON with plain Python.

Shares nothing with the configuration: no pattern reads raw text, and nothing is decoded by hand.
`None` means that the field must be absent. A field is omitted if no Splunk document defines its
value (half of a surrogate pair, U+0000).
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

MITIGATING = ("deny", "abort", "tarpit", "block", "drop", "reject", "serve_alt", "captcha")
RULE_KEYS = ("id", "version", "message", "tag", "data", "selector", "action")
ALL_RULES = {
    "signature_id_all": "id",
    "signature_all": "message",
    "signature_tag_all": "tag",
    "rule_action_all": "action",
}
_CHALLENGES = ("challenge", "js_challenge", "crypto_challenge", "interactive_challenge")
BLOCKED = (*MITIGATING, *_CHALLENGES, "serve_alternate", "a")
PASSED = {
    **dict.fromkeys(("alert", "monitor", "delay", "slow", "w"), "low"),
    **dict.fromkeys(("allow", "ignore"), "informational"),
}
"""Severities if no score was over its threshold."""
_WATCHED = re.compile(
    "CUSTOM/BOT(?=/|$)|(?!CUSTOM/)([A-Z0-9_]+/)*?(BOT(_[A-Z0-9_]+)?|BOTMANAGEMENT|AUTOMATION"
    "|(SECURITY_)?SCANNER|(WEB_)?SCRAPER|RATE(_[A-Z0-9_]+)?|(CLIENT_)?REPUTATION|CLIENTREP"
    "|REP_[A-Z0-9_]+)(_AI)?(_ANOMALY)?(?=/|$)",
    re.IGNORECASE,
)
"""Tags of bot, rate and reputation rules."""
_OPEN = re.compile("[\x00\ud800-\udfff]")
_LARGEST_LENGTH = 9_999_999_999


class _Number(str):
    """The digits of a number."""

    __slots__ = ()


def fields(raw: str) -> dict[str, str | list[str] | None]:
    """Fields by name, as text; several values as a list."""
    record = json.loads(raw, parse_int=_Number, parse_float=_Number)
    http, attack = _object(record, "httpMessage"), _object(record, "attackData")
    made = {**_request(http), **_client(record, attack), **_rule(attack)}
    made.update(_judged(made))
    return {name: value for name, value in made.items() if value is not ...}


def is_mitigated(action: str) -> bool:
    """Whether an action of Akamai kept the request from its origin."""
    lower = action.lower()
    return lower.startswith(MITIGATING) or re.match(r"([a-z]+_)*challenge", lower) is not None


def _judged(made: dict[str, Any]) -> dict[str, str | None]:
    """Action and severity; neither if no rule decided."""
    vendor = (made["vendor_action"] or "").lower()
    if not vendor:
        return {"action": None, "severity": None}
    score, threshold = made.get("rule_score"), made.get("rule_score_threshold")
    exceeded = bool(score and threshold and int(score) >= int(threshold))
    if vendor in BLOCKED or vendor.startswith("deny_"):
        return {"action": "blocked", "severity": "high" if exceeded else "medium"}
    if vendor in PASSED:
        return {"action": "allowed", "severity": "high" if exceeded else PASSED[vendor]}
    return {"action": "unknown", "severity": "medium"}


def _request(http: dict[str, Any]) -> dict[str, Any]:
    request, response = _headers(http, "requestHeaders"), _headers(http, "responseHeaders")
    host = _without_port(_text(http, "host"))
    path, query = _text(http, "path"), _text(http, "query")
    secure = _text(http, "tls") is not None
    port = _digits(http, "port") or ("443" if secure else "80")
    agent = request.get("user-agent")
    size_in, size_out = request.get("content-length", "0").strip(" \t"), _digits(http, "bytes")
    known = re.fullmatch(r"[0-9]+", size_in) and int(size_in) <= _LARGEST_LENGTH
    size_in, size_out = size_in if known else "0", size_out or "0"
    url = None
    if host:
        usual = port == ("443" if secure else "80")
        url = f"http{'s' if secure else ''}://{host}{'' if usual else ':' + port}{path or '/'}"
        url += f"?{query}" if query else ""
    status = _digits(http, "status")
    return {
        "dest": _sent(host),
        "dest_port": str(int(port)),
        "url_domain": _sent(host.lower()) if host else None,
        "site": _sent(host.lower()) if host else None,
        "url": _plain(url),
        "url_length": _length(url),
        "uri_path": _sent(path),
        "uri_query": _plain(query),
        "uri_path_decoded": _decoded(path),
        "uri_query_decoded": _decoded(query),
        "http_method": _plain(_text(http, "method")),
        "status": status if status and re.fullmatch("[1-5][0-9][0-9]", status) else None,
        "vendor_status": status,
        "request_id": _sent(_text(http, "requestId")),
        "bytes_in": str(int(size_in)),
        "bytes_out": str(int(size_out)),
        "bytes": str(int(size_in) + int(size_out)),
        "http_user_agent": _sent(agent),
        "http_user_agent_decoded": _unfolded(agent),
        "http_user_agent_length": str(len(_sent(agent) or "")) if agent else None,
        "http_referrer": _unfolded(request.get("referer")),
        "http_referrer_domain": _domain(request.get("referer")),
        "cookie": _unfolded(request.get("cookie")),
        "x_forwarded_for": _unfolded(request.get("x-forwarded-for")),
        "http_content_type": _unfolded(response.get("content-type")),
        "transport": "udp" if (_text(http, "protocol") or "").lower()[:2] == "h3" else "tcp",
    }


def _client(record: dict[str, Any], attack: dict[str, Any]) -> dict[str, Any]:
    geo, bot = _object(record, "geo"), _object(record, "botData")
    risk, identity = _object(record, "userRiskData"), _object(record, "identity")
    domain, user = _user(_text(risk, "username"))
    address = _address(_text(attack, "clientIP"))
    config, policy = _number(attack, "configId"), _text(attack, "policyId")
    return {
        "src": address,
        "src_ip": address,
        "src_country": _plain(_text(geo, "country")),
        "src_region": _plain(_text(geo, "regionCode")),
        "src_city": _plain(_text(geo, "city")),
        "src_asn": _plain(_text(geo, "asn")),
        "bot_score": _number(bot, "botScore"),
        "user": _sent(user),
        "user_decoded": _plain(user),
        "user_domain": _plain(domain),
        "user_id": _sent(_text(risk, "originUserId") or _text(risk, "uuid")),
        "user_risk_score": _number(risk, "score"),
        "ja4": _sent(_text(identity, "ja4")),
        "config_id": config,
        "policy_id": _sent(policy),
        "dvc": _plain(f"{config or 'unknown'}/{policy or 'unknown'}"),
        "vendor_product": "Akamai SIEM",
    }


def _rule(attack: dict[str, Any]) -> dict[str, Any]:
    applied, slow = _text(attack, "appliedAction"), _text(attack, "slowPostAction")
    rules = attack.get("rules")
    rules = rules if isinstance(rules, list) and rules and _usual(rules[0]) else []
    # Rules end at the first item that does not have our shape.
    odd = next((place for place, rule in enumerate(rules) if not _usual(rule)), len(rules))
    rules = rules[:odd]
    if not rules:
        nothing = dict.fromkeys(("signature", "signature_id", "ids_type", "rule_score", *ALL_RULES))
        return {"vendor_action": _sent(applied or slow), **nothing}
    place = _deciding(rules)
    deciding, others = rules[place], (rules[:place], rules[place + 1 :])
    score, threshold = _score([deciding, *rules])
    return {
        "vendor_action": _sent(applied or _strongest(deciding, *others) or slow),
        "signature": _plain(deciding["message"] or deciding["id"] or deciding["tag"] or None),
        "signature_id": _sent(deciding["id"] or None),
        "signature_id_decoded": _plain(deciding["id"] or None),
        "signature_tag": _plain(deciding["tag"] or None),
        "rule_score": score,
        "rule_score_threshold": threshold,
        "ids_type": "application",
        **{name: _all(rules, key) for name, key in ALL_RULES.items()},
    }


def _usual(rule: object) -> bool:
    return (
        isinstance(rule, dict)
        and tuple(rule) == RULE_KEYS
        and all(isinstance(value, str) for value in rule.values())
    )


def _deciding(rules: list[dict[str, str]]) -> int:
    """The first rule that mitigated, otherwise the last. One that only alerted leaves it to an
    attack.
    """
    mitigated = [n for n, rule in enumerate(rules) if is_mitigated(rule["action"])]
    if mitigated:
        return mitigated[0]
    watched = [_WATCHED.match(rule["tag"]) is not None for rule in rules]
    attacks = [n for n, rule in enumerate(rules) if rule["tag"] and not watched[n]]
    place = len(rules) - 1
    while watched[place] and attacks and attacks[0] < place:
        place -= 1
    return place


def _strongest(
    deciding: dict[str, str], before: list[dict[str, str]], after: list[dict[str, str]]
) -> str | None:
    """The mitigating action, otherwise an alert, otherwise the first action."""
    own = deciding["action"]
    if is_mitigated(own) or own.lower() == "alert":
        return own
    others = [rule["action"] for rule in (*before, *after)]
    alerts = [action for action in others if action.lower() == "alert"]
    earlier, later = ([rule["action"] for rule in each] for each in (before, after))
    return next(filter(None, [*reversed(alerts), *earlier, own, *later]), None)


def _score(rules: list[dict[str, str]]) -> tuple[str | None, str | None]:
    """The score and the threshold in the first anomaly rule."""
    for rule in rules:
        if rule["id"].endswith("-ANOMALY") or rule["tag"].endswith("_ANOMALY"):
            found = re.match(
                r"(?:Vector )?Score: ([0-9]+)(?:, [A-Za-z]+ threshold: ([0-9]+))?", rule["data"]
            )
            if found:
                return found[1], found[2]
    return None, None


def _all(rules: list[dict[str, str]], key: str) -> Any:
    """The values of every rule that has the key."""
    found = [rule[key] for rule in rules if rule[key]]
    if any(_OPEN.search(text) for text in found):
        return ...
    return found if len(found) > 1 else found[0] if found else None


def _headers(http: dict[str, Any], name: str) -> dict[str, str]:
    """The first header of each name that has a value; names in lower case."""
    found: dict[str, str] = {}
    lines = http.get(name)
    if isinstance(lines, str):
        # Version 0.1.0 wrote a header block as one text.
        lines = re.split(r"\r?\n(?![ \t])", lines)
    for line in lines if isinstance(lines, list) else []:
        if isinstance(line, str):
            key, colon, value = line.partition(":")
            if colon and value.lstrip(" \t"):
                found.setdefault(key.lower(), value.lstrip(" \t"))
    return found


def _sent(text: str | None) -> str | None:
    """The text as in the JSON, escapes included."""
    if text is None:
        return None
    escaped = json.dumps(text, ensure_ascii=False)[1:-1]
    return re.sub("[\ud800-\udfff\ufffe\uffff]", lambda one: f"\\u{ord(one[0]):04x}", escaped)


def _plain(text: str | None) -> Any:
    return ... if text is not None and _OPEN.search(text) else text


def _unfolded(text: str | None) -> Any:
    known = _plain(text)
    return re.sub(r"\r?\n[ \t]+", " ", known) if isinstance(known, str) else known


def _length(text: Any) -> Any:
    return str(len(text)) if isinstance(text, str) and not _OPEN.search(text) else _plain(text)


def _decoded(text: str | None) -> Any:
    """All escapes except those of control characters, if the result is UTF-8."""
    if text is None or _OPEN.search(text):
        return _plain(text)
    kept = re.sub(r"%(?=[01][0-9A-Fa-f]|7[Ff])|%(?![0-9A-Fa-f]{2})", "%25", text)
    try:
        return unquote_to_bytes(kept.encode()).decode()
    except UnicodeDecodeError:
        return text


def _without_port(host: str | None) -> str | None:
    if host is None:
        return None
    found = re.fullmatch(r"(\[[^\]]+\]|[^:]*[^:.])\.?(?::\d*)?", host, re.DOTALL)
    return found[1] if found else host


def _address(text: str | None) -> str | None:
    """An address without brackets, port and zone."""
    found = re.match(r"\[?((?:\d{1,3}\.){3}\d{1,3}(?=:|$)|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)", text or "")
    return found[1] if found else None


def _user(name: str | None) -> tuple[str | None, str | None]:
    """Domain and user."""
    domain, mark, user = (name or "").partition("\\")
    if mark and domain and user and json.dumps(domain, ensure_ascii=False)[1:-1] == domain:
        return domain, user
    return None, name


def _domain(referrer: str | None) -> str | None:
    if referrer is None or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", referrer):
        return None
    if '"' in referrer or "\\" in referrer:
        referrer = re.split(r'["\\]', referrer, maxsplit=1)[0]
    try:
        place = urlsplit(referrer).netloc.rpartition("@")[2]
    except ValueError:
        return None
    found = re.match(r"\[[0-9A-Fa-f:.]+\]|[^:\[]+", place)
    return found[0] if found else None


def _object(value: dict[str, Any], name: str) -> dict[str, Any]:
    member = value.get(name)
    return member if isinstance(member, dict) else {}


def _text(value: dict[str, Any], name: str) -> str | None:
    member = value.get(name)
    known = isinstance(member, str) and not isinstance(member, _Number)
    return member if known and member else None


def _number(value: dict[str, Any], name: str) -> str | None:
    text = str(value.get(name, ""))
    return text if re.fullmatch(r"[0-9][0-9.]*", text) else None


def _digits(value: dict[str, Any], name: str) -> str | None:
    text = str(value.get(name, ""))
    return text if re.fullmatch(r"[0-9]{1,15}", text) else None
