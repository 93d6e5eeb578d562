"""RULESET of props.conf: what Splunk's ingest actions do with an event before it is indexed.

Rules that filter: `INGEST_EVAL = queue=…` and `STOP_PROCESSING_IF`. As in Splunk, an expression
sees the event's text and metadata. It does not see fields of searches; Splunk takes them for NULL,
which is refused here. Documents: props.conf.spec (RULESET), transforms.conf.spec
(STOP_PROCESSING_IF), and
https://help.splunk.com/en/splunk-enterprise/forward-and-process-data/ingest-actions/interaction-with-transforms
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Optional

from tests.oracles.search_time.eval_expressions import Expression, expression
from tests.oracles.search_time.refusals import NotInSubset, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standins.splunk.conf_file import Stanzas

KNOWN = frozenset({"_raw", "_time", "host", "source", "sourcetype", "index", "queue"})
INDEXED, DROPPED = "indexQueue", "nullQueue"
_SET = "RULESET-"
_EVAL, _STOP = "INGEST_EVAL", "STOP_PROCESSING_IF"
_ASSIGNED = re.compile(r"(\w+)\s*:?=(?!=)\s*(.+)", re.DOTALL)


class _Rule(NamedTuple):
    """`queue`: what an event's queue becomes. `stops`: whether the rules behind it are skipped."""

    queue: Optional[Expression]
    stops: Optional[Expression]


class Ruleset:
    """The one of a sourcetype. `stanza`: of props.conf. Raises Refused, NotInSubset."""

    def __init__(self, stanza: Mapping[str, str], transforms: Stanzas) -> None:
        if any(key.startswith("TRANSFORMS-") for key in stanza):
            raise NotInSubset("TRANSFORMS beside RULESET")
        names = [key for key in stanza if key.startswith(_SET)]
        if len(names) != 1:
            raise Refused(f"a sourcetype with {len(names)} rulesets")
        listed = [name.strip() for name in stanza[names[0]].split(",")]
        absent = [name for name in listed if name not in transforms]
        if absent:
            raise Refused(f"no stanza of transforms.conf: {', '.join(absent)}")
        self._rules = [_rule(name, transforms[name]) for name in listed]

    def queue(self, event: Mapping[str, str]) -> str:
        """Where the rules send an event: `INDEXED` or `DROPPED`. `event`: its `KNOWN` fields."""
        fields = {"queue": INDEXED, **event}
        for rule in self._rules:
            if rule.queue:
                fields["queue"] = _queue(rule.queue.value(fields))
            # Also 0 is false. Any other value is true.
            if rule.stops and rule.stops.value(fields):
                break
        return fields["queue"]


def _rule(name: str, settings: Mapping[str, str]) -> _Rule:
    others = set(settings) - {_EVAL, _STOP}
    if others or not settings:
        raise NotInSubset(f"[{name}] with {', '.join(sorted(others)) or 'nothing'}")
    assigned = _ASSIGNED.fullmatch(settings.get(_EVAL, "queue=queue"))
    if not assigned or assigned[1] != "queue":
        raise NotInSubset(f"[{name}] {_EVAL} = {settings[_EVAL]}")
    return _Rule(_known(assigned[2]), _known(settings[_STOP]) if _STOP in settings else None)


def _known(text: str) -> Expression:
    made = expression(text)
    unknown = made.fields - KNOWN
    if unknown:
        raise Refused(f"not known before an event is indexed: {', '.join(sorted(unknown))}")
    return made


def _queue(value: object) -> str:
    if value not in (INDEXED, DROPPED):
        raise Refused(f"queue={value}")
    return str(value)
