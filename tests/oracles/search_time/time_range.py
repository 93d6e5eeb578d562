"""Time modifiers: `earliest=-1h@h latest=now` in the part of a search before the first pipe.

An event is found if its time is at or after `earliest` and before `latest`. Without `latest` the
range ends now; without both it is all time. The user's time zone is UTC.
https://help.splunk.com/en/splunk-enterprise/spl-search-reference/9.4/time-format-variables-and-modifiers/time-modifiers
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone

from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified

MODIFIERS = ("earliest", "latest")
_OTHERS = re.compile(
    r"(?:_?index_(?:earliest|latest)|now|timeformat"
    r"|(?:start|end)?(?:days|hours|minutes|months)ago"
    r"|(?:start|end)timeu?|searchtimespan(?:days|hours|minutes|months))\Z"
)
"""Modifiers that Splunk knows and the emulation does not support, including deprecated ones."""
_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86_400),
}
_CALENDAR = re.compile(r"(?:w[0-7]|mon(?:ths?)?|q(?:trs?|uarters?)?|y(?:rs?|ears?)?)\Z")
_RELATIVE = re.compile(r"(?:([+-])(\d*)([a-z]\w*))?(?:@([a-z]\w*))?")
_ABSOLUTE = "%m/%d/%Y:%H:%M:%S"
_TOKEN = re.compile(
    r"(?P<modifier>(?<![^\s(])(?P<name>earliest|latest)(?P<sign>=|!=|<=|>=|<|>)"
    r"(?P<value>\"[^\"]*\"|[^\s()|]+))"
    r"|\"(?:[^\"\\]|\\.)*\"|.",
    re.DOTALL,
)


@dataclass(frozen=True)
class TimeRange:
    """`earliest`, `latest`: epoch seconds; None if the search does not name it."""

    earliest: float | None = None
    latest: float | None = None

    def holds(self, moment: float) -> bool:
        """Whether an event of that time is in the range."""
        after = self.earliest is None or self.earliest <= moment
        return after and (self.latest is None or moment < self.latest)


ALL_TIME = TimeRange()


def time_range(search: str, now: float) -> tuple[TimeRange, str]:
    """The time range of a search without pipes, and the search without its modifiers.

    Raises Refused, Unspecified, NotInSubset.
    """
    found: dict[str, float] = {}
    rest, depth = "", 0
    for token in _TOKEN.finditer(search):
        text = token[0]
        depth += (text == "(") - (text == ")")
        if token["modifier"] is None:
            rest += text
            continue
        name = token["name"]
        if depth or token["sign"] != "=":
            raise NotInSubset(f"{text}: time modifiers in parentheses, or with another sign than =")
        if re.search(r"\b(?:OR|NOT)\s*\Z", rest) or re.match(r"\s*OR\b", search[token.end() :]):
            raise Unspecified(f"{text} beside OR or NOT")
        if name in found:
            raise Unspecified(f"{name} twice: {search}")
        found[name] = moment(token["value"].strip('"'), now)
    return _range(found, now), rest


def _range(found: dict[str, float], now: float) -> TimeRange:
    if not found:
        return ALL_TIME
    if "earliest" not in found:
        raise Unspecified("latest= without earliest=: where the range begins is the time picker's")
    made = TimeRange(found["earliest"], found.get("latest", now))
    if made.latest is not None and found["earliest"] >= made.latest:
        raise Refused("earliest= is not before latest=")
    return made


def moment(text: str, now: float) -> float:
    """Epoch seconds of a modifier's value. Raises Refused, NotInSubset."""
    if text in ("now", "now()"):
        return now
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if text.startswith("rt") or re.match(r"[+-]rt", text):
        raise Refused(f"{text}: real-time ranges are refused in a search's text")
    if "/" in text:
        return _absolute(text)
    match = _RELATIVE.fullmatch(text)
    if match is None or not text:
        raise Refused(f"{text} is no time")
    sign, count, unit, snap = match.groups()
    at = now
    if unit:
        at += int(count or 1) * _seconds(unit, text) * (1 if sign == "+" else -1)
    if snap:
        if snap in ("w", "week", "weeks"):
            raise NotInSubset(f"{text}: snapping to weeks")
        at -= at % _seconds(snap, text)
    return at


def _absolute(text: str) -> float:
    try:
        return datetime.strptime(text, _ABSOLUTE).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        raise Refused(f"{text} is no time in the form {_ABSOLUTE}") from None


def _seconds(unit: str, text: str) -> int:
    if unit in _SECONDS:
        return _SECONDS[unit]
    if _CALENDAR.match(unit):
        raise NotInSubset(f"{text}: months, quarters, years and days of the week")
    raise Refused(f"{text}: there is no unit {unit}")


def check_name(name: str) -> None:
    """Check the remaining comparisons: none may have the name of a modifier. Raises NotInSubset."""
    if name in MODIFIERS:
        raise NotInSubset(f"{name}= behind the first pipe, or in a macro's parentheses")
    if _OTHERS.match(name):
        raise NotInSubset(f"the time modifier {name}=; use earliest= and latest=")
