"""Random rules of `drop`, made of values that events have, and of others."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from ta_akamai_siem.volume.fields import COMPARISONS, FIELDS, SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIXED = {
    "client": ("192.0.2.0/24", "198.51.100.0/25", "2001:db8::/32", "203.0.113.7", "::/0"),
    "country": ("D*", "*", "XX"),
    "user_risk": ("0", "50", "75.5", "100"),
    "bot_segment": tuple(SEGMENTS.values()),
    "status": ("4*", "*03", "2?0".replace("?", "*")),
    "action": ("*", "alert", "monitor", "deny*", "*e*"),
    "host": ("*.example.com", "www.*"),
    "path": ("/*", "*.php", "/*a*e*"),
    "rule": ("95*", "*-ANOMALY"),
    "asn": ("64497", "6450*", "64500"),
    "deciding_tag": ("OWASP_CRS/*", "akamai/bot/*", "AKAMAI/RATE*"),
    "tag": ("AKAMAI/BOT/*", "*SQL*", "owasp_crs/*"),
}


def rules(seed: int, seen: Mapping[str, Sequence[str]]) -> str:
    """A rule set. `seen`: values of fields in events."""
    dice = random.Random(seed)
    return "\n".join(_line(dice, seen) for _ in range(dice.randint(1, 10)))


def _line(dice: random.Random, seen: Mapping[str, Sequence[str]]) -> str:
    names = [dice.choice([*FIELDS]) for _ in range(dice.choice((0, 1, 1, 1, 2, 2, 3)))]
    # Two values of a field that has one are refused.
    words = [_term(dice, seen, name, names[:place]) for place, name in enumerate(names)]
    if not words or dice.random() < 0.2:
        words.append(f"sample={dice.choice((2, 3, 10, 100))}")
    dice.shuffle(words)
    return " ".join(words)


def _term(
    dice: random.Random, seen: Mapping[str, Sequence[str]], name: str, before: Sequence[str]
) -> str:
    sign = dice.choice(COMPARISONS) if name == "user_risk" and dice.random() < 0.8 else "="
    known = [each for each in seen.get(name, ()) if each and FIELDS[name].accepts(each)]
    value = dice.choice(known) if known and dice.random() < 0.7 else None
    if value is None:
        value = dice.choice(FIXED.get(name, ("*", "none")))
    elif name not in ("client", "user_risk", "bot_segment", "country"):
        value = _changed(dice, value)
    if not FIELDS[name].accepts(value) and value != "*":
        value = "*"
    if sign != "=" and value == "*":
        value = "50"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    quoted = f'"{escaped}"' if dice.random() < 0.3 or not value.isalnum() else value
    is_second = name in before and FIELDS[name].is_exclusive
    return f"{'NOT ' if is_second or dice.random() < 0.25 else ''}{name}{sign}{quoted}"


def _changed(dice: random.Random, value: str) -> str:
    """The value, in another case, or with a part of it replaced by any text."""
    way = dice.randrange(4)
    begin = dice.randint(0, len(value))
    end = dice.randint(begin, len(value))
    return (
        value,
        value.swapcase() if value.isascii() else value,
        value[:begin] + "*",
        (f"{value[:begin]}*{value[end:]}"),
    )[way]
