"""The fields that analysts search by, and whether Splunk can find their values in the index.

Splunk looks a value up in the index if its field is extracted, or an alias of an extracted one. For
a calculated field it reads every event of the time range.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.oracles.search_time.search_time import Rules

HOT = (
    "src",
    "src_ip",
    "dest",
    "user",
    "user_id",
    "request_id",
    "signature_id",
    "policy_id",
    "config_id",
    "ja4",
    "uri_path",
    "http_user_agent",
)
_BREAKERS = re.compile(r"[\[\]<>(){}|!;,'\"*\s&?+/:=@.\-$#%\\_]|--")
"""Major and minor breakers of segmenters.conf; the text between two breakers is a term."""


def how(rules: Rules, field: str) -> str:
    """`calculated`, or the rule that extracts it."""
    aliases = {target: source for source, target, _ in rules.aliases}
    if field in rules.evals:
        return "calculated"
    if any(field == name for one in rules.lookups for _, name in one.outputs):
        return "looked up"
    source = aliases.get(field, field)
    given = [one for one in rules.all_extractions() if source in one.names]
    if source in rules.evals or not given:
        return "calculated"
    labels = ", ".join(one.label for one in given)
    return f"alias of {source}, {labels}" if source != field else labels


def table(rules: Rules, events: Sequence[Mapping[str, object]]) -> list[tuple[str, str, str]]:
    """Field, how it is made, `term` or `no term`."""
    rows = []
    for field in HOT:
        made = how(rules, field)
        extracted = made not in ("calculated", "looked up")
        values = [(event[field], event["_raw"]) for event in events if field in event]
        found = extracted and all(
            terms(str(value)) <= terms(str(raw)) for value, raw in values if isinstance(value, str)
        )
        rows.append((field, made, "term" if found else "no term"))
    return rows


def terms(text: str) -> set[str]:
    """The terms that indexing makes of a text."""
    return {term.lower() for term in _BREAKERS.split(text) if term}
