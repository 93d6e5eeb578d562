"""What an event type may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .belief import EVENTS, Belief, Unclear, enough

if TYPE_CHECKING:
    from .search_api import Splunk


def _event_types(splunk: Splunk) -> str | None:
    enough(splunk)
    if not splunk.search(f"{EVENTS} rule=* | head 1").rows:
        raise Unclear("needs an event with a rule")
    kinds = "NOT eventtype=akamai_siem_rule NOT eventtype=akamai_siem_rule_watched"
    lacking = splunk.search(f"{EVENTS} rule=* {kinds} | stats count")
    count = int(lacking.value("count") or 0)
    return f"{count} events with rules lack their event type" if count else None


def _in_event_type(splunk: Splunk) -> str | None:
    enough(splunk)
    watched = f"{EVENTS} rule=* NOT action=blocked NOT attack_tag=* "
    watched += "(attack_family=bot OR attack_family=rate OR attack_family=reputation)"
    if not splunk.search(f"{watched} | head 1").rows:
        raise Unclear("needs an event with a bot, rate or reputation rule that only alerted")
    lacking = splunk.search(f"{watched} NOT eventtype=akamai_siem_rule_watched | stats count")
    count = int(lacking.value("count") or 0)
    return f"{count} events lack the event type akamai_siem_rule_watched" if count else None


BELIEFS = (
    Belief(
        "event types",
        "`field=*` in an event type holds for every event that has the extracted field",
        "event types, tags and data models",
        "looks for rule events without their event type",
        "In local/eventtypes.conf, write `ids_type=application` for `rule=*`",
        _event_types,
    ),
    Belief(
        "IN",
        "An event type may hold `field IN (…)`",
        "the models of bot, rate and reputation rules that only alerted",
        "looks for such events without the event type `akamai_siem_rule_watched`",
        "Write the values with OR in local/eventtypes.conf",
        _in_event_type,
    ),
)
