"""What lookups find and keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .belief import Belief

if TYPE_CHECKING:
    from .search_api import Splunk


def _first_row(splunk: Splunk) -> str | None:
    category = splunk.search(
        '| makeresults | eval category_key="/CUSTOM/SQL_INJECTION/ /60001/ |SQL Injection" '
        "| lookup akamai_siem_category category_key OUTPUT category | table category"
    ).value("category")
    return None if category == "Custom Rule" else f"category={category}"


def _null_in_lookup(splunk: Splunk) -> str | None:
    action = splunk.search(
        "| makeresults | eval vendor_action=null() "
        "| lookup akamai_siem_action vendor_action OUTPUT action | table action"
    ).value("action")
    return None if action in (None, "") else f"action={action}"


def _table(splunk: Splunk) -> str | None:
    """Adds a row that belongs to no host, finds it with its listed fields only, and removes it."""
    table, row = "akamai_siem_usual_denied", '| eval dest="believed.invalid", usual=1, runs=1, no=1'
    read = f"| inputlookup {table}"
    passed = splunk.search(
        f"| makeresults {row} | fields - _time | inputlookup append=true {table} "
        f'| outputlookup {table} | search dest="believed.invalid"'
    )
    kept = splunk.search(f'{read} | search dest="believed.invalid"')
    splunk.search(f'{read} | search dest!="believed.invalid" | outputlookup {table}')
    left = splunk.search(f'{read} | search dest="believed.invalid"')
    if not passed.rows:
        return "outputlookup does not hand rows on"
    if len(kept.rows) != 1 or "no" in kept.rows[0]:
        return f"the table holds {kept.rows}"
    return f"the row stays: {left.rows}" if left.rows else None


BELIEFS = (
    Belief(
        "first row",
        "Of several rows of a table that match, with wildcards or without, a lookup with "
        "`max_matches = 1` gives the first of the file",
        "`category`, `attack_family`, `severity`",
        "looks up a customer's tag that a later row knows too",
        "Use `signature_tag`; put a table without overlapping rows beside ours and name it in "
        "local/transforms.conf",
        _first_row,
    ),
    Belief(
        "nothing in a lookup",
        "A lookup whose input field is missing writes nothing",
        "that `action` is absent where nothing was decided",
        "looks up the action of a row without one",
        "Read `action=unknown` as no action",
        _null_in_lookup,
    ),
    Belief(
        "tables of alerts",
        "`outputlookup` to the KV store replaces the table, keeps listed fields only, and passes "
        "its rows on",
        "the three alerts that store tables",
        "only with --write: adds a row to `akamai_siem_usual_denied`, reads it, removes it",
        "Disable the three alerts and report it; the others store nothing",
        _table,
        writes=True,
    ),
)
