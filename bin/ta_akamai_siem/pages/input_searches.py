"""The searches that an input's row leads to: its events, what its rules would drop, its log."""

from __future__ import annotations

from ta_akamai_siem.splunk.log import log_file_name
from ta_akamai_siem.volume.grammar import read_lines
from ta_akamai_siem.volume.preview import preview_search

_DEFAULT = "default"


def events_search(kind: str, name: str, index: str) -> str:
    """`index`: from the stanza. `default` is whatever splunkd's default is, so all are searched."""
    where = "*" if index in ("", _DEFAULT) else index
    return f"index={_quoted(where)} source={_quoted(f'{kind}://{name}')}"


def drop_search(kind: str, name: str, index: str, drop: str) -> str:
    """Which of its events the rules of `drop` would have dropped; empty without rules."""
    lines, problems = read_lines(drop)
    if problems or not lines:
        return ""
    return preview_search(events_search(kind, name, index), lines)


def log_search(kind: str, name: str) -> str:
    """The lines that the input's runs write."""
    return f"index=_internal source={_quoted('*' + log_file_name(kind, name))}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
