"""The serialised pieces of usual events: dozens of each kind, as JSON without white space."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import vocabulary as words
from .encodings import base64_list, header_block, percent

if TYPE_CHECKING:
    import random

KINDS_OF_ATTACK = 211
KINDS_OF_REQUEST = 199
KINDS_OF_RESPONSE = 97
KINDS_OF_EXTRA = 193
NOISE_LENGTH = 1 << 16
RULE_MEMBERS = (
    "rules",
    "ruleVersions",
    "ruleMessages",
    "ruleTags",
    "ruleData",
    "ruleSelectors",
    "ruleActions",
)
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"


def attacks(dice: random.Random, config_id: str) -> list[bytes]:
    """Return the inside of ``attackData`` objects without ``clientIP``."""
    pieces = []
    for _ in range(KINDS_OF_ATTACK):
        rules = dice.sample(words.RULES, dice.randint(6, 14))
        pieces.append(_attack(dice, config_id, rules))
    return pieces


def unrepeated_attack(dice: random.Random, config_id: str) -> bytes:
    """Return the same, with rule strings that occur in no other event."""
    rules = [
        words.Rule(
            str(dice.randrange(10**6, 10**7)),
            str(dice.randrange(10**3)),
            random_text(dice, 22),
            random_text(dice, 18),
            random_text(dice, 9),
            random_text(dice, 7),
            f"deny_custom_{dice.randrange(10**5)}",
        )
        for _ in range(dice.randint(9, 13))
    ]
    return _attack(dice, config_id, rules)


def request_heads(dice: random.Random) -> list[bytes]:
    """Return the short members of ``httpMessage`` and its request headers, without a closing
    quote.
    """
    pieces = []
    for _ in range(KINDS_OF_REQUEST):
        host = dice.choice(words.HOSTS)
        secure = dice.random() < 0.8
        message = {
            "protocol": dice.choice(words.PROTOCOLS),
            "method": dice.choice(words.METHODS),
            "host": host,
            "port": "443" if secure else "80",
            "path": dice.choice(words.PATHS),
            "status": dice.choice(words.STATUSES),
            "bytes": str(dice.randrange(0, 90_000)),
        }
        if secure:
            message["tls"] = dice.choice(words.TLS_VERSIONS)
        query = dice.choice(words.QUERIES)
        if query:
            message["query"] = query
        headers = [
            ("Host", host),
            ("User-Agent", dice.choice(words.USER_AGENTS)),
            ("Accept", dice.choice(words.ACCEPTS)),
            ("Accept-Language", dice.choice(words.LANGUAGES)),
            ("Accept-Encoding", "gzip, deflate, br"),
        ]
        message["requestHeaders"] = header_block(headers) + percent("Cookie: session=")
        pieces.append(_json(message)[1:-2])
    return pieces


def responses(dice: random.Random) -> list[bytes]:
    """Return response header blocks; the value of the last header is not closed."""
    pieces = []
    for _ in range(KINDS_OF_RESPONSE):
        headers = [
            ("Server", dice.choice(words.SERVERS)),
            ("Content-Type", dice.choice(words.CONTENT_TYPES)),
            ("Content-Length", str(dice.randrange(90_000))),
            ("Date", f"Tue, 0{dice.randint(1, 9)} Apr 2025 10:57:0{dice.randint(0, 9)} GMT"),
            ("Connection", dice.choice(("close", "keep-alive"))),
        ]
        pieces.append((header_block(headers) + percent("Set-Cookie: ak_id=")).encode())
    return pieces


def geos() -> list[bytes]:
    """Return whole ``geo`` objects."""
    names = ("continent", "country", "regionCode", "city", "asn")
    return [_json(dict(zip(names, place))) for place in words.PLACES]


def extras(dice: random.Random) -> list[bytes]:
    """Return the optional objects of an event, each with a preceding comma."""
    return [_extra(dice) for _ in range(KINDS_OF_EXTRA)]


def noise(dice: random.Random) -> bytes:
    """Return text from which events take values that do not repeat."""
    return random_text(dice, NOISE_LENGTH).encode()


def random_text(dice: random.Random, length: int) -> str:
    """Return letters, digits and plus signs."""
    return "".join(dice.choices(_ALPHABET, k=length))


def _attack(dice: random.Random, config_id: str, rules: list[words.Rule]) -> bytes:
    attack = {"configId": config_id, "policyId": f"pol{dice.randint(1, 5)}_{config_id}"}
    for place, name in enumerate(RULE_MEMBERS):
        attack[name] = base64_list([rule[place] for rule in rules])
        if dice.random() < 0.3:
            attack[name] += "%3b"
    if dice.random() < 0.7:
        attack["appliedAction"] = rules[-1].action
    if dice.random() < 0.2:
        attack["clientReputation"] = f"ID=203.0.113.{dice.randrange(256)};WEBATCK=9;DOSATCK=7"
    if dice.random() < 0.08:
        attack["apiId"] = f"API_{dice.randrange(10**6)}"
        attack["apiKey"] = "orders-key"
    if dice.random() < 0.03:
        attack["slowPostAction"] = dice.choice("WA")
        attack["slowPostRate"] = str(dice.randrange(1, 40))
    return _json(attack)[1:-1]


def _extra(dice: random.Random) -> bytes:
    extra: dict[str, object] = {}
    if dice.random() < 0.4:
        segment = dice.randrange(5)
        extra["botData"] = {"botScore": str(segment * 25), "responseSegment": str(segment)}
    if dice.random() < 0.15:
        extra["clientData"] = _client_data(dice)
    if dice.random() < 0.1:
        extra["userRiskData"] = _user_risk(dice)
    if dice.random() < 0.35:
        extra["identity"] = {
            "ja4": dice.choice(words.FINGERPRINTS),
            "tlsFingerprintV2": f"{dice.getrandbits(64):016x}",
            "tlsFingerprintV3": f"{dice.getrandbits(64):016x}",
        }
    custom = dice.random()
    if custom < 0.08:
        extra["custom"] = base64_list(["tier=gold", "región"][: dice.randint(1, 2)])
    elif custom < 0.14:
        extra["custom"] = {
            "Tenant": base64_list([f"t{dice.randrange(40)}"]),
            "Labels": base64_list(["blue", "a;b", ""]),
        }
    return b"," + _json(extra)[1:-1] if extra else b""


def _client_data(dice: random.Random) -> dict[str, str]:
    if dice.random() < 0.5:
        return {"telemetryType": dice.choice("01")}
    return {
        "telemetryType": "2",
        "appBundleId": "com.example.shop",
        "appVersion": f"1.{dice.randrange(30)}",
        "sdkVersion": "4.7.1",
    }


def _user_risk(dice: random.Random) -> dict[str, str]:
    user = dice.choice(words.USERS)
    return {
        "uuid": f"{dice.getrandbits(128):032x}",
        "username": user,
        "originUserId": f"{user}-007",
        "emailDomain": "example.com",
        "status": str(dice.randrange(8)),
        "score": str(dice.randrange(101)),
        "risk": dice.choice((percent, str))(dice.choice(words.RISKS)),
        "trust": dice.choice((percent, str))(dice.choice(words.TRUSTS)),
        "general": percent(dice.choice(words.GENERALS)),
        "allow": dice.choice("01"),
    }


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
