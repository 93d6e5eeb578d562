"""The eval functions that our searches and calculated fields use.

`FUNCTIONS`: name → least and most arguments, and the function. `KNOWN` are Splunk's others, which
the emulation does not support; a name in neither is refused as Splunk refuses it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import math
import re
from datetime import datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from tests.oracles.search_time import eval_values as values
from tests.oracles.search_time.pcre import pattern
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified, UnsureResult
from tests.oracles.search_time.time_range import moment

if TYPE_CHECKING:
    from collections.abc import Callable

    import pcre2

    from tests.oracles.search_time.eval_values import Value

ANY = 99
KNOWN = frozenset(
    [
        "abs",
        "acos",
        "commands",
        "exact",
        "exp",
        "in",
        "ipmask",
        "isbool",
        "isint",
        "json",
        "json_object",
        "json_array",
        "json_keys",
        "json_set",
        "json_valid",
        "ln",
        "log",
        "ltrim",
        "md5",
        "mvdedup",
        "mvmap",
        "mvrange",
        "mvsort",
        "mvzip",
        "nullif",
        "pi",
        "pow",
        "printf",
        "random",
        "rtrim",
        "sha1",
        "sha512",
        "sigfig",
        "spath",
        "sqrt",
        "strptime",
        "time",
        "typeof",
        "validate",
        "avg",
        "sum",
        "bit_and",
        "bit_or",
    ]
)


def _replace(subject: Value, regex: Value, with_: Value) -> Value:
    text, found, new = (
        values.text(each, f"replace() {part}")
        for each, part in ((subject, "subject"), (regex, "regex"), (with_, "replacement"))
    )
    if text is None or found is None or new is None:
        return None
    if new.endswith("\\") or re.search(r"\\(?![1-9])", new):
        message = f"replace() with {new!r}: a backslash that begins no group"
        raise Unspecified(message)
    return _replaced(text, found, new)


@lru_cache(256)
def _replaced(text: str, found: str, new: str) -> str:
    """Cached, because EVALs cannot use each other's results and so repeat the same calls."""
    made, at = [], 0
    for match in pattern(found).every(text):
        if match.start() == match.end():
            message = f"replace() of an empty match of {found}"
            raise Unspecified(message)
        made.append(text[at : match.start()])
        made.append(_filled(new, match))
        at = match.end()
    return "".join(made) + text[at:]


def _filled(new: str, match: pcre2.Match) -> str:
    return re.sub(r"\\([1-9])", lambda group: match.group(int(group[1])) or "", new)


def _match(subject: Value, regex: Value) -> Value:
    text, found = values.text(subject, "match() subject"), values.text(regex, "match() regex")
    if text is None or found is None:
        return None
    return pattern(found).search(text) is not None


def _like(subject: Value, form: Value) -> Value:
    text, found = values.text(subject, "like() subject"), values.text(form, "like() pattern")
    if text is None or found is None:
        return None
    if "\\" in found:
        message = "like() with a backslash"
        raise Unspecified(message)
    parts = {"%": ".*", "_": "."}
    form = "".join(parts.get(each) or re.escape(each) for each in found)
    return re.fullmatch(form, text, re.DOTALL) is not None


def _urldecode(subject: Value) -> Value:
    text = values.text(subject, "urldecode()")
    if text is None:
        return None
    if "+" in text:
        message = "urldecode() of a plus sign"
        raise Unspecified(message)
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        message = "urldecode() of a percent sign that begins no escape"
        raise Unspecified(message)
    try:
        return unquote_to_bytes(text.encode("utf-8", "surrogatepass")).decode(
            "utf-8", "surrogatepass"
        )
    except UnicodeDecodeError as error:
        message = f"urldecode() of escapes that are no UTF-8: {text[:80]!r}"
        raise Unspecified(message) from error


def _json_extract(subject: Value, path: Value) -> Value:
    """A string member of an object, as text; NULL if the text is not JSON."""
    text, name = values.text(subject, "json_extract()"), values.text(path, "json_extract() path")
    if text is None or name is None:
        return None
    if not re.fullmatch("[a-z]+", name):
        message = f"json_extract() with the path {name}"
        raise NotInSubset(message)
    try:
        found = json.loads(text)[name]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(found, str) or not found:
        message = f"json_extract() of {found!r}"
        raise Unspecified(message)
    if re.search("[\x00\ud800-\udfff]", found):
        message = "json_extract() of U+0000 or half of a surrogate pair"
        raise UnsureResult(message)
    return found


def _tonumber(subject: Value, base: Value = 10) -> Value:
    if isinstance(subject, (int, float)):
        return subject
    text = values.text(subject, "tonumber()")
    if text is None or base == 10:
        return None if text is None else values.parsed(text)
    if base != 16:
        message = f"tonumber() with base {base}"
        raise NotInSubset(message)
    if not re.fullmatch("[0-9A-Fa-f]{1,8}", text):
        message = f"tonumber() of {text!r} with base 16"
        raise Unspecified(message)
    return int(text, 16)


def _sha256(subject: Value) -> Value:
    """Hexadecimal digits, in lower case."""
    text = values.text(subject, "sha256()")
    return None if text is None else hashlib.sha256(text.encode()).hexdigest()


def _cidrmatch(network: Value, address: Value) -> Value:
    """Splunk's documents have networks and addresses only, IPv4 or IPv6, each with its like."""
    wanted, text = values.text(network, "cidrmatch() network"), values.text(address, "cidrmatch()")
    if wanted is None or text is None:
        return None
    try:
        found = ipaddress.ip_address(text)
    except ValueError as error:
        message = f"cidrmatch() of {text!r}, which is no address"
        raise Unspecified(message) from error
    made = ipaddress.ip_network(wanted)
    if made.version != found.version:
        message = f"cidrmatch() of {text} with {wanted}"
        raise Unspecified(message)
    return found in made


def _tostring(subject: Value) -> Value:
    return values.text(subject, "tostring()")


def _isnum(value: Value) -> bool:
    """A field value that looks like a number is a number to it."""
    if isinstance(value, str):
        return values.parsed(value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _list(value: Value) -> list[str] | None:
    if value is None or isinstance(value, list):
        return value
    return [values.text(value, "a multivalue function") or ""]


def _mvindex(subject: Value, begin: Value, end: Value = None) -> Value:
    each = _list(subject)
    first, last = values.number(begin, "mvindex() start"), values.number(end, "mvindex() end")
    if each is None or first is None:
        return None
    if last is None:
        return each[int(first)] if -len(each) <= first < len(each) else None
    chosen = each[int(first) : (int(last) + 1) or None]
    return chosen[0] if len(chosen) == 1 else chosen or None


def _mvfind(subject: Value, regex: Value) -> Value:
    each, found = _list(subject), values.text(regex, "mvfind() regex")
    if each is None or found is None:
        return None
    return next((place for place, one in enumerate(each) if pattern(found).search(one)), None)


def _mvcount(subject: Value) -> Value:
    each = _list(subject)
    return None if each is None else len(each)


def _mvjoin(subject: Value, between: Value) -> Value:
    each, mark = _list(subject), values.text(between, "mvjoin() delimiter")
    return None if each is None or mark is None else mark.join(each)


def _mvappend(*each: Value) -> Value:
    found = [one for value in each for one in _list(value) or ()]
    return found[0] if len(found) == 1 else found or None


def _relative_time(subject: Value, modifier: Value) -> Value:
    at, text = values.number(subject, "relative_time()"), values.text(modifier, "relative_time()")
    return None if at is None or text is None else moment(text, at)


def _strftime(subject: Value, form: Value) -> Value:
    """The user's time zone is UTC."""
    at, text = values.number(subject, "strftime()"), values.text(form, "strftime() format")
    if at is None or text is None:
        return None
    if re.sub("%[YmdHMS]", "", text).count("%"):
        raise NotInSubset(f"strftime() with {text}")
    return datetime.fromtimestamp(int(at), timezone.utc).strftime(text)


def _split(subject: Value, between: Value) -> Value:
    text, mark = values.text(subject, "split()"), values.text(between, "split() delimiter")
    if text is None or not mark:
        return None
    parts = text.split(mark)
    return parts[0] if len(parts) == 1 else parts


def _substr(subject: Value, begin: Value, length: Value = None) -> Value:
    text, first = values.text(subject, "substr()"), values.number(begin, "substr() start")
    count = values.number(length, "substr() length")
    if text is None or first is None:
        return None
    if first < 1:
        message = "substr() that does not start at 1 or later"
        raise Unspecified(message)
    rest = text[int(first) - 1 :]
    return rest if count is None else rest[: int(count)]


def _trim(subject: Value) -> Value:
    text = values.text(subject, "trim()")
    return None if text is None else text.strip(" \t")


def _round(subject: Value, digits: Value = 0) -> Value:
    amount, places = values.number(subject, "round()"), values.number(digits, "round() digits")
    if amount is None or places is None:
        return None
    made = round(amount, int(places))
    return made if places else int(made)


def _floor(subject: Value) -> Value:
    amount = values.number(subject, "floor()")
    return None if amount is None else math.floor(amount)


def _ceiling(subject: Value) -> Value:
    amount = values.number(subject, "ceiling()")
    return None if amount is None else math.ceil(amount)


def _extreme(choose: Callable[..., int | float]) -> Callable[..., Value]:
    def of(*each: Value) -> Value:
        known = [values.number(one, choose.__name__) for one in each]
        numbers = [one for one in known if one is not None]
        return choose(numbers) if numbers else None

    return of


def _text(change: Callable[[str], str | int]) -> Callable[[Value], Value]:
    def of(subject: Value) -> Value:
        text = values.text(subject, "a string function")
        return None if text is None else change(text)

    return of


FUNCTIONS: dict[str, tuple[int, int, Callable[..., Value]]] = {
    "ceiling": (1, 1, _ceiling),
    "floor": (1, 1, _floor),
    "len": (1, 1, _text(len)),
    "lower": (1, 1, _text(str.lower)),
    "upper": (1, 1, _text(str.upper)),
    "like": (2, 2, _like),
    "match": (2, 2, _match),
    "max": (1, ANY, _extreme(max)),
    "min": (1, ANY, _extreme(min)),
    "json_extract": (2, 2, _json_extract),
    "mvappend": (1, ANY, _mvappend),
    "mvcount": (1, 1, _mvcount),
    "mvfind": (2, 2, _mvfind),
    "mvindex": (2, 3, _mvindex),
    "mvjoin": (2, 2, _mvjoin),
    "null": (0, 0, lambda: None),
    "relative_time": (2, 2, _relative_time),
    "replace": (3, 3, _replace),
    "round": (1, 2, _round),
    "split": (2, 2, _split),
    "strftime": (2, 2, _strftime),
    "substr": (2, 3, _substr),
    "cidrmatch": (2, 2, _cidrmatch),
    "sha256": (1, 1, _sha256),
    "tonumber": (1, 2, _tonumber),
    "tostring": (1, 1, _tostring),
    "trim": (1, 1, _trim),
    "true": (0, 0, lambda: True),
    "false": (0, 0, lambda: False),
    "urldecode": (1, 1, _urldecode),
    "isnum": (1, 1, _isnum),
    "isstr": (1, 1, lambda value: isinstance(value, str) and not _isnum(value)),
    "isnull": (1, 1, lambda value: value is None),
    "isnotnull": (1, 1, lambda value: value is not None),
}
LAZY = {
    "case": (2, ANY),
    "coalesce": (1, ANY),
    "if": (3, 3),
    "mvfilter": (1, 1),
    "now": (0, 0),
    "searchmatch": (1, 1),
}
"""Functions that do not evaluate all arguments, or that need more than their values."""


def check(name: str, count: int) -> None:
    """Raise Splunk's error for an unknown name, or for too few or too many arguments."""
    if name in LAZY:
        least, most = LAZY[name]
    elif name in FUNCTIONS:
        least, most, _ = FUNCTIONS[name]
    else:
        known = name in KNOWN
        message = f"{name}() is {'not in the subset' if known else 'no function'}"
        raise (NotInSubset if known else Refused)(message)
    if not least <= count <= most:
        message = f"{name}() with {count} arguments"
        raise Refused(message)
