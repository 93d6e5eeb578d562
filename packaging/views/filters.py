"""The filters that every security view has, and what they add to a search.

A filter that is not set is `*`, which each event fits, since the data model fills what is missing.
Values are quoted by the dashboard (`|s`): nothing that somebody types, or a client has sent, can
add to a search.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import studio
from data_model import NAME

COUNTRIES = Path(__file__).resolve().parents[2] / "lookups" / "akamai_siem_country.csv"
FIELDS = {
    "config": "config_id",
    "policy": "policy_id",
    "host": "dest",
    "action": "action",
    "client": "src",
    "country": "src_country",
    "asn": "src_asn",
    "ja4": "ja4",
    "path": "uri_path_start",
}
"""Fields by token."""
HOUR, DAY = "-60m@m,now", "-24h@h,now"


def inputs(base: str, default: str = HOUR) -> dict[str, dict[str, Any]]:
    """`base`: a search with config_id, policy_id and dest, which fills the lists."""
    return {
        "input_time": studio.time_range(default),
        "input_config": studio.choice_of(
            "Configuration", "input_config", base, "config_id", _labelled("config")
        ),
        "input_policy": studio.choice_of(
            "Policy", "input_policy", base, "policy_id", _labelled("policy")
        ),
        "input_host": studio.choice_of("Host", "input_host", base, "dest"),
        "input_action": studio.choice(
            "Action",
            "action",
            {"All": "*", "blocked": "blocked", "allowed": "allowed", "none": "unknown"},
            "*",
        ),
        "input_client": studio.text("Client (address)", "client"),
        "input_country": studio.choice("Country", "country", _countries(), "*"),
        "input_asn": studio.text("ASN", "asn"),
        "input_ja4": studio.text("JA4", "ja4"),
        "input_path": studio.text("Path (to the third segment)", "path"),
    }


def named(kind: str) -> str:
    """Commands for a table: `<kind>_id` shows the name if there is one, `_<kind>` keeps the id."""
    return (
        f"`akamai_siem_{kind}_name({kind}_id)` "
        f"| eval _{kind}={kind}_id, {kind}_id=coalesce({kind}_name,{kind}_id)"
    )


def _labelled(kind: str) -> str:
    label = f'if(isnull({kind}_name),{kind}_id,{kind}_name." (".{kind}_id.")")'
    return f"`akamai_siem_{kind}_name({kind}_id)` | eval label={label}"


WITH_MARKS = " | append [search `akamai_siem_activations`]"
"""Behind a search by time: rows with a field `mark`, for each activation that is known."""
DROPPED = "`akamai_siem_dropped`"
"""A row with a field `left_out`, if rules dropped anything."""
WITH_DROPPED = f" | append [search {DROPPED}]"
"""Behind a search of a view that has no room for another one."""
COUNTED = "search count=*"
"""The rows of such a search, without the marks and without the sentence."""


def left_out(base: str) -> studio.Row:
    """The sentence above the panels of a view that counts events. `base`: a search with its row."""
    return studio.Row(
        100,
        (
            studio.Panel(
                "left_out",
                "note",
                "Dropped by rules, and not counted here",
                "By the log of all inputs, whatever the filters are. Click: the rules",
                base,
                "search left_out=* | table left_out",
                link=studio.link_to_search(
                    "`akamai_siem_log` event=events.dropped "
                    "| stats sum(count) AS events sum(bytes) AS bytes BY input rule "
                    "| sort 1000 -events",
                    "what each rule dropped",
                ),
            ),
        ),
    )


def marks(span: int) -> str:
    """Commands that leave the marks within the time that is shown. `span`: seconds of a row."""
    return (
        "eval counted=if(isnull(mark),_time,null()) "
        "| eventstats min(counted) AS begins max(counted) AS ends "
        f"| where isnotnull(mark) AND _time>=begins AND _time<ends+{span} | table _time mark"
    )


def where(dataset: str, *more: str) -> str:
    """`WHERE …` of tstats. `more`: further conditions, with the dataset's fields."""
    wanted = [f"{dataset}.{field}=${token}|s$" for token, field in FIELDS.items()]
    return f"WHERE {' '.join([*wanted, *more])}"


def count(
    dataset: str,
    by: str,
    *,
    functions: str = "count",
    more: tuple[str, ...] = (),
    accelerated: bool = False,
) -> str:
    """A search of the data model. `by`: fields of the dataset, and `_time span=…`."""
    macro = "akamai_siem_tstats_accelerated" if accelerated else "akamai_siem_tstats"
    names = [
        name if name.startswith(("_time", "span=")) else f"{dataset}.{name}" for name in by.split()
    ]
    parts = [f"| `{macro}` {functions} FROM datamodel={NAME}.{dataset}", where(dataset, *more)]
    return f"{' '.join([*parts, 'BY', *names])} | rename {dataset}.* AS *"


def _countries() -> dict[str, str]:
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        return {"All": "*"} | {
            row["src_country_name"]: row["src_country"] for row in csv.DictReader(file)
        }
