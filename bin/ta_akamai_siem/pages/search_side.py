"""What Configuration > Search shows and changes: the macro, the event types, the older history.

A switch is read from where it takes effect, so settings that were made in files show too. Only
what differs is written, so that other changes of an administrator stay.
"""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Optional

from ta_akamai_siem.splunk.knowledge import EventType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ta_akamai_siem.splunk.knowledge import Knowledge

MACRO = "akamai_siem_index"
EVENTS = "akamai_siem_events"
"""What views and alerts search."""
LET_THROUGH, ALL, NONE = "let_through", "all", "nothing"
WEB = (LET_THROUGH, ALL, NONE)
"""Which events with a rule are in the data model Web too. The framework takes `none` for false."""
MODEL = "Akamai_SIEM"
"""The data model of the views."""
SUMMARY_RANGE = "-7d"
"""How far back the views look: docs/views.md."""
CONNECTOR = "akamaisiem"
"""The source type of Akamai's own connector."""
_WEB_TYPE, _WATCHED_TYPE = "akamai_siem_rule_web", "akamai_siem_watched_attack"
_ALERT_TYPE = "akamai_siem_alert"
SOURCETYPE = "akamai:siem"
ALERT_PROPS = {True: {"EVAL-type": '"alert"'}, False: {"EVAL-type": "type"}}
"""The model Alerts wants `type` to be alert. If it is off again, the field is what the record has:
a stanza that was there before must stay, and an expression cannot be empty.
"""
ALIAS_STANZA = "source::akamai_siem..."
"""All events of this add-on. Nothing else uses this stanza, so it can be removed as a whole."""
ALIAS_PROPS = {
    "FIELDALIAS-connector": (
        '"httpMessage.requestHeaders{}" ASNEW httpMessage.requestHeaders '
        '"httpMessage.responseHeaders{}" ASNEW httpMessage.responseHeaders'
    )
}
"""What the connector calls the header blocks. Records of 0.1.0 have such fields: they stay."""
_NOT_BLOCKED = " NOT action=blocked"
_APP = Path(__file__).resolve().parents[3]
_OURS = _APP / "default" / "eventtypes.conf"
_WITH_HISTORY = _APP / "docs" / "examples" / CONNECTOR / "eventtypes.conf"
_HISTORY_PROPS = _APP / "docs" / "examples" / CONNECTOR / "props.conf"
_OURS_ALONE = f"`{MACRO}` sourcetype=akamai:siem"
_WITH_CONNECTOR = "`akamai_siem_any_collector`"
_NAME = re.compile(r"[a-z0-9*][a-z0-9_*-]*\Z")
_TERM = r"index\s*=\s*\"?([\w*-]+)\"?"
_PLAIN = re.compile(rf"\(?\s*{_TERM}(?:\s+OR\s+{_TERM})*\s*\)?\Z")
_LISTED = re.compile(r"\(?\s*index\s+IN\s*\(([^()]*)\)\s*\)?\Z")


@dataclass(frozen=True)
class SearchSide:
    """`indexes`: of the macro; None if its definition is of another form.

    `web`: one of `WEB`. `watched`: bot, rate and reputation rules that only watched are attacks.
    `alerts`: events of high severity are in the data model Alerts. `history`: the data models have
    the events of Akamai's own connector too. `aliased`: header blocks have its names for them too.
    `accelerated`: the data model of the views is.
    """

    indexes: Optional[tuple[str, ...]]
    web: str
    watched: bool
    alerts: bool
    history: bool
    aliased: bool
    accelerated: bool


def index_names(definition: str) -> tuple[str, ...] | None:
    """The indexes that a definition of the macro names; None if it is of another form."""
    text = definition.strip()
    if _PLAIN.match(text):
        return tuple(re.findall(_TERM, text))
    listed = _LISTED.match(text)
    names = re.split(r"[\s,]+", listed[1].strip()) if listed else []
    return tuple(name.strip('"') for name in names if name) or None


def definition_of(indexes: tuple[str, ...]) -> str:
    """The macro's definition."""
    return f"({' OR '.join(f'index={name}' for name in indexes)})"


def is_index_name(text: str) -> bool:
    """Whether it can be an index. A `*` stands for any characters.

    https://help.splunk.com/en/splunk-enterprise/administer/manage-indexers-and-indexer-clusters
    """
    return _NAME.match(text) is not None


def read_search_side(knowledge: Knowledge) -> SearchSide:
    """As it is now. Raises SettingsUnreadable."""
    web = knowledge.event_type(_WEB_TYPE)
    return SearchSide(
        indexes=index_names(knowledge.macro(MACRO)),
        web=_web(web),
        watched=knowledge.event_type(_WATCHED_TYPE).is_on,
        alerts=knowledge.event_type(_ALERT_TYPE).is_on,
        history=f"sourcetype={CONNECTOR}" in web.search,
        aliased=knowledge.has_props(ALIAS_STANZA),
        accelerated=knowledge.is_accelerated(MODEL),
    )


def _web(event_type: EventType) -> str:
    if not event_type.is_on:
        return NONE
    return LET_THROUGH if _NOT_BLOCKED in event_type.search else ALL


def change_search_side(knowledge: Knowledge, now: SearchSide, wanted: SearchSide) -> None:
    """Write what differs. Raises NotChanged, SettingsUnreadable."""
    if wanted.indexes and wanted.indexes != now.indexes:
        knowledge.set_macro(MACRO, definition_of(wanted.indexes))
    if wanted.watched != now.watched:
        watched = knowledge.event_type(_WATCHED_TYPE)
        knowledge.set_event_type(_WATCHED_TYPE, watched._replace(is_on=wanted.watched))
    if wanted.alerts != now.alerts:
        alert = knowledge.event_type(_ALERT_TYPE)
        # The field first: without it, the model would find events that are no alerts to it.
        knowledge.add_props(SOURCETYPE, ALERT_PROPS[wanted.alerts])
        knowledge.set_event_type(_ALERT_TYPE, alert._replace(is_on=wanted.alerts))
    if wanted.aliased != now.aliased:
        if wanted.aliased:
            knowledge.add_props(ALIAS_STANZA, ALIAS_PROPS)
        else:
            knowledge.remove_props(ALIAS_STANZA)
    if wanted.accelerated != now.accelerated:
        knowledge.accelerate(MODEL, SUMMARY_RANGE, is_on=wanted.accelerated)
    if wanted.history != now.history:
        _change_history(knowledge, with_history=wanted.history)
    if (wanted.web, wanted.history) != (now.web, now.history):
        search = _searches(with_history=wanted.history)[_WEB_TYPE]
        if wanted.web == ALL:
            search = search.replace(_NOT_BLOCKED, "")
        knowledge.set_event_type(_WEB_TYPE, EventType(search, wanted.web != NONE))


def _change_history(knowledge: Knowledge, *, with_history: bool) -> None:
    """The fields first: without them, the event types would find events that have none."""
    if with_history:
        knowledge.add_props(CONNECTOR, _stanzas(_HISTORY_PROPS)[CONNECTOR])
    for name, search in _searches(with_history=with_history).items():
        if name != _WEB_TYPE:
            known = knowledge.event_type(name)
            knowledge.set_event_type(name, known._replace(search=search))
    knowledge.set_macro(EVENTS, _WITH_CONNECTOR if with_history else _OURS_ALONE)
    if not with_history:
        knowledge.remove_props(CONNECTOR)


def _searches(*, with_history: bool) -> dict[str, str]:
    """The searches of the event types that look at that history or do not."""
    extended = _stanzas(_WITH_HISTORY)
    chosen = extended if with_history else _stanzas(_OURS)
    return {name: chosen[name]["search"] for name in extended}


def _stanzas(path: Path) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(
        interpolation=None, delimiters=("=",), comment_prefixes=("#",), default_section="\0"
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return {name: dict(parser.items(name)) for name in parser.sections()}


def shown(side: SearchSide) -> dict[str, str]:
    """The fields of the form."""
    return {
        "search_indexes": ";".join(side.indexes or ()),
        "search_web": side.web,
        "search_watched": str(int(side.watched)),
        "search_alerts": str(int(side.alerts)),
        "search_history": str(int(side.history)),
        "search_aliased": str(int(side.aliased)),
        "search_accelerated": str(int(side.accelerated)),
    }


def wanted_of(payload: Mapping[str, str], now: SearchSide) -> tuple[SearchSide, str]:
    """What a form asks for, and what is wrong with it, a sentence or "". A field can be absent."""
    words = re.split(r"[;,\s]+", payload.get("search_indexes", ";".join(now.indexes or ())))
    indexes = tuple(dict.fromkeys(word for word in words if word))
    wrong = [name for name in indexes if not is_index_name(name)]
    problem = ""
    if wrong:
        problem = (
            f"Indexes: '{wrong[0]}' is not the name of an index. A name has lower-case letters, "
            "digits, _ and -, and starts with a letter or digit. * stands for any characters."
        )
    elif not indexes and now.indexes:
        problem = "Indexes: select at least one."
    web = payload.get("search_web") or now.web
    if web not in WEB:
        problem = f"Attacks in Web: one of {', '.join(WEB)}."
    wanted = SearchSide(
        indexes=indexes or None,
        web=web,
        watched=_is_on(payload, "search_watched", default=now.watched),
        alerts=_is_on(payload, "search_alerts", default=now.alerts),
        history=_is_on(payload, "search_history", default=now.history),
        aliased=_is_on(payload, "search_aliased", default=now.aliased),
        accelerated=_is_on(payload, "search_accelerated", default=now.accelerated),
    )
    return wanted, problem


def _is_on(payload: Mapping[str, str], field: str, *, default: bool) -> bool:
    return payload[field].strip().lower() in ("1", "true") if field in payload else default
