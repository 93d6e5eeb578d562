"""What a search reads of the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.product.search.hot_fields import HOT

from .belief import ENOUGH, EVENTS, Belief, Unclear, enough

if TYPE_CHECKING:
    from .search_api import Splunk


def _hot_terms(splunk: Splunk) -> str | None:
    total = enough(splunk)
    wrong = []
    for field in HOT:
        rare = splunk.search(
            f"{EVENTS} {field}=* | head 50000 | stats count BY {field} | sort 0 count | head 1"
        ).value(field)
        if rare is None or any(letter in str(rare) for letter in '"\\*'):
            continue
        one = splunk.search(f'{EVENTS} {field}="{rare}"')
        if not one.matched:
            wrong.append(f"{field}={rare} is not found")
        elif one.scanned > max(2 * one.matched, one.matched + 100, total // 100):
            wrong.append(f"{field}={rare} read {one.scanned} events for {one.matched}")
    return "; ".join(wrong) or None


def _index_time(splunk: Splunk) -> str | None:
    whole = splunk.search(f"{EVENTS} | stats count", "-24h")
    late = splunk.search(f"{EVENTS} | stats count", "-24h", index_earliest="-15m")
    if whole.scanned < ENOUGH or late.matched > whole.matched // 2:
        raise Unclear("needs a day of events of which less than half came in the last 15 minutes")
    if late.scanned > 2 * late.matched + 100:
        return f"read {late.scanned} events for {late.matched}"
    return None


def _escapes(splunk: Splunk) -> str | None:
    found = splunk.search(f"{EVENTS} http_user_agent=* | head 50000 | table http_user_agent")
    values = [str(row.get("http_user_agent")) for row in found.rows]
    value = next((each for each in values if "\\" in each), None)
    if value is None:
        raise Unclear("needs an event whose http_user_agent holds a quotation mark or a backslash")
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("*", "\\*")
    matched = splunk.search(f'{EVENTS} http_user_agent="{quoted}"').matched
    return None if matched else f"{value} is not found"


def _reverse(splunk: Splunk) -> str | None:
    total = enough(splunk)
    found = splunk.search(f"{EVENTS} action=blocked")
    if not found.matched or found.matched > total // 2:
        raise Unclear("needs blocked events, and fewer than others")
    if found.scanned > 2 * found.matched + 100:
        return f"read {found.scanned} events for {found.matched}"
    return None


def _keywords(splunk: Splunk) -> str | None:
    enough(splunk)
    if not splunk.search(f"{EVENTS} http_user_agent=* | head 1").rows:
        raise Unclear("needs an event with a user agent")
    return None if splunk.search(f"{EVENTS} user agent | head 1").rows else "user is not found"


BELIEFS = (
    Belief(
        "hot fields",
        "A search for a value of a field that an extraction of that name gives, or an alias "
        "of one, reads only the events that hold the value as a term",
        "the speed of searches for `src`, `dest`, `user` and the other hot fields, not the results",
        "takes a rare value of each and compares the events read with those found",
        "Add the value as a term yourself: `TERM(192.0.2.7) src=192.0.2.7`. Report which fields",
        _hot_terms,
    ),
    Belief(
        "index time",
        "Bounds of the index time are applied before events are read",
        "the cost of the four alerts on events, not the results",
        "compares events read and found for the last 15 minutes of index time in 24 hours",
        "Set `dispatch.earliest_time = -30m` in these alerts. Events that arrive later are missed",
        _index_time,
    ),
    Belief(
        "reverse lookup",
        "A search for what a lookup gives (`action=blocked`) becomes one for its exact rows",
        "the speed of searches by `action`, not the results",
        "compares the events read with those found",
        "Search `vendor_action` instead",
        _reverse,
    ),
    Belief(
        "escaped values",
        "A value with JSON escapes is found by its other terms",
        "searches by `user`, `uri_path`, `http_user_agent` with quotation marks or backslashes",
        "searches for a user agent that holds one",
        "Search the field whose name ends in `_decoded`",
        _escapes,
    ),
    Belief(
        "keywords",
        "A word behind a quotation mark is found by keyword",
        "keyword searches for names of headers; no field",
        "searches for `user agent`",
        "Search by field",
        _keywords,
    ),
)
