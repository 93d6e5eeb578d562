"""A search that tells which of the events in an index the rules of `drop` would have dropped.

It is the same grammar as `matching`, evaluated by a search. Tests run both on the same events.
Patterns have an escape for each character that could mean anything in a string of a search, because
the meaning of two backslashes is not documented. They do not backtrack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .fields import ANY, EQUAL, FIELDS, NUMBER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .grammar import Line, Term

MITIGATED = (
    "^(?i:deny|abort|tarpit|block|drop|reject|serve_alt|captcha|(?:[a-z]++_)*+challenge)|^[aA]\\z"
)
"""As `record_rules.is_mitigated`."""
_ESCAPED = ("action", "policy", "host", "path")
"""Fields whose search field has the escapes of the JSON."""
_DECODED = {"deciding_rule": "signature_id_decoded"}
_LISTS = ("rule", "tag")
_IPV4 = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IS_IPV4 = rf"^{_IPV4}(?:[.]{_IPV4}){{3}}\z"
_SUMMARY = (
    'eval dropped=if(drop_rule="0",0,events), dropped_bytes=if(drop_rule="0",0,bytes)'
    " | stats sum(dropped) AS events, sum(dropped_bytes) AS bytes"
    ", max(all_events) AS all_events, max(all_bytes) AS all_bytes | where all_events>0"
    ' | eval drop_rule="-1", rule="These rules would have left out "'
    '.round(100*events/all_events,1)." % of these events and "'
    '.round(100*bytes/all_bytes,1)." % of their bytes"'
)
"""The row of all rules, before the others."""
_BEYOND = {"<": 10**10, "<=": 10**10, ">": -1, ">=": -1, EQUAL: -1}
"""What no number of a rule matches, in the place of a score that is no number."""


def preview_search(events: str, lines: Sequence[Line]) -> str:
    """How many of the events the rules would drop, and how many bytes of records: a sentence, then
    by rule; 0: kept.

    `events`: the search that finds them.
    """
    return (
        f"{events} {decision(lines)} | eval bytes=len(_raw)"
        " | stats count AS events, sum(bytes) AS bytes BY drop_rule"
        " | eventstats sum(events) AS all_events, sum(bytes) AS all_bytes"
        f" | eval rule={_labels(lines)} | appendpipe [{_SUMMARY}]"
        ' | eval events_percent=round(100*events/all_events,1)."%"'
        ', bytes_percent=round(100*bytes/all_bytes,1)."%"'
        " | sort 0 drop_rule"
        ' | eval drop_rule=if(drop_rule="-1","all",drop_rule)'
        " | table drop_rule, rule, events, events_percent, bytes, bytes_percent"
    )


def decision(lines: Sequence[Line]) -> str:
    """Commands that give each event `drop_rule`: the number of the rule that drops it, else 0."""
    used = {term.field for line in lines for term in line.terms} | {"action"}
    texts = {name: _text(name) for name in (*_ESCAPED, *_DECODED) if name in used}
    if any(line.sample for line in lines):
        texts["request_id"] = _plain("request_id")
    given = ", ".join(f"drop_{name}={text}" for name, text in texts.items())
    cases = "".join(f'{_condition(line)},"{line.number}",' for line in lines)
    return f'| eval {given} | eval drop_rule=case({cases}true(),"0")'


def _labels(lines: Sequence[Line]) -> str:
    cases = "".join(f'drop_rule="{line.number}",{_label(line.text)},' for line in lines)
    return f'case({cases}true(),"kept")'


def _label(text: str) -> str:
    """The text of a rule, without characters that a string of a search may change."""
    return '"{}"'.format(text.replace('"', "'").replace("\\", "/"))


def _text(name: str) -> str:
    return _DECODED[name] if name in _DECODED else _plain(FIELDS[name].search_field)


def _plain(field: str) -> str:
    r"""Text without JSON escapes: `\x5c` is a backslash."""
    parsed = rf'json_extract("{{\"v\":\"".{field}."\"}}","v")'
    return rf'if(match({field},"\x5c"),coalesce({parsed},{field}),{field})'


def _condition(line: Line) -> str:
    """Whether a rule drops an event."""
    terms = [f"{'' if term.is_positive else 'NOT '}{_term(term)}" for term in line.terms]
    if not line.may_drop_mitigated:
        terms.append(f"NOT {_match('drop_action', MITIGATED)}")
    if line.sample:
        number = "tonumber(substr(sha256(drop_request_id),1,8),16)"
        terms.append(f"if(isnull(drop_request_id),false(),{number}%{line.sample}!=0)")
    return " AND ".join(terms)


def _term(term: Term) -> str:
    """Never NULL, so that NOT gives the opposite."""
    field = f"drop_{term.field}"
    if term.field not in (*_ESCAPED, *_DECODED):
        field = FIELDS[term.field].search_field
    if term.field == "asn":
        wanted = "[^ ]" if term.value == ANY else rf"(?:^| ){_pattern(term.value, '[^ ]')}(?: |\z)"
        return _match(field, wanted)
    if term.value == ANY:
        return f"isnotnull({field})"
    if term.field == "client":
        return _in_network(term.value)
    if term.field == "user_risk":
        beyond = _BEYOND[term.operator]
        number = rf'if(match({field},"^{NUMBER}"),tonumber({field}),{beyond})'.replace(r"\Z", r"\z")
        return f"({number}{term.operator}{term.value})"
    wanted = rf"^{_pattern(term.value)}\z"
    if term.field in _LISTS:
        return f'isnotnull(mvfind({field},"{wanted}"))'
    return _match(field, wanted)


def _match(field: str, pattern: str) -> str:
    return f'match(coalesce({field},""),"{pattern}")'


def _in_network(network: str) -> str:
    """Splunk does not say what `cidrmatch` does with text that is no address."""
    if "/" not in network:
        network += "/128" if ":" in network else "/32"
    is_address = 'match(src,":")' if ":" in network else rf'match(src,"{_IS_IPV4}")'
    return f'if({is_address},cidrmatch("{network}",src),false())'


def _pattern(value: str, character: str = r"[\s\S]") -> str:
    """An expression for a value with `*`, without anchors."""
    begin, *rest = value.split(ANY)
    if not rest:
        return _literal(begin)
    *middle, end = rest
    pieces = "".join(f"(?>{character}*?{_literal(piece)})" for piece in middle if piece)
    return f"{_literal(begin)}{pieces}{character}*{_literal(end)}"


def _literal(text: str) -> str:
    """ASCII letters in either case; other ASCII characters by their code."""
    return "".join(map(_character, text))


def _character(one: str) -> str:
    if not one.isascii() or one.isdigit():
        return one
    if one.isalpha():
        return f"[{one.lower()}{one.upper()}]"
    return rf"\x{ord(one):02x}"
