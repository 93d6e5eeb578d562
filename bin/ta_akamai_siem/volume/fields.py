"""The fields that a rule of `drop` can name, and what a value of each may be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

EQUAL, ANY = "=", "*"
COMPARISONS = ("<=", ">=", "<", ">")
SEGMENTS = {
    "human": "0",
    "cautious response": "1",
    "strict response": "2",
    "aggressive response": "3",
    "safeguard": "4",
}
"""The words of lookups/akamai_siem_bot_segment.csv. A test compares them."""
NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?\Z"
"""A number that can be compared."""

_DIGITS = re.compile(r"[0-9*]+\Z", re.ASCII)
_NUMBER = re.compile(NUMBER, re.ASCII)
_NO_HOST = re.compile(r"[/?#\s]|\A[^\[]*:|\]:|\.\Z")
_LEADING_ZERO = re.compile(r"\.0[0-9]|(?:^|:)0[0-9]+\.")
_COUNTRY = re.compile(r"(?:[A-Za-z]{2}|[A-Za-z]?\*[A-Za-z]?)\Z", re.ASCII)


class Field(NamedTuple):
    """`name`: in a rule. `search_field`: the field of docs/fields.md with the same value.
    `allowed`: what its value may be, for messages. `accepts`: whether a value is that.
    `compares`: with `<` and the like too. `is_exclusive`: no event matches two values of it.
    """

    name: str
    search_field: str
    allowed: str
    accepts: Callable[[str], bool]
    compares: bool = False
    is_exclusive: bool = True


def _any(_: str) -> bool:
    return True


def _is_action(text: str) -> bool:
    """`action` of a search has two values, which no `vendor_action` has."""
    return text.lower() not in ("blocked", "allowed")


def _is_address(text: str) -> bool:
    """An address or a network, without bits behind the network's length."""
    # Imported only if a rule needs it, to start faster.
    from ipaddress import ip_network  # noqa: PLC0415 - see above

    try:
        ip_network(text)
    except ValueError:
        return text == ANY
    # Python before 3.9.5 takes a part such as 07, which others read as octal.
    return "%" not in text and not _LEADING_ZERO.search(text)


def _is_segment(text: str) -> bool:
    return text == ANY or text.lower() in SEGMENTS or text in SEGMENTS.values()


_TEXT = "text, with * for any characters"
_WHOLE = "digits, with * for any characters"
FIELDS = {
    field.name: field
    for field in (
        Field(
            "action",
            "vendor_action",
            "what Akamai did, such as alert, monitor or deny, with * for any characters",
            _is_action,
        ),
        Field("config", "config_id", _WHOLE, lambda text: bool(_DIGITS.match(text))),
        Field("policy", "policy_id", _TEXT, _any),
        Field(
            "host",
            "dest",
            "a host without scheme, port, path and final dot, with * for any characters",
            lambda text: not _NO_HOST.search(text),
        ),
        Field(
            "method",
            "http_method",
            "one method, with * for any characters",
            lambda text: not re.search(r"[\s,]", text),
        ),
        Field(
            "path",
            "uri_path",
            "a path as it was sent, which begins with / or *, without the query",
            lambda text: text[0] in "/*" and "?" not in text,
        ),
        Field("status", "vendor_status", _WHOLE, lambda text: bool(_DIGITS.match(text))),
        Field(
            "country",
            "src_country",
            "two letters of ISO 3166-1, such as DE, with * for any",
            lambda text: bool(_COUNTRY.match(text)),
        ),
        Field("asn", "src_asn", _WHOLE, lambda text: bool(_DIGITS.match(text)), is_exclusive=False),
        Field(
            "client",
            "src",
            "an address, a network such as 2001:db8::/32 whose other bits are zero, or *",
            _is_address,
            is_exclusive=False,
        ),
        Field("rule", "signature_id_all", _TEXT, _any, is_exclusive=False),
        Field("tag", "signature_tag_all", _TEXT, _any, is_exclusive=False),
        Field("deciding_rule", "signature_id", _TEXT, _any),
        Field("deciding_tag", "signature_tag", _TEXT, _any),
        Field(
            "bot_segment",
            "bot_segment_id",
            f"{', '.join(f'{number} ({word})' for word, number in SEGMENTS.items())}, or *",
            _is_segment,
        ),
        Field(
            "user_risk",
            "user_risk_score",
            "a number, or * after =",
            lambda text: bool(_NUMBER.match(text)),
            compares=True,
            is_exclusive=False,
        ),
        Field("api", "api_id", _TEXT, _any),
    )
}
"""By name, in the order of messages and documents."""
