"""What a transform takes out of an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .belief import EVENTS, Belief, Unclear, none_of

if TYPE_CHECKING:
    from .search_api import Splunk


def _patterns(splunk: Splunk) -> str | None:
    return none_of(
        splunk,
        '| eval said=json_extract(_raw,"attackData.clientIP") '
        '| where match(said,"^[0-9A-Fa-f.:]+$") AND NOT coalesce(src,"")=said',
        "events have another src than clientIP",
    )


def _nested(splunk: Splunk) -> str | None:
    return none_of(
        splunk,
        '| where (isnotnull(src) AND NOT coalesce(src_ip,"")=src) '
        "OR (isnotnull(rule) AND isnull(signature_id) AND isnull(signature))",
        "events have a field, and not the one within it",
    )


def _long_records(splunk: Splunk) -> str | None:
    path = 'isnotnull(json_extract(_raw,"httpMessage.path"))'
    long = f"{EVENTS} | where len(_raw)>40000 AND {path}"
    if not int(splunk.search(f"{long} | stats count", "-24h").value("count") or 0):
        raise Unclear("needs an event of more than 40,000 bytes within 24 hours")
    lost = splunk.search(f"{long} AND (isnull(uri_path) OR isnull(src)) | stats count", "-24h")
    count = int(lost.value("count") or 0)
    return f"{count} long events lack src or uri_path" if count else None


def _earlier_field(splunk: Splunk) -> str | None:
    return none_of(
        splunk,
        '| eval said=mvjoin(json_array_to_mv(json_extract(_raw,"attackData.rules{}.action")),"") '
        '| where said!="" AND isnull(vendor_action)',
        "events have rules with an action, and no vendor_action",
    )


def _every_rule(splunk: Splunk) -> str | None:
    return none_of(
        splunk,
        '| eval n=mvcount(json_array_to_mv(json_extract(_raw,"attackData.rules"))) '
        "| where n!=coalesce(mvcount(rule_all),0)",
        "events do not have each rule in rule_all",
    )


def _first_pattern(splunk: Splunk) -> str | None:
    return none_of(
        splunk,
        '| eval said=json_extract(_raw,"attackData.appliedAction") '
        '| where match(said,"^[a-z_]+$") AND NOT coalesce(vendor_action,"")=said',
        "events have another vendor_action than appliedAction",
    )


BELIEFS = (
    Belief(
        "patterns",
        "A transform without FORMAT takes named groups only; recursion and conditionals of PCRE "
        "work",
        "every field that is extracted",
        "compares `src` with `attackData.clientIP`",
        "Report it with the line `Regex` of search.log. Until then search Splunk's own JSON "
        "fields, such as `attackData.clientIP`",
        _patterns,
    ),
    Belief(
        "nested groups",
        "A named group within another gives a field of its own, and the outer one gives the whole",
        "`src_ip`, `applied_action`, `status`, `http_referrer_domain`, the keys of `rule`",
        "looks for events with `src` and another `src_ip`, or with `rule` and no key of it",
        "Report which field is missing. In local/props.conf, `FIELDALIAS-src_ip = src ASNEW "
        "src_ip` gives that one; for a rule, use `attackData.rules{}.id`",
        _nested,
    ),
    Belief(
        "long records",
        "MATCH_LIMIT of a transform's stanza counts for a REPORT, and possessive repetition does "
        "not count for DEPTH_LIMIT",
        "fields of events of more than 40,000 bytes",
        "looks for long events without `src` or `uri_path`",
        "Raise DEPTH_LIMIT in the `akamai_siem_` stanzas of local/transforms.conf",
        _long_records,
    ),
    Belief(
        "earlier field",
        "A transform may read (SOURCE_KEY) a field that an earlier one gave; REPORT classes go by "
        "ASCII order",
        "`vendor_action` where Akamai sends no appliedAction, `rule_score`",
        "looks for events with actions of rules and without `vendor_action`",
        "Use `rule_action_all`, the actions of all rules",
        _earlier_field,
    ),
    Belief(
        "every rule",
        "A transform with MV_ADD matches again where the last match ended, and `\\G` is that place",
        "`rule_all`, `signature_id_all` and the other lists; the deciding rule is found without it",
        "counts the rules of each event in the JSON and in `rule_all`",
        "Use Splunk's own JSON fields, `attackData.rules{}.id`, in events of up to 5,000 bytes",
        _every_rule,
    ),
    Belief(
        "first pattern",
        "Of the transforms of one REPORT that give the same field, the first that matches wins",
        "`vendor_action`, and so `action` and `severity`",
        "compares `vendor_action` with `attackData.appliedAction`",
        "In local/props.conf, calculate it: "
        "`EVAL-vendor_action = coalesce('attackData.appliedAction',vendor_action)`",
        _first_pattern,
    ),
)
